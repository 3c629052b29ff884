/** What CloudWatch Logs needs of the rest of the instance. */
import type { Actor } from '../../kernel/caller.ts'
import type { State } from '../../kernel/state.ts'

export interface LogsPorts {
  readonly state: State
  readonly events: LogEvents
  /** Aborted when the instance closes: answers that go on end then. */
  readonly closing: AbortSignal
}

/** The events of all log groups. Ids are those of `LogGroup` and `LogStream`; times are milliseconds since 1970. */
export interface LogEvents {
  /** Resolves when they are durable. */
  append(stream: StreamRef, events: readonly NewEvent[], origin: Origin): Promise<void>
  /** In the order of time, then of arrival; or against it. */
  read(query: EventQuery): readonly StoredEvent[]
  /** Of a stream; undefined where it is empty. */
  bounds(streamId: string): StreamBounds | undefined
  /** Bytes of a group as AWS counts them: each event's text and 26 more. */
  storedBytes(groupId: string): number
  /** Those of a group that came behind the event of this number, in the order in which they came, whenever they happened. */
  arrivals(groupId: string, behind: number, limit: number): readonly StoredEvent[]
  /** Number of the event that came last, of all; 0 where there is none. */
  lastSequence(): number
  removeGroup(groupId: string): Promise<void>
  removeStream(streamId: string): Promise<void>
  /** Deletes what happened before `time`. */
  expire(groupId: string, time: number): Promise<void>
}

export interface StreamRef {
  readonly groupId: string
  readonly streamId: string
}

export interface NewEvent {
  readonly time: number
  readonly message: string
  readonly ingestedAt: number
}

/** Whose words these are. Taken from the session that wrote them, never from the client's input. */
export interface Origin {
  /** ARN of the caller. */
  readonly principalArn: string
  /** Nearest first: the task, its service, the person who deployed it. */
  readonly actorChain: readonly Actor[]
}

export interface EventQuery {
  /** One of the two. */
  readonly groupId?: string
  readonly streamId?: string
  /** With `groupId`: only these streams. */
  readonly streamIds?: readonly string[]
  /** Inclusive, and exclusive. */
  readonly from?: number
  readonly to?: number
  /** Behind this place, in the direction of reading. */
  readonly after?: Place
  readonly direction: 'forward' | 'backward'
  readonly limit: number
}

/** Where an event stands among all: two of the same time are told apart by the order in which they came. */
export interface Place {
  readonly time: number
  readonly sequence: number
}

export interface StoredEvent extends Place {
  readonly streamId: string
  readonly ingestedAt: number
  readonly message: string
  readonly origin: Origin
}

export interface StreamBounds {
  readonly firstTime: number
  readonly lastTime: number
  readonly lastIngestedAt: number
}
