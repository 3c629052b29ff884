/** What the service of our own needs of the rest of the instance. */
import type { PolicySet, PolicyType, Principal, StatementRef, Trace } from '@tidegate/policy'
import type {
  ActivityFilter,
  CountActivityOutput,
  DescribeEventChainOutput,
  DescribeIntegrityOutput,
  LookupActivityOutput,
} from '../../api/activity.ts'
import type { LookupLogLinesOutput } from '../../api/log-lines.ts'
import type { Actor, Caller } from '../../kernel/caller.ts'
import type { Check } from '../../kernel/operation.ts'

export interface TidegatePorts {
  readonly decisions: Decisions
  readonly activity: Activity
  readonly logLines: LogLines
  readonly subjects: Subjects
}

/** Decisions on requests, from the audit log. */
export interface Decisions {
  /** Undefined where no such request is recorded. */
  ofRequest(requestId: string): Promise<RecordedDecision | undefined>
  /** The newest request that the caller was denied, in any of its sessions; DescribeDecision itself does not count. */
  lastDenialOf(caller: Caller): Promise<RecordedDecision | undefined>
}

export interface RecordedDecision {
  readonly requestId: string
  readonly eventId: string
  /** ISO 8601. */
  readonly time: string
  /** ARN, or the name of a service; empty for nobody. */
  readonly principal: string
  /** Account of the principal and account of the resource; either may be empty. */
  readonly accountId: string
  readonly resourceAccountId: string
  readonly actorChain: readonly Actor[]
  readonly action: string
  readonly resource?: string | undefined
  readonly effect: 'allow' | 'explicit-deny' | 'implicit-deny' | 'none'
  readonly policyType?: PolicyType | 'session-type' | undefined
  readonly by: readonly StatementRef[]
  /** What the caller was told. */
  readonly reason?: string | undefined
  /** Absent for what was allowed, and where the key that seals it is gone. */
  readonly trace?: Trace | undefined
}

/** What was done, from the audit log, as far as an account is concerned. */
export interface Activity {
  /** `undefined` for a token that is not of the same query. */
  lookUp(filter: ActivityFilter, accountId: string, page: ActivityPage): Promise<LookupActivityOutput | undefined>
  count(filter: ActivityFilter, accountId: string): Promise<CountActivityOutput>
  /** `undefined` where there is no such event. */
  chainOf(eventId: string, accountId: string): Promise<DescribeEventChainOutput | undefined>
  integrity(): Promise<DescribeIntegrityOutput>
}

export interface ActivityPage {
  readonly limit: number
  readonly token?: string | undefined
}

/** The events of CloudWatch Logs, with whose they are. */
export interface LogLines {
  /** What FilterLogEvents is judged on, whether there is such a group or not. */
  judgedAs(group: string, where: LogsWhere): Pick<Check, 'resource' | 'context'>
  /** Throws in the words of CloudWatch Logs. */
  lookUp(group: string, query: LogLinesQuery, where: LogsWhere): LookupLogLinesOutput
}

export interface LogsWhere {
  readonly accountId: string
  readonly region: string
}

/** Times are milliseconds since 1970. */
export interface LogLinesQuery {
  readonly actors: readonly string[]
  readonly pattern: string | undefined
  readonly from: number
  readonly position: number | undefined
  readonly token: string | undefined
  readonly now: number
}

/** Whose access can be asked about: principals as they are now, and what is known of resources. */
export interface Subjects {
  /** `undefined` where the account has none of that name. */
  find(who: string, accountId: string): Subject | undefined
  /** Its root, users and roles, in the order of their ARNs. */
  list(accountId: string): readonly ListedSubject[]
  resource(arn: string, action: string, accountId: string): KnownResource
  /** Actions that operations are named as, `service:Name`. */
  readonly actions: () => readonly string[]
}

export interface ListedSubject {
  readonly arn: string
  readonly kind: 'root' | 'user' | 'role'
}

export interface Subject {
  readonly principal: Principal
  readonly policies: readonly PolicySet[]
  /** Condition keys that all its requests have. */
  readonly context: Readonly<Record<string, string | readonly string[]>>
  /** Condition keys that none of its requests has, in lower case; a final `*` stands for any rest. */
  readonly absentKeys: readonly string[]
  /** Stands for any session of the role. */
  readonly isAnySession: boolean
}

export interface KnownResource {
  /** Of the account that owns it; `undefined` for a bucket that is not the asking account's. */
  readonly accountId: string | undefined
  readonly policies: readonly PolicySet[]
  /** Entries of the principals of its policy. */
  readonly named: readonly NamedPrincipal[]
}

export interface NamedPrincipal {
  readonly type: 'AWS' | 'Service' | 'Federated' | 'CanonicalUser'
  readonly value: string
}
