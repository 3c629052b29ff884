/**
 * The output of a container in files, as it came: one line for each line, with time and stream before it. A file that has grown is followed
 * by the next one and the oldest goes, so that a task that writes without end does not fill the disk.
 */
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export interface OutputLine {
  readonly stream: 'stdout' | 'stderr'
  /** Milliseconds since 1970. */
  readonly at: number
  readonly text: string
  /** Where the line ends: reading goes on from there. */
  readonly position: string
}

/** Appends what one container writes. */
export class OutputWriter {
  readonly #folder: string
  readonly #begun = { stdout: new Begun(), stderr: new Begun() }
  #segment: number
  #file: number
  #bytes = 0

  constructor(folder: string) {
    this.#folder = folder
    this.#segment = (segmentsIn(folder).at(-1) ?? -1) + 1
    this.#file = openSync(pathOf(folder, this.#segment), 'a', 0o600)
  }

  /** @returns whether a line came to its end */
  write(stream: 'stdout' | 'stderr', chunk: Buffer, now: number): boolean {
    return this.#append(stream, this.#begun[stream].push(chunk), now)
  }

  /** Also what has no line feed behind it. */
  end(now: number): void {
    for (const stream of ['stdout', 'stderr'] as const) this.#append(stream, this.#begun[stream].end(), now)
    closeSync(this.#file)
  }

  #append(stream: 'stdout' | 'stderr', lines: readonly Buffer[], now: number): boolean {
    if (lines.length === 0) return false
    const head = Buffer.from(`${now} ${stream === 'stdout' ? '1' : '2'} `)
    const bytes = Buffer.concat(lines.flatMap((line) => [head, line, NEW_LINE]))
    if (writeSync(this.#file, bytes) < bytes.length) {
      // Half a line would take the next one with it.
      ftruncateSync(this.#file, this.#bytes)
      throw new Error('the disk is full')
    }
    this.#bytes += bytes.length
    if (this.#bytes >= SEGMENT_BYTES) this.#next()
    return true
  }

  #next(): void {
    const next = openSync(pathOf(this.#folder, this.#segment + 1), 'a', 0o600)
    closeSync(this.#file)
    this.#file = next
    this.#segment++
    this.#bytes = 0
    for (const old of segmentsIn(this.#folder)) if (old <= this.#segment - KEPT_SEGMENTS) rmSync(pathOf(this.#folder, old), { force: true })
  }
}

/** The lines behind a position, from the first one that is kept where it is absent. At most about 1 MiB at once. */
export function readOutput(folder: string, after?: string): readonly OutputLine[] {
  const [afterSegment = 0, afterOffset = 0] = positionOf(after)
  for (const segment of segmentsIn(folder)) {
    if (segment < afterSegment) continue
    const lines = readSegment(folder, segment, segment === afterSegment ? afterOffset : 0)
    if (lines.length > 0) return lines
  }
  return []
}

function readSegment(folder: string, segment: number, offset: number): readonly OutputLine[] {
  const path = pathOf(folder, segment)
  if (!existsSync(path)) return []
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(Math.min(READ_BYTES, Math.max(0, fstatSync(file).size - offset)))
    return parseOutput(bytes.subarray(0, readSync(file, bytes, 0, bytes.length, offset)), segment, offset)
  } finally {
    closeSync(file)
  }
}

/** The complete lines of a piece of a file. What is no line of ours is left out: a disk that was full cuts lines off. */
export function parseOutput(bytes: Buffer, segment: number, offset: number): readonly OutputLine[] {
  const lines: OutputLine[] = []
  for (let at = 0, end = bytes.indexOf(LINE_FEED); end >= 0; at = end + 1, end = bytes.indexOf(LINE_FEED, at)) {
    const [, time, stream, text] = /^(\d{1,15}) ([12]) (.*)$/s.exec(bytes.toString('utf8', at, end)) ?? []
    if (time === undefined || text === undefined) continue
    lines.push({ at: Number(time), stream: stream === '1' ? 'stdout' : 'stderr', text, position: `${segment}:${offset + end + 1}` })
  }
  return lines
}

/** A line that has no end yet. */
class Begun {
  #parts: Buffer[] = []
  #bytes = 0

  push(chunk: Buffer): readonly Buffer[] {
    const lines: Buffer[] = []
    let at = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; at = end + 1, end = chunk.indexOf(LINE_FEED, at)) {
      lines.push(Buffer.concat([...this.#parts, chunk.subarray(at, end)]))
      this.#parts = []
      this.#bytes = 0
    }
    if (at < chunk.length) this.#parts.push(chunk.subarray(at))
    this.#bytes += chunk.length - at
    return this.#bytes >= LONGEST_LINE ? [...lines, ...this.end()] : lines
  }

  end(): readonly Buffer[] {
    if (this.#bytes === 0) return []
    const line = Buffer.concat(this.#parts)
    this.#parts = []
    this.#bytes = 0
    return [line]
  }
}

function segmentsIn(folder: string): readonly number[] {
  return readdirSync(folder)
    .flatMap((name) => (/^output\.\d+$/.test(name) ? [Number(name.slice(7))] : []))
    .toSorted((a, b) => a - b)
}

function positionOf(text: string | undefined): readonly number[] {
  return text !== undefined && /^\d+:\d+$/.test(text) ? text.split(':').map(Number) : []
}

const pathOf = (folder: string, segment: number): string => join(folder, `output.${segment}`)
const LINE_FEED = 0x0a
const NEW_LINE = Buffer.from('\n')
const LONGEST_LINE = 262_144
const SEGMENT_BYTES = 8_388_608
const KEPT_SEGMENTS = 3
const READ_BYTES = 1_048_576
