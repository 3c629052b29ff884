/** `LookupActivity`, `CountActivity`, `DescribeEventChain` and `DescribeIntegrity`: who did what, because of whom, and how it is proven. */
import { boolean, listOf, number, operationSchema, string, strings, structure } from './schema.ts'

/** All that is given must hold. Times are ISO 8601. */
export interface ActivityFilter {
  /** Subject, label, or `issuer|subject` of anyone behind the call. */
  readonly Actor?: string | undefined
  /** ARN of the caller, or of the role behind its session. */
  readonly Principal?: string | undefined
  /** Name of a role session or of a user. */
  readonly SessionName?: string | undefined
  readonly AccessKeyId?: string | undefined
  /** ARN, or the name at its end. */
  readonly Resource?: string | undefined
  /** `ecs:StopTask`, or `StopTask` of any service. */
  readonly Action?: string | undefined
  /** `ecs` */
  readonly Service?: string | undefined
  readonly DeniedOnly?: boolean | undefined
  /** Without calls that only read. */
  readonly ChangesOnly?: boolean | undefined
  readonly StartTime?: string | undefined
  /** Later events are left out. */
  readonly EndTime?: string | undefined
}

export interface LookupActivityInput extends ActivityFilter {
  /** 1 to 100; 50 where absent. */
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

export interface LookupActivityOutput {
  /** Newest first. */
  readonly Events: readonly ActivityEvent[]
  readonly NextToken?: string
}

export interface ActivityEvent {
  readonly EventId: string
  readonly RequestId: string
  readonly Time: string
  /** Nearest first. */
  readonly Actors: readonly DescribedActor[]
  /** ARN, or the name of a service; empty for nobody that is known. */
  readonly Principal: string
  /** CloudTrail's `userIdentity.type`. */
  readonly PrincipalType: string
  /** The role behind a session. */
  readonly RoleArn?: string | undefined
  readonly AccessKeyId?: string | undefined
  /** `ecs:StopTask` */
  readonly Action: string
  readonly Resources: readonly string[]
  /** `ok`, `denied` or `failed`. */
  readonly Outcome: string
  readonly ErrorCode?: string | undefined
  readonly ErrorMessage?: string | undefined
  /** Policy type that denied, or that had no Allow. */
  readonly PolicyType?: string | undefined
  readonly ReadOnly: boolean
  readonly Region: string
  readonly SourceIp: string
  readonly UserAgent: string
  /** Account of what was called. */
  readonly AccountId: string
}

export interface DescribedActor {
  /** `human`, `pipeline`, `agent`, `workload` or `principal`. */
  readonly Type: string
  readonly Issuer: string
  readonly Subject: string
  readonly Label?: string | undefined
}

export interface CountActivityInput extends ActivityFilter {}

export interface CountActivityOutput {
  /** One for each pair of who and action, the most frequent first; at most 500. */
  readonly Groups: readonly ActivityGroup[]
  /** Events that were counted. */
  readonly Events: number
  /** Whether that is all there are: the newest 50,000 events are looked at. */
  readonly IsComplete: boolean
}

export interface ActivityGroup {
  /** The person or pipeline furthest behind the calls; the principal where nobody is known. */
  readonly Who: string
  readonly WhoType: string
  /** ARN of the user or role, without session names. */
  readonly Principal: string
  readonly Action: string
  readonly Count: number
  readonly Denied: number
  /** Policy types that denied or had no Allow. */
  readonly PolicyTypes: readonly string[]
  readonly FirstTime: string
  readonly LastTime: string
  /** Newest of them. */
  readonly LastEventId: string
}

export interface DescribeEventChainInput {
  /** Id of the event, or of its request. */
  readonly EventId: string
}

export interface DescribeEventChainOutput {
  readonly Event: ActivityEvent
  /** What led to the event, the nearest cause first. */
  readonly Links: readonly ChainLink[]
  /** Who is at its beginning. */
  readonly Origin: DescribedActor
}

export interface ChainLink {
  /** `session`: the call that made the session which the link before used. `workload`: the call that made the task or service behind it. */
  readonly Kind: string
  /** Of a workload. */
  readonly Actor?: DescribedActor
  /** The call; absent where the log has no record of it that the account may see. */
  readonly Event?: ActivityEvent
}

export interface DescribeIntegrityOutput {
  /** Public key with which checkpoints are signed: `name+hash+key`. To be kept elsewhere, once. */
  readonly VerifierKey: string
  /** Records that are durable. */
  readonly Records: number
  /** Newest checkpoint, as a signed note. */
  readonly Checkpoint: string
  readonly CheckpointRecords: number
  /** ISO 8601. */
  readonly CheckpointTime: string
  /** Base64. */
  readonly Root: string
}

const filter = {
  Actor: string,
  Principal: string,
  SessionName: string,
  AccessKeyId: string,
  Resource: string,
  Action: string,
  Service: string,
  DeniedOnly: boolean,
  ChangesOnly: boolean,
  StartTime: string,
  EndTime: string,
}

export const actor = structure('Actor', { Type: string, Issuer: string, Subject: string, Label: string })

const event = structure('ActivityEvent', {
  EventId: string,
  RequestId: string,
  Time: string,
  Actors: listOf('Actors', actor),
  Principal: string,
  PrincipalType: string,
  RoleArn: string,
  AccessKeyId: string,
  Action: string,
  Resources: strings,
  Outcome: string,
  ErrorCode: string,
  ErrorMessage: string,
  PolicyType: string,
  ReadOnly: boolean,
  Region: string,
  SourceIp: string,
  UserAgent: string,
  AccountId: string,
})

const group = structure('ActivityGroup', {
  Who: string,
  WhoType: string,
  Principal: string,
  Action: string,
  Count: number,
  Denied: number,
  PolicyTypes: strings,
  FirstTime: string,
  LastTime: string,
  LastEventId: string,
})

export const LookupActivity$ = operationSchema(
  'LookupActivity',
  structure('LookupActivityInput', { ...filter, MaxResults: number, NextToken: string }),
  structure('LookupActivityOutput', { Events: listOf('ActivityEvents', event), NextToken: string }),
)

export const CountActivity$ = operationSchema(
  'CountActivity',
  structure('CountActivityInput', filter),
  structure('CountActivityOutput', { Groups: listOf('ActivityGroups', group), Events: number, IsComplete: boolean }),
)

export const DescribeEventChain$ = operationSchema(
  'DescribeEventChain',
  structure('DescribeEventChainInput', { EventId: string }, 1),
  structure('DescribeEventChainOutput', {
    Event: event,
    Links: listOf('ChainLinks', structure('ChainLink', { Kind: string, Actor: actor, Event: event })),
    Origin: actor,
  }),
)

export const DescribeIntegrity$ = operationSchema(
  'DescribeIntegrity',
  structure('DescribeIntegrityInput', {}),
  structure('DescribeIntegrityOutput', {
    VerifierKey: string,
    Records: number,
    Checkpoint: string,
    CheckpointRecords: number,
    CheckpointTime: string,
    Root: string,
  }),
)
