/** Tells what a container writes, as the engine has it, and remembers in a file how far it came. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import type { OutputLine } from '../../services/ecs/runtime-port.ts'
import { type DockerEngine, enginePath } from './engine.ts'
import { type DockerLogLine, LogFrames, TerminalLines } from './log-frames.ts'

export interface FollowedContainer {
  readonly id: string
  readonly isTerminal: boolean
}

export class LogFollower {
  /** Ends when all that the container wrote was taken; never where that can't be. */
  readonly ended: Promise<void>
  readonly #engine: DockerEngine
  readonly #container: FollowedContainer
  readonly #file: string
  readonly #tell: (lines: readonly OutputLine[]) => Promise<void>
  #stream: IncomingMessage | undefined
  #isClosed = false

  /** @param file where the position is kept */
  constructor(engine: DockerEngine, container: FollowedContainer, file: string, tell: (lines: readonly OutputLine[]) => Promise<void>) {
    this.#engine = engine
    this.#container = container
    this.#file = file
    this.#tell = tell
    this.ended = this.#follow()
    this.ended.catch(() => {}) // whoever waits for the end is told
  }

  close(): void {
    this.#isClosed = true
    this.#stream?.destroy()
  }

  async #follow(): Promise<void> {
    const { id, isTerminal } = this.#container
    const after = readPosition(this.#file)
    const query = { follow: true, stdout: true, stderr: true, timestamps: true, since: after && sinceOf(after) }
    this.#stream = await this.#engine.stream('GET', enginePath(`/containers/${id}/logs`, query))
    const reader = isTerminal ? new TerminalLines() : new LogFrames()
    const isNew = ({ timestamp }: DockerLogLine): boolean => after === undefined || nanosecondsOf(timestamp) > nanosecondsOf(after)
    for await (const chunk of this.#stream) await this.#take(reader.push(chunk as Buffer).filter(isNew))
    await this.#take(reader.end().filter(isNew))
  }

  async #take(lines: readonly DockerLogLine[]): Promise<void> {
    const last = lines.at(-1)
    if (last === undefined || this.#isClosed) return
    await this.#tell(lines.map(({ stream, timestamp, text }) => ({ stream, text, at: Date.parse(timestamp) })))
    writeFileSync(this.#file, last.timestamp, { mode: 0o600 })
  }
}

export function forgetPosition(file: string): void {
  rmSync(file, { force: true })
}

function readPosition(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** `2026-11-25T16:26:31.123456789Z` in nanoseconds since 1970. */
export function nanosecondsOf(timestamp: string): bigint {
  const [whole = '', fraction = ''] = timestamp.replace('Z', '').split('.')
  return BigInt(Date.parse(`${whole}Z`)) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'))
}

/** As the engine takes it: seconds and nanoseconds. */
function sinceOf(timestamp: string): string {
  const nanoseconds = nanosecondsOf(timestamp)
  return `${nanoseconds / 1_000_000_000n}.${String(nanoseconds % 1_000_000_000n).padStart(9, '0')}`
}
