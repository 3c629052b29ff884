/** Log events with who is behind them, for the service of our own. */
import type { LogLine, LookupLogLinesOutput } from './api/log-lines.ts'
import type { Actor } from './kernel/caller.ts'
import type { State } from './kernel/state.ts'
import { assertGroupName, groupResource } from './services/logs/arn.ts'
import { logsError } from './services/logs/errors.ts'
import { findGroup, groupOf, groupTags, oldestOf } from './services/logs/logs-operation.ts'
import { matcherOf } from './services/logs/operations/filter-log-events.ts'
import { readToken, writeToken } from './services/logs/page.ts'
import type { LogEvents, StoredEvent } from './services/logs/ports.ts'
import { type LogGroup, logStreams, streamKey } from './services/logs/state.ts'
import { describedActor } from './services/tidegate/actors.ts'
import type { LogLines, LogLinesQuery, LogsWhere } from './services/tidegate/ports.ts'

export function logLinesFrom(state: State, events: LogEvents): LogLines {
  return {
    judgedAs(group, where) {
      const found = state.read((view) => findGroup(view, where, group))
      return { resource: groupResource(where, group), context: groupTags(found) }
    },
    lookUp(name, query, where) {
      const group = state.read((view) => groupOf(view, where, assertGroupName(name)))
      return query.position === undefined
        ? lookBack({ group, query, where, state, events })
        : lookOn(query.position, { group, query, where, state, events })
    },
  }
}

interface Lookup {
  readonly group: LogGroup
  readonly query: LogLinesQuery
  readonly where: LogsWhere
  readonly state: State
  readonly events: LogEvents
}

/** In the order of time, a page at a time. */
function lookBack(lookup: Lookup): LookupLogLinesOutput {
  const { group, query, events } = lookup
  const { position, after: first } = placeOf(query.token) ?? { position: events.lastSequence(), after: undefined }
  const from = Math.max(query.from, oldestOf(group, query.now))
  let after = first
  const page = new Page(lookup)
  for (;;) {
    const found = events.read({ groupId: group.id, from, ...(after && { after }), direction: 'forward', limit: slice })
    for (const event of found) {
      after = event
      // What came later is for whoever goes on from the position.
      if (event.sequence <= position) page.add(event)
      if (page.isFull) break
    }
    const isAll = found.length < slice && (found.length === 0 || found.at(-1) === after)
    if (after === undefined || isAll) return { Lines: page.lines, Position: position }
    if (page.isFull) return { Lines: page.lines, Position: position, NextToken: writeToken(`${position}.${after.time}.${after.sequence}`) }
  }
}

/** In the order in which they came. */
function lookOn(position: number, lookup: Lookup): LookupLogLinesOutput {
  const page = new Page(lookup)
  let last = position
  for (const event of lookup.events.arrivals(lookup.group.id, position, mostLooked)) {
    last = event.sequence
    page.add(event)
    if (page.isFull) break
  }
  return { Lines: page.lines, Position: last }
}

/** Lines that are wanted, until there are enough of them, or enough were looked at that whoever waits should hear of it. */
class Page {
  readonly lines: LogLine[] = []
  readonly #matches: (message: string) => boolean
  readonly #streams: ReadonlyMap<string, string>
  readonly #actors: readonly string[]
  #looked = 0
  #size = 0

  constructor({ group, query, where, state }: Lookup) {
    this.#matches = matcherOf(query.pattern)
    this.#actors = query.actors
    const prefix = streamKey(where.region, group.name, '')
    const streams = state.read((view) => view.list(logStreams, where.accountId, { prefix }))
    this.#streams = new Map(streams.map(({ value: { id, name } }) => [id, name]))
  }

  get isFull(): boolean {
    return this.#looked >= mostLooked || this.#size >= mostCharacters || this.lines.length >= mostLines
  }

  add({ streamId, time, message, origin }: StoredEvent): void {
    this.#looked++
    const stream = this.#streams.get(streamId)
    if (stream === undefined || !this.#actors.every((each) => isBehind(each, origin.actorChain)) || !this.#matches(message)) return
    this.#size += message.length
    this.lines.push({
      Time: time,
      LogStreamName: stream,
      Message: message,
      Principal: origin.principalArn,
      Actors: origin.actorChain.map(describedActor),
    })
  }
}

function isBehind(who: string, chain: readonly Actor[]): boolean {
  return chain.some(({ issuer, subject, label }) => who === subject || who === label || who === `${issuer}|${subject}`)
}

interface TokenPlace {
  readonly position: number
  readonly after: { readonly time: number; readonly sequence: number }
}

function placeOf(token: string | undefined): TokenPlace | undefined {
  if (token === undefined) return undefined
  const [, position, time, sequence] = /^(\d{1,16})\.(-?\d{1,16})\.(\d{1,16})$/.exec(readToken(token)) ?? []
  if (position === undefined) throw logsError('InvalidParameterException', 'The specified nextToken is invalid.')
  return { position: Number(position), after: { time: Number(time), sequence: Number(sequence) } }
}

const slice = 1_000
const mostLooked = 20_000
const mostLines = 1_000
const mostCharacters = 1_000_000
