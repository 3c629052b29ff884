/**
 * The record of one request, in CloudTrail's format, so that everything that reads CloudTrail reads this.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
import type { Actor } from '../kernel/caller.ts'
import { isoSeconds } from '../kernel/iso-seconds.ts'
import { eventIdAt } from './event-id.ts'
import { type Omitted, boundedJson, boundedText, limits } from './limits.ts'
import { type Json, redacted, withoutSignatures } from './redact.ts'

export interface AuditRecord {
  readonly eventVersion: '1.11'
  readonly userIdentity: UserIdentity
  /** When the request was completed: ISO 8601, whole seconds, UTC. */
  readonly eventTime: string
  readonly eventSource: string
  readonly eventName: string
  readonly awsRegion: string
  readonly sourceIPAddress: string
  readonly userAgent: string
  readonly errorCode?: string
  readonly errorMessage?: string
  readonly requestParameters: Json | Omitted
  readonly responseElements: Json | Omitted
  readonly additionalEventData: { readonly actorChain?: readonly Actor[]; readonly decisionId?: string; readonly [name: string]: unknown }
  readonly requestID: string
  readonly eventID: string
  readonly readOnly: boolean
  readonly resources?: readonly AuditResource[]
  readonly eventType: EventType
  readonly managementEvent: boolean
  readonly recipientAccountId: string
  readonly sharedEventID?: string
  readonly eventCategory: 'Management' | 'Data'
  readonly tlsDetails?: TlsDetails
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
export interface UserIdentity {
  readonly type?: string
  readonly principalId?: string
  readonly arn?: string
  readonly accountId?: string
  readonly accessKeyId?: string
  readonly userName?: string
  readonly sessionContext?: {
    readonly sessionIssuer?: { readonly [name: string]: Json }
    readonly attributes?: { readonly [name: string]: Json }
    readonly sourceIdentity?: string
    readonly [name: string]: Json | undefined
  }
  readonly [name: string]: unknown
}

export interface AuditResource {
  readonly ARN: string
  readonly accountId?: string
  /** As CloudFormation names it: `AWS::S3::Bucket`. */
  readonly type?: string
}

export type EventType = 'AwsApiCall' | 'AwsServiceEvent' | 'AwsConsoleAction' | 'AwsConsoleSignIn'

export interface TlsDetails {
  readonly tlsVersion: string
  readonly cipherSuite: string
  readonly clientProvidedHostHeader: string
}

/** What the gateway knows of a request. Values are taken as they come: they are cleaned here. */
export interface RequestFacts {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly userIdentity: Readonly<Record<string, unknown>>
  /** Nearest first. */
  readonly actorChain: readonly Actor[]
  readonly eventSource: string
  readonly eventName: string
  readonly region: string
  readonly sourceIp: string
  readonly userAgent: string | undefined
  readonly requestId: string
  readonly decisionId?: string
  readonly isReadOnly: boolean
  /** Absent when the request never got so far that it was understood. */
  readonly input?: unknown
  /** `secretInputs` of the operation. */
  readonly secretInputs?: readonly string[]
  /** Only what the operation records of its output; CloudTrail records none for what is read only. */
  readonly output?: unknown
  readonly secretOutputs?: readonly string[]
  readonly error?: { readonly code: string; readonly message: string }
  readonly resources?: readonly AuditResource[]
  readonly recipientAccountId: string
  readonly sharedEventId?: string
  readonly eventType?: EventType
  /** Calls on the data of a resource (S3 objects), as CloudTrail tells them from calls that manage. */
  readonly isDataEvent?: boolean
  readonly tls?: TlsDetails
  /** Further members of `additionalEventData`. */
  readonly additional?: Readonly<Record<string, unknown>>
  readonly eventId?: string
}

export function auditRecord(facts: RequestFacts): AuditRecord {
  const { now, error, decisionId, sharedEventId, tls, isDataEvent = false, eventType = 'AwsApiCall' } = facts
  return {
    eventVersion: '1.11',
    userIdentity: identityOf(facts.userIdentity),
    eventTime: isoSeconds(now),
    eventSource: name(facts.eventSource),
    eventName: name(facts.eventName),
    awsRegion: name(facts.region),
    sourceIPAddress: name(facts.sourceIp),
    userAgent: boundedText(withoutSignatures(facts.userAgent ?? '-'), limits.userAgent),
    ...(error && { errorCode: name(error.code), errorMessage: boundedText(withoutSignatures(error.message), limits.errorMessage) }),
    requestParameters: boundedJson('requestParameters', redacted(facts.input, facts.secretInputs)),
    responseElements: boundedJson('responseElements', redacted(facts.output, facts.secretOutputs)),
    additionalEventData: additionalEventData(facts.actorChain, decisionId, facts.additional),
    requestID: name(facts.requestId),
    eventID: facts.eventId === undefined ? eventIdAt(now) : name(facts.eventId),
    readOnly: facts.isReadOnly,
    ...(facts.resources && { resources: facts.resources.slice(0, limits.resources).map(resource) }),
    eventType,
    managementEvent: !isDataEvent,
    recipientAccountId: name(facts.recipientAccountId),
    ...(sharedEventId !== undefined && { sharedEventID: name(sharedEventId) }),
    eventCategory: isDataEvent ? 'Data' : 'Management',
    ...(tls && { tlsDetails: boundedStrings({ ...tls }) as unknown as TlsDetails }),
  }
}

function identityOf(userIdentity: RequestFacts['userIdentity']): UserIdentity {
  let identity = identities.get(userIdentity)
  if (identity === undefined) {
    identity = boundedStrings(redacted(userIdentity)) as UserIdentity
    identities.set(userIdentity, identity)
  }
  return identity
}

function additionalEventData(
  chain: readonly Actor[],
  decisionId: string | undefined,
  additional: RequestFacts['additional'],
): AuditRecord['additionalEventData'] {
  const own = {
    actorChain: actorsOf(chain),
    ...(decisionId !== undefined && { decisionId: name(decisionId) }),
  }
  if (additional === undefined) return own
  const rest = boundedJson('additionalEventData', redacted(additional))
  // What the gateway says about the actor wins over anything of the same name.
  return { ...(rest as object), ...own }
}

function actorsOf(chain: readonly Actor[]): readonly Actor[] {
  let actors = chains.get(chain)
  if (actors === undefined) {
    actors = chain.slice(0, limits.actorChain).map(({ type, issuer, subject, label }) => ({
      type,
      issuer: name(issuer),
      subject: name(subject),
      ...(label !== undefined && { label: name(label) }),
    }))
    chains.set(chain, actors)
  }
  return actors
}

function resource({ ARN, accountId, type }: AuditResource): AuditResource {
  return { ...(accountId !== undefined && { accountId: name(accountId) }), ...(type !== undefined && { type: name(type) }), ARN: name(ARN) }
}

/** Every string of a small structure cut to the length of a name. */
function boundedStrings(value: Json): Json {
  if (typeof value === 'string') return name(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.slice(0, limits.resources).map(boundedStrings)
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, limits.resources)
      .map(([key, member]) => [name(key), boundedStrings(member)]),
  )
}

function name(text: string): string {
  return boundedText(text, limits.name)
}

/** A caller makes many calls with one identity and one chain. */
const identities = new WeakMap<object, UserIdentity>()
const chains = new WeakMap<readonly Actor[], readonly Actor[]>()
