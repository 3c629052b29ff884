/**
 * Role trust policies. The users and roles that one names must exist when it is written, and the role remembers who they were: whoever is
 * created later under the same name is somebody else. As on AWS, the document then shows the unique id in place of the ARN.
 */
import { compilePolicies } from '@tidegate/policy'
import type { PolicyDocument, PolicySet } from '@tidegate/policy'
import type { Snapshot, View } from '../../kernel/state.ts'
import { arnOf, parseArn } from './arn.ts'
import { acceptTrustPolicy, storedPolicy } from './documents.ts'
import { iamError } from './errors.ts'
import { keyOf, openIdConnectProviders, roles, users } from './state.ts'
import type { Role, TrustPrincipal } from './state.ts'

/** Judges a trust policy that is about to be written. Throws `MalformedPolicyDocument` and `LimitExceeded`. */
export function acceptTrust(view: View, text: string): readonly TrustPrincipal[] {
  const document = acceptTrustPolicy(text)
  assertCiSubjectsAreChecked(document, view)
  const named = new Set(
    document.statements
      .flatMap(({ principal }) => principal?.entries ?? [])
      .flatMap((entry) => (entry.type === 'AWS' ? [entry.value] : [])),
  )
  return [...named].flatMap((value) => resolved(view, value))
}

/** The trust policy as it is shown and judged: with the ids of those that are gone and the ARNs that the others have now. */
export function trustPolicyText(view: View, { trustPolicy, trustPrincipals }: Role): string {
  const changed = new Map(
    trustPrincipals.flatMap(({ arn, id }) => {
      const now = presentName(view, arn, id)
      return now === arn ? [] : [[arn, now] as const]
    }),
  )
  return changed.size === 0 ? trustPolicy : withPrincipals(trustPolicy, changed)
}

/** The trust policy as the policy of the resource, compiled once for each text. */
export function trustPolicySet(snapshot: Snapshot, role: Role, roleArn: string, beside: readonly PolicyDocument[]): PolicySet {
  const text = trustPolicyText(snapshot, role)
  const known = compiled.get(role)
  if (known?.text === text) return known.set
  const own = storedPolicy(text, 'trust', roleArn)
  const statements = [...own.statements, ...beside.flatMap((document) => document.statements)]
  const set = compilePolicies({ resource: beside.length === 0 ? own : { ...own, statements } })
  compiled.set(role, { text, set })
  return set
}

/**
 * Refuses trust in the OpenID Connect provider of a CI service, a public one or one that is tagged as such, without a check of whose pipeline it is: everyone's pipelines have
 * tokens of that provider. `sub` must be compared positively with values that fix at least the organization or group.
 */
function assertCiSubjectsAreChecked({ statements }: PolicyDocument, view: View): void {
  for (const { effect, principal, action, conditions } of statements) {
    if (effect !== 'Allow' || !action.patterns.some((pattern) => mayAssumeByWebIdentity(pattern))) continue
    for (const { type, value } of principal?.entries ?? []) {
      const [, account = '', issuer] = (type === 'Federated' ? /:(\d{12}):oidc-provider\/(.+)$/.exec(value) : null) ?? []
      if (issuer === undefined || !isOfPipelines(view, account, issuer)) continue
      const key = `${issuer}:sub`
      const isChecked = conditions.some(
        ({ operator: { base, set, ifExists }, key: tested, values }) =>
          tested.toLowerCase() === key.toLowerCase() &&
          /^String(?:Equals|EqualsIgnoreCase|Like)$/.test(base) &&
          set !== 'ForAllValues' &&
          !ifExists &&
          values.every((subject) => namesOwner(subject, base === 'StringLike')),
      )
      if (isChecked) continue
      throw iamError('MalformedPolicyDocument', `Trust in ${issuer} needs a condition on ${key} that names the organization or group`, {
        detail: 'every customer of the CI service has tokens of this provider: without the condition any of them could assume the role',
      })
    }
  }
}

function isOfPipelines(view: View, account: string, issuer: string): boolean {
  const host = issuer.split('/')[0]
  if (sharedIssuers.some((known) => known === host)) return true
  const tags = view.get(openIdConnectProviders, account, issuer)?.tags ?? []
  return tags.some(({ key, value }) => key === 'tidegate:preset' && (value === 'github' || value === 'gitlab'))
}

/** CI services of which everybody can have tokens. */
const sharedIssuers = ['token.actions.githubusercontent.com', 'gitlab.com']

/** `repo:octo-org/…`, `project_path:group/…`: everything up to the owner's name is literal. */
function namesOwner(subject: string, isPattern: boolean): boolean {
  const wild = subject.search(isPattern ? /[*?]|\$\{/ : /\$\{/)
  const literal = wild < 0 ? subject : subject.slice(0, wild)
  if (wild < 0) return literal !== ''
  return /^(?:repo|project_path):/i.test(literal) ? /^[^:]+:[^/]+\//.test(literal) : /^[^:]+:[^:]+:/.test(literal)
}

function mayAssumeByWebIdentity(pattern: string): boolean {
  const action = pattern.toLowerCase()
  const wild = action.search(/[*?]/)
  return wild < 0 ? action === webIdentity : webIdentity.startsWith(action.slice(0, wild))
}

const webIdentity = 'sts:assumerolewithwebidentity'

/** The ids behind a principal; none for accounts, their roots, everyone, and federated users. */
function resolved(view: View, value: string): readonly TrustPrincipal[] {
  if (value === '*' || /^\d{12}$/.test(value) || /^arn:aws[a-z-]*:iam::\d{12}:root$/.test(value) || federatedUser.test(value)) return []
  const id = idOf(view, value)
  if (id === undefined) throw iamError('MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${value}"`)
  return [{ arn: value, id }]
}

const federatedUser = /^arn:aws[a-z-]*:sts::\d{12}:federated-user\//

function idOf(view: View, arn: string): string | undefined {
  const session = sessionArn.exec(arn)
  if (session !== null) return view.get(roles, session[1] ?? '', keyOf(session[2] ?? ''))?.id
  const parsed = parseArn(arn)
  if (parsed === undefined || (parsed.type !== 'user' && parsed.type !== 'role')) return undefined
  const key = keyOf(parsed.name)
  const found = parsed.type === 'user' ? view.get(users, parsed.accountId, key) : view.get(roles, parsed.accountId, key)
  return found !== undefined && arnOf(parsed.type, parsed.accountId, found) === arn ? found.id : undefined
}

const sessionArn = /^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\/(.+)$/

/** The ARN that the user or role of a unique id has now, or the id where there is none any more. */
function presentName(view: View, arn: string, id: string): string {
  const session = sessionArn.exec(arn)
  if (session !== null) return idOf(view, arn) === id ? arn : `${id}:${session[3]}`
  if (idOf(view, arn) === id) return arn
  const parsed = parseArn(arn)
  if (parsed?.type !== 'user') return id // roles keep their names
  const renamed = view.list(users, parsed.accountId).find(({ value }) => value.id === id)
  return renamed === undefined ? id : arnOf('user', parsed.accountId, renamed.value)
}

/** Only principals are replaced: `aws:PrincipalArn` conditions are about names. */
function withPrincipals(text: string, names: ReadonlyMap<string, string>): string {
  const replace = (value: unknown): unknown => {
    if (typeof value === 'string') return names.get(value) ?? value
    return Array.isArray(value) ? value.map(replace) : value
  }
  return JSON.stringify(JSON.parse(text), (key, value: unknown) =>
    key === 'Principal' && typeof value === 'object' && value !== null && 'AWS' in value ? { ...value, AWS: replace(value.AWS) } : value,
  )
}

const compiled = new WeakMap<Role, { readonly text: string; readonly set: PolicySet }>()
