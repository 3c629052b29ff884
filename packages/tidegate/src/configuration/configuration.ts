/** The configuration file: accounts, and the organization that stands above them. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parsePolicy, type PolicyDocument } from '@tidegate/policy'
import { ConfigurationError, type Member, readObject } from './json-members.ts'
import { type Binding, type IdentityProvider, readBindings, readProviders } from './people.ts'

export interface Configuration {
  readonly defaultRegion: string
  readonly accounts: readonly AccountSettings[]
  readonly organization: OrganizationSettings | undefined
  readonly identityProviders: IdentityProviderHosts
  readonly providers: readonly IdentityProvider[]
  readonly bindings: readonly Binding[]
  /** What somebody is told who may not be a role: where to ask for it. */
  readonly askForAccess: string | undefined
  /** Whether revoking a person also ends the credentials of tasks that she started, where nothing else is said. */
  readonly revokeWorkloads: boolean
}

/** Where issuers of ID tokens may be besides public addresses. */
export interface IdentityProviderHosts {
  /** Issuers of this machine, with http too. */
  readonly allowLoopback?: boolean
  /** Hosts whose addresses may be private ones, in lower case. */
  readonly privateHosts?: readonly string[]
}

export interface AccountSettings {
  /** 12 digits. */
  readonly id: string
  readonly name: string
}

export interface OrganizationSettings {
  /** `o-` and 10 to 32 letters or digits. */
  readonly id: string
  /** Its account, which guardrails do not bind. */
  readonly managementAccount: string
  readonly root: Guardrail
  /** Organizational units by path, for example `workloads/prod`. */
  readonly units: ReadonlyMap<string, Guardrail>
  /** The unit that an account lies in, and its own guardrail. Accounts that are not named lie below the root. */
  readonly accounts: ReadonlyMap<string, { readonly unit: string | undefined; readonly guardrail: Guardrail }>
}

/** What is attached in one place. Where no SCP allows anything, AWS's FullAWSAccess stays attached. */
export interface Guardrail {
  readonly scps: readonly PolicyDocument[]
  readonly rcps: readonly PolicyDocument[]
}

export const defaultAccount: AccountSettings = { id: '111122223333', name: 'main' }

export const defaultConfiguration: Configuration = {
  defaultRegion: 'us-east-1',
  accounts: [defaultAccount],
  organization: undefined,
  identityProviders: {},
  providers: [],
  bindings: [],
  askForAccess: undefined,
  revokeWorkloads: false,
}

/** @throws ConfigurationError that says what is wrong, where, and what is expected there */
export function readConfiguration(file: string): Configuration {
  return parseConfiguration(readText(file), file)
}

/** @param file names the text in messages; relative names in it are looked for beside it */
function parseConfiguration(text: string, file: string): Configuration {
  const root = readObject(text, file)
  const accounts = root.objects('accounts').map((account): AccountSettings => {
    account.only('name')
    return { id: account.accountId(account.key), name: account.text('name', account.key) }
  })
  const organization = root.optionalObject('organization')
  const providers = readProviders(root)
  const configuration = {
    defaultRegion: root.text('defaultRegion', defaultConfiguration.defaultRegion),
    accounts: accounts.length > 0 ? accounts : [defaultAccount],
    organization: organization && readOrganization(organization, dirname(file)),
    identityProviders: readIdentityProviders(root.optionalObject('identityProviders')),
    providers,
    bindings: readBindings(
      root,
      providers,
      (accounts.length > 0 ? accounts : [defaultAccount]).map(({ id }) => id),
    ),
    askForAccess: root.optionalText('askForAccess'),
    revokeWorkloads: root.flag('revokeWorkloads'),
  }
  root.only('defaultRegion', 'accounts', 'organization', 'identityProviders', 'providers', 'bindings', 'askForAccess', 'revokeWorkloads')
  return configuration
}

function readIdentityProviders(node: Member | undefined): IdentityProviderHosts {
  if (node === undefined) return {}
  node.only('allowLoopback', 'privateHosts')
  const privateHosts = node.texts('privateHosts').map((host) => host.toLowerCase())
  const wrong = privateHosts.find((host) => !/^[a-z0-9.-]+$/.test(host))
  if (wrong !== undefined) throw node.error('privateHosts', `has \`${wrong}\`, which is no host name; ports and schemes are left out`)
  return { allowLoopback: node.flag('allowLoopback'), privateHosts }
}

function readOrganization(node: Member, folder: string): OrganizationSettings {
  node.only('id', 'managementAccount', 'root', 'units', 'accounts')
  const id = node.text('id')
  if (!/^o-[a-z0-9]{10,32}$/.test(id)) throw node.error('id', 'must be `o-` and 10 to 32 lower-case letters or digits')
  const units = new Map(node.objects('units').map((unit) => [unit.key, readGuardrail(unit, folder)] as const))
  for (const path of units.keys()) {
    const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : undefined
    if (parent !== undefined && !units.has(parent)) throw node.error('units', `has \`${path}\` but not its parent \`${parent}\``)
  }
  const accounts = node.objects('accounts').map((account) => {
    const unit = account.optionalText('unit')
    if (unit !== undefined && !units.has(unit)) throw account.error('unit', `names no unit; the units are ${[...units.keys()].join(', ')}`)
    return [account.accountId(account.key), { unit, guardrail: readGuardrail(account, folder, 'unit') }] as const
  })
  const root = node.optionalObject('root')
  return {
    id,
    managementAccount: node.accountId(node.text('managementAccount')),
    root: root === undefined ? { scps: [], rcps: [] } : readGuardrail(root, folder),
    units,
    accounts: new Map(accounts),
  }
}

function readGuardrail(node: Member, folder: string, ...others: string[]): Guardrail {
  node.only('scps', 'rcps', ...others)
  const read = (member: 'scps' | 'rcps', kind: 'scp' | 'rcp'): PolicyDocument[] =>
    node.texts(member).map((name) => {
      const file = resolve(folder, name)
      const parsed = parsePolicy(readText(file), kind, { name })
      if (parsed.ok) return parsed.document
      const [problem] = parsed.problems
      throw new ConfigurationError(
        `${file}:${problem.line}:${problem.column}: ${problem.message}`,
        `tidegate policy validate ${file} --kind ${kind}`,
      )
    })
  return { scps: read('scps', 'scp'), rcps: read('rcps', 'rcp') }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigurationError(`cannot read \`${file}\`: ${error instanceof Error ? error.message : String(error)}`)
  }
}
