/** The guardrails of an organization as policy sets: what binds an account's principals, and what binds its resources. */
import { compilePolicies, parsePolicy, type PolicyDocument, type PolicySet } from '@tidegate/policy'
import type { Guardrail, OrganizationSettings } from './configuration.ts'

export class Organization {
  readonly #settings: OrganizationSettings | undefined
  readonly #sets = new Map<string, AccountGuardrails>()

  constructor(settings: OrganizationSettings | undefined) {
    this.#settings = settings
  }

  /** SCPs that limit the principals of an account; `undefined` where no organization does. */
  serviceControlPolicies(accountId: string): PolicySet | undefined {
    return this.#of(accountId).principals
  }

  /** RCPs that limit access to the resources of an account. */
  resourcePoliciesOf(accountId: string): readonly PolicySet[] {
    return this.#of(accountId).resources
  }

  /** Condition keys about the organization of an account: `aws:PrincipalOrgID` or `aws:ResourceOrgID` and paths. */
  keysOf(accountId: string, whose: 'Principal' | 'Resource'): Readonly<Record<string, string | readonly string[]>> {
    const path = this.#pathOf(accountId)
    const id = this.#settings?.id
    return id === undefined ? {} : { [`aws:${whose}OrgID`]: id, [`aws:${whose}OrgPaths`]: [path] }
  }

  #of(accountId: string): AccountGuardrails {
    let found = this.#sets.get(accountId)
    if (found === undefined) this.#sets.set(accountId, (found = this.#compile(accountId)))
    return found
  }

  #compile(accountId: string): AccountGuardrails {
    const settings = this.#settings
    if (settings === undefined || settings.managementAccount === accountId) return { principals: undefined, resources: [] }
    const levels = this.#levelsOf(accountId)
    return {
      principals: compilePolicies({ scp: levels.map(({ scps }) => (scps.some(allowsAnything) ? scps : [...scps, ...fullAccess])) }),
      resources: levels.some(({ rcps }) => rcps.length > 0) ? [compilePolicies({ rcp: levels.map(({ rcps }) => rcps) })] : [],
    }
  }

  #levelsOf(accountId: string): Guardrail[] {
    const settings = this.#settings
    if (settings === undefined) return []
    const account = settings.accounts.get(accountId)
    const units = unitsAbove(account?.unit).flatMap((path) => settings.units.get(path) ?? [])
    return [settings.root, ...units, ...(account === undefined ? [] : [account.guardrail])]
  }

  /** As AWS writes paths: organization, root, units, each followed by a slash. */
  #pathOf(accountId: string): string {
    const units = unitsAbove(this.#settings?.accounts.get(accountId)?.unit)
    return [this.#settings?.id ?? '', 'r-root', ...units.map((path) => `ou-${path.replaceAll('/', '-')}`), ''].join('/')
  }
}

interface AccountGuardrails {
  readonly principals: PolicySet | undefined
  readonly resources: readonly PolicySet[]
}

/** `a/b/c` lies in `a`, `a/b` and `a/b/c`. */
function unitsAbove(unit: string | undefined): string[] {
  if (unit === undefined) return []
  const names = unit.split('/')
  return names.map((_, i) => names.slice(0, i + 1).join('/'))
}

const allowsAnything = ({ statements }: PolicyDocument): boolean => statements.some(({ effect }) => effect === 'Allow')

/** AWS attaches this policy everywhere; here it stays wherever no other SCP allows anything. */
const fullAccess: readonly PolicyDocument[] = [
  parsePolicy('{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}', 'scp', { name: 'FullAWSAccess' }),
].flatMap((parsed) => (parsed.ok ? [parsed.document] : []))
