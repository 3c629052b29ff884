/** Questions about access: what is asked, what is known, and the answer that holds whatever is not known. */
import {
  accessDeniedMessage,
  compilePolicies,
  type Decision,
  type Dependency,
  parsePolicy,
  type PolicyDocument,
  possibleAccess,
  type PolicySet,
  RequestContext,
} from '@tidegate/policy'
import type { AccessRequest, DescribedDependency, KnownContext, Verdict } from '../../api/access.ts'
import { isoSeconds } from '../../kernel/iso-seconds.ts'
import { tidegateError } from './errors.ts'
import type { KnownResource, Subject } from './ports.ts'
import { describedStatementRef } from './statement-ref.ts'

type Context = Readonly<Record<string, string | readonly string[]>>

/** What is known of a request beside who makes it and what it is on. */
export interface Known {
  readonly context: Context
  /** In lower case. */
  readonly absentKeys: readonly string[]
}

/** @throws AwsError `ValidationException` */
export function known({ Context: given = [], AbsentKeys = [], Time }: KnownContext, nowMs: number): Known {
  const now = Time === undefined ? nowMs : Date.parse(Time)
  if (Number.isNaN(now)) throw tidegateError('ValidationException', 'Time is a time like 2026-11-22T07:00:00Z.')
  const entries = given.map(({ Key, Values }): [string, string | readonly string[]] => {
    const [first, ...others] = Values
    if (first === undefined || Key === '') throw tidegateError('ValidationException', 'A context key needs a name and a value.')
    return [Key, others.length === 0 ? first : Values]
  })
  const certain = { 'aws:CurrentTime': isoSeconds(now), 'aws:EpochTime': String(Math.floor(now / 1000)), 'aws:ViaAWSService': 'false' }
  return {
    context: overridden(certain, Object.fromEntries(entries)),
    absentKeys: AbsentKeys.map((key) => key.toLowerCase()),
  }
}

/** @throws AwsError `ValidationException` */
export function assertRequest({ Action, Resource }: AccessRequest): void {
  if (!/^[a-z0-9-]+:[a-z0-9]+$/i.test(Action)) {
    throw tidegateError('ValidationException', `${Action} is no action: a service and a name, as in ecs:StopTask, without wildcards.`)
  }
  if (Resource !== '*' && !/^arn:[^:]+:[^:]+:[^:]*:[^:]*:./.test(Resource)) {
    throw tidegateError('ValidationException', `${Resource} is no resource: an ARN, or * for actions without resources.`)
  }
}

/** @throws AwsError `ValidationException` */
export function sessionPolicies(texts: readonly string[] | undefined): PolicySet | undefined {
  if (texts === undefined || texts.length === 0) return undefined
  const documents = texts.map((text, i): PolicyDocument => {
    const parsed = parsePolicy(text, 'session', { name: `session policy ${i + 1}` })
    if (parsed.ok) return parsed.document
    throw tidegateError('ValidationException', `Session policy ${i + 1}: ${parsed.problems[0].message}`)
  })
  return compilePolicies({ session: documents })
}

export interface Asked {
  readonly subject: Subject
  readonly request: AccessRequest
  readonly resource: KnownResource
  readonly known: Known
  /** Account whose policies are all known. */
  readonly accountId: string
  /** About all that the resource matches as a pattern; by itself where it is an ARN with wildcards. */
  readonly isPattern?: boolean
}

export interface Answer {
  readonly effect: 'allow' | 'deny' | 'conditional'
  readonly decision: Decision
  readonly dependsOn: readonly Dependency[]
  /** The other account that decides too. */
  readonly otherAccount?: string
  readonly reason: string | undefined
}

export function answer({ subject, request, resource, known: given, accountId, isPattern }: Asked): Answer {
  const isOther = resource.accountId !== accountId
  const region = request.Resource.split(':')[3]
  const context = overridden(
    subject.context,
    resource.accountId === undefined ? {} : { 'aws:ResourceAccount': resource.accountId },
    region && !/[*?]/.test(region) ? { 'aws:RequestedRegion': region } : {},
    given.context,
  )
  const absent = [...subject.absentKeys, ...given.absentKeys]
  const isAbsent = (key: string): boolean => absent.some((each) => (each.endsWith('*') ? key.startsWith(each.slice(0, -1)) : key === each))
  const asked = {
    principal: subject.principal,
    action: request.Action,
    resource: request.Resource,
    resourceAccount: resource.accountId ?? UNKNOWN_ACCOUNT,
    context: new RequestContext(context),
  }
  const possible = possibleAccess({
    request: asked,
    policies: [...subject.policies, ...(isOther ? [grantedToEveryone] : resource.policies)],
    isUnknown: (key) => !isAbsent(key),
    isAnySession: subject.isAnySession,
    isPattern: isPattern ?? (/[*?]/.test(request.Resource) && request.Resource !== '*'),
  })
  const reason = accessDeniedMessage(asked, possible.decision)
  if (!isOther || possible.effect === 'deny') return { ...possible, reason }
  return { ...possible, effect: 'conditional', reason, otherAccount: resource.accountId ?? UNKNOWN_ACCOUNT }
}

/** What stands later counts; names are the same without regard to case. */
function overridden(...contexts: readonly Context[]): Context {
  const entries = new Map<string, readonly [string, string | readonly string[]]>()
  for (const context of contexts) {
    for (const [name, value] of Object.entries(context)) entries.set(name.toLowerCase(), [name, value])
  }
  return Object.fromEntries(entries.values())
}

/** @param isShown whether the asker may see which policies decide */
export function verdict({ effect, decision, dependsOn, otherAccount, reason }: Answer, isShown: boolean): Verdict {
  const type =
    decision.effect === 'explicit-deny' ? decision.policyType : decision.effect === 'implicit-deny' ? decision.missing : undefined
  return {
    Effect: effect,
    ...(reason !== undefined && { Reason: reason }),
    ...(type !== undefined && { PolicyType: type }),
    DecidedBy: isShown && 'by' in decision ? decision.by.filter(({ policy }) => policy !== everyone).map(describedStatementRef) : [],
    DependsOn: isShown ? [...dependsOn.map(describedDependency), ...(otherAccount === undefined ? [] : [onAccount(otherAccount)])] : [],
  }
}

export function describedDependency(dependency: Dependency): DescribedDependency {
  const { effect, conditions, resources, session } = dependency
  return {
    ...describedStatementRef(dependency),
    Effect: effect,
    Conditions: conditions.map(({ operator, key, expected }) => ({ Operator: operator, Key: key, Expected: expected })),
    Resources: resources,
    OnSession: session,
  }
}

function onAccount(accountId: string): DescribedDependency {
  const Policy = accountId === UNKNOWN_ACCOUNT ? 'of whoever owns the bucket' : `of account ${accountId}`
  return { PolicyType: 'resource', Policy, Statement: 0, Effect: 'Allow', Conditions: [], OnAccount: accountId }
}

/** Of nobody that is asked about. */
const UNKNOWN_ACCOUNT = 'unknown'
const everyone = 'whatever another account grants'
/** The policy of a resource that is not known, at its most generous. */
const grantedToEveryone = compilePolicies({
  resource: [
    parsePolicy('{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":"*"}}', 'resource', {
      name: everyone,
    }),
  ].flatMap((parsed) => (parsed.ok ? [parsed.document] : []))[0],
})
