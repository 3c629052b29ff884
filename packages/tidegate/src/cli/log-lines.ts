/** Lines of log groups, read page by page and followed, and how they look on a terminal. */
import { textInRecord } from '../audit/record-text.ts'
import type { LogLine, LookupLogLinesInput, LookupLogLinesOutput } from '../api/log-lines.ts'

export interface LogSource {
  readonly group: string
  /** Calls LookupLogLines where the group is. */
  readonly lookUp: (input: LookupLogLinesInput) => Promise<LookupLogLinesOutput>
}

export interface Wanted {
  readonly actors: readonly string[]
  readonly pattern: string | undefined
  /** Milliseconds since 1970. */
  readonly since: number
  readonly isFollowed: boolean
}

export interface GroupLine extends LogLine {
  readonly group: string
}

/**
 * Lines as they are found, some at a time: first what there is, then, where it is followed, what comes, without end. Those of several groups
 * are in the order of time as far as they were found together.
 */
export async function* linesOf(
  sources: readonly LogSource[],
  { actors, pattern, since, isFollowed }: Wanted,
  pause: () => Promise<void>,
): AsyncGenerator<readonly GroupLine[]> {
  const positions = new Map<LogSource, number>()
  const earlier: GroupLine[][] = []
  for (const source of sources) {
    const found: GroupLine[] = []
    let token: string | undefined
    do {
      const input = { LogGroupName: source.group, Actors: actors, FilterPattern: pattern, StartTime: since, NextToken: token }
      const { Lines, NextToken, Position } = await source.lookUp(input)
      positions.set(source, Position)
      token = NextToken
      // One group is printed as it is read, however long it is.
      if (sources.length === 1) yield inGroup(source, Lines)
      else found.push(...inGroup(source, Lines))
    } while (token !== undefined)
    earlier.push(found)
  }
  yield byTime(earlier.flat())
  while (isFollowed) {
    await pause()
    const came: GroupLine[] = []
    for (const source of sources) {
      const Position = positions.get(source)
      const page = await source.lookUp({ LogGroupName: source.group, Actors: actors, FilterPattern: pattern, Position })
      positions.set(source, page.Position)
      came.push(...inGroup(source, page.Lines))
    }
    yield byTime(came)
  }
}

/** Time, container and the beginning of the task's id, message. What would move the cursor of a terminal is written as `\uXXXX`. */
export function lineText({ Time, LogStreamName, Message }: LogLine): string {
  const [container = '', task = ''] = LogStreamName.split('/').slice(-2)
  const source = /^[0-9a-f]{32}$/.test(task) ? `${container}/${task.slice(0, 8)}` : LogStreamName
  const message = Message.replace(/\n$/, '').split('\n').map(printable).join('\n    ')
  return `${new Date(Time).toISOString()}  ${printable(source)}  ${message}`
}

/** An object of its own for each line, for programs. */
export function lineJson({ Time, group, LogStreamName, Message, Principal, Actors }: GroupLine): string {
  const actors = Actors.map(({ Type: type, Issuer: issuer, Subject: subject, Label: label }) => ({ type, issuer, subject, label }))
  return JSON.stringify({
    time: new Date(Time).toISOString(),
    group,
    stream: LogStreamName,
    message: Message,
    principal: Principal,
    actors,
  })
}

function inGroup({ group }: LogSource, lines: readonly LogLine[]): GroupLine[] {
  return lines.map((line) => ({ ...line, group }))
}

function byTime(lines: readonly GroupLine[]): readonly GroupLine[] {
  return lines.toSorted((a, b) => a.Time - b.Time)
}

/** As records have it, but for what does no harm on a terminal. */
function printable(text: string): string {
  return textInRecord(text).replaceAll(/\\(?:(["\\])|t)/g, (_, character?: string) => character ?? '\t')
}
