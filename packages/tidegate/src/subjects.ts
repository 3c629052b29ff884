/** Whose access can be asked about, from the state of IAM and the guardrails of the organization. */
import type { PolicySet } from '@tidegate/policy'
import type { Organization } from './configuration/organization.ts'
import { rootArn } from './kernel/arn.ts'
import type { State } from './kernel/state.ts'
import { arnOf, parseArn } from './services/iam/arn.ts'
import type { Principals } from './services/iam/principals.ts'
import { roles, users } from './services/iam/state.ts'
import { wholePolicyOf } from './services/s3/bucket-policies.ts'
import { bucketsOf, findBucket } from './services/s3/state.ts'
import { rootContext, userContext } from './services/sts/session-context.ts'
import type { KnownResource, ListedSubject, Subject, Subjects } from './services/tidegate/ports.ts'

export interface SubjectSources {
  readonly state: State
  readonly principals: Principals
  readonly organization: Organization
  readonly actions: () => readonly string[]
}

export function subjectsIn(sources: SubjectSources): Subjects {
  const { state, actions } = sources
  return {
    actions,
    find: (who, accountId) => find(who, accountId, sources),
    list: (accountId) =>
      state.read((view): ListedSubject[] => {
        const own = view.list(users, accountId).map(({ value }) => ({ arn: arnOf('user', accountId, value), kind: 'user' }) as const)
        const all = view.list(roles, accountId).map(({ value }) => ({ arn: arnOf('role', accountId, value), kind: 'role' }) as const)
        return [{ arn: rootArn(accountId), kind: 'root' } as const, ...own, ...all].toSorted((a, b) => (a.arn < b.arn ? -1 : 1))
      }),
    resource: (arn, action, accountId) => resourceOf(arn, action, accountId, sources),
  }
}

function find(who: string, accountId: string, sources: SubjectSources): Subject | undefined {
  if (/^[a-z0-9.-]+\.amazonaws\.com$/.test(who)) return serviceSubject(who)
  const session = /^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\/([^/]+)$/.exec(who)
  if (session !== null) return session[1] === accountId ? roleSubject(session[2] ?? '', accountId, session[3], sources) : undefined
  if (who === 'root' || who === rootArn(accountId)) return rootSubject(accountId, sources)
  const parsed = parseArn(who)
  if (parsed !== undefined) {
    if (parsed.accountId !== accountId) return undefined
    const subject = named(parsed.type, parsed.name, accountId, sources)
    return subject !== undefined && arnOfSubject(subject) === who ? subject : undefined
  }
  if (who.startsWith('arn:')) return undefined
  const [, type, name] = /^(user|role)\/(?:.*\/)?([^/]+)$/.exec(who) ?? []
  if (type !== undefined && name !== undefined) return named(type, name, accountId, sources)
  const [user, role] = [named('user', who, accountId, sources), named('role', who, accountId, sources)]
  // A name that both have says neither.
  return user !== undefined && role !== undefined ? undefined : (user ?? role)
}

function named(type: string, name: string, accountId: string, sources: SubjectSources): Subject | undefined {
  if (type === 'user') return userSubject(name, accountId, sources)
  return type === 'role' ? roleSubject(name, accountId, undefined, sources) : undefined
}

function arnOfSubject({ principal }: Subject): string | undefined {
  return principal.kind === 'role-session' ? principal.roleArn : 'arn' in principal ? principal.arn : undefined
}

function userSubject(name: string, accountId: string, { principals, organization }: SubjectSources): Subject | undefined {
  const user = principals.user(accountId, name)
  if (user === undefined) return undefined
  return {
    principal: user.principal,
    policies: withGuardrails(principals.policiesOfUser(accountId, name), accountId, organization),
    context: { ...organization.keysOf(accountId, 'Principal'), ...userContext({ accountId, ...user }), ...noService },
    absentKeys: ['aws:principal*', 'aws:sourceidentity', 'aws:federatedprovider'],
    isAnySession: false,
  }
}

/** A session of it, or any. */
function roleSubject(name: string, accountId: string, session: string | undefined, sources: SubjectSources): Subject | undefined {
  const { principals, organization } = sources
  const role = principals.role(accountId, name)
  if (role === undefined) return undefined
  const trust = principals.trustPolicyOf(accountId, name)
  const isTagged = mayPermit(trust, 'sts:tagsession')
  return {
    principal: role.session(session ?? '?'),
    policies: withGuardrails(principals.policiesOfRole(accountId, name), accountId, organization),
    context: {
      ...organization.keysOf(accountId, 'Principal'),
      'aws:PrincipalArn': role.arn,
      'aws:PrincipalAccount': accountId,
      'aws:PrincipalType': 'AssumedRole',
      ...noService,
      ...(session !== undefined && { 'aws:userid': `${role.id}:${session}` }),
      // Tags of the session stand above those of the role.
      ...(isTagged ? {} : role.context),
    },
    absentKeys: [...absentOf(isTagged), ...(mayPermit(trust, 'sts:setsourceidentity') ? [] : ['aws:sourceidentity'])],
    isAnySession: session === undefined,
  }
}

function absentOf(isTagged: boolean): readonly string[] {
  const others = ['aws:username', 'aws:principalorg*', 'aws:principalservicename*']
  return isTagged ? others : [...others, 'aws:principaltag/*']
}

/** Whether some statement may allow the action, which is in lower case. */
function mayPermit({ statements }: PolicySet, action: string): boolean {
  return statements.some(({ source }) => {
    if (source.effect !== 'Allow') return false
    const isNamed = source.action.patterns.some((pattern) => {
      const wild = pattern.search(/[*?]/)
      return wild < 0 ? pattern.toLowerCase() === action : action.startsWith(pattern.slice(0, wild).toLowerCase())
    })
    return isNamed || source.action.not
  })
}

function rootSubject(accountId: string, { organization }: SubjectSources): Subject {
  return {
    principal: { kind: 'root', arn: rootArn(accountId), account: accountId },
    policies: withGuardrails(undefined, accountId, organization),
    context: { ...organization.keysOf(accountId, 'Principal'), ...rootContext(accountId), ...noService },
    absentKeys: ['aws:username', 'aws:principal*', 'aws:sourceidentity', 'aws:federatedprovider'],
    isAnySession: false,
  }
}

function serviceSubject(name: string): Subject {
  return {
    principal: { kind: 'service', name },
    policies: [],
    context: { 'aws:PrincipalIsAWSService': 'true', 'aws:PrincipalServiceName': name },
    absentKeys: ['aws:principaltag/*', 'aws:username'],
    isAnySession: false,
  }
}

function withGuardrails(own: PolicySet | undefined, accountId: string, organization: Organization): readonly PolicySet[] {
  return [own, organization.serviceControlPolicies(accountId)].filter((set) => set !== undefined)
}

/** Of roles their trust policy, of buckets and what is in them the bucket's; other resources have none here. */
function resourceOf(arn: string, action: string, accountId: string, { state, principals, organization }: SubjectSources): KnownResource {
  if (/^s3:/i.test(action)) return bucketOf(arn, accountId, state, organization)
  const owner = /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn)?.[1] ?? accountId
  // What another account has is none of this one's business, not even whether it is there.
  if (owner !== accountId) return { accountId: owner, policies: [], named: [] }
  const parsed = parseArn(arn)
  const role = parsed?.type === 'role' ? principals.role(owner, parsed.name) : undefined
  const trust = role?.arn === arn && parsed !== undefined ? principals.trustPolicyOf(owner, parsed.name) : undefined
  return withPolicies(owner, trust === undefined ? [] : [trust], organization)
}

/** Of a pattern all buckets of the account: what their policies are about is in them. */
function bucketOf(arn: string, accountId: string, state: State, organization: Organization): KnownResource {
  const name = /^arn:[^:]*:s3:::([^/]+)/.exec(arn)?.[1]
  if (name === undefined || /[*?]/.test(name)) {
    return withPolicies(
      accountId,
      bucketsOf(state, accountId).flatMap((bucket) => wholePolicyOf(bucket) ?? []),
      organization,
    )
  }
  const bucket = state.read((view) => findBucket(view, name))
  // Whether it is another account's or nobody's is not told.
  if (bucket?.accountId !== accountId) return { accountId: undefined, policies: [], named: [] }
  return withPolicies(
    accountId,
    [wholePolicyOf(bucket)].filter((policy) => policy !== undefined),
    organization,
  )
}

function withPolicies(accountId: string, policies: readonly PolicySet[], organization: Organization): KnownResource {
  const statements = policies.flatMap((policy) => policy.statements)
  return {
    accountId,
    policies: [...policies, ...organization.resourcePoliciesOf(accountId)],
    named: statements.flatMap(({ source }) => (source.effect === 'Allow' ? (source.principal?.entries ?? []) : [])),
  }
}

const noService = { 'aws:PrincipalIsAWSService': 'false' }
