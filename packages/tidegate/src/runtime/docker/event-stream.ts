/** What happens to the containers of an instance, told as it happens, again and again also where the engine was away. */
import type { IncomingMessage } from 'node:http'
import { JsonLines } from '../json-lines.ts'
import { instanceLabel } from './container-config.ts'
import { type DockerEngine, enginePath, recordOf, textOf } from './engine.ts'

export interface ContainerEvent {
  readonly id: string
  /** For example `die`, `health_status: healthy`. */
  readonly action: string
  /** With `die`. */
  readonly exitCode: number | undefined
}

export interface EventStreamOptions {
  readonly engine: DockerEngine
  readonly instance: string
  readonly onEvent: (event: ContainerEvent) => void
  /** The stream is open, the first time or again: what happened in between has to be looked up. */
  readonly onOpen: () => void
  /** The engine is away, since so many milliseconds, 0 the first time. Told each time that it was asked in vain. */
  readonly onAway: (milliseconds: number, error: unknown) => void
}

export class EventStream {
  readonly #options: EventStreamOptions
  #stream: IncomingMessage | undefined
  #timer: NodeJS.Timeout | undefined
  #awaySince: number | undefined
  #isClosed = false

  constructor(options: EventStreamOptions) {
    this.#options = options
  }

  /** Resolves when it is open for the first time. */
  async open(): Promise<void> {
    const stream = await this.#connect()
    void this.#read(stream)
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#stream?.destroy()
  }

  async #connect(): Promise<IncomingMessage> {
    const { engine, instance } = this.#options
    const filters = { type: ['container'], label: [`${instanceLabel}=${instance}`], event: ['die', 'health_status'] }
    return (this.#stream = await engine.stream('GET', enginePath('/events', { filters })))
  }

  async #read(stream: IncomingMessage): Promise<void> {
    let problem: unknown = new Error('the engine ended the stream of its events')
    const lines = new JsonLines()
    try {
      for await (const chunk of stream.setEncoding('utf8')) for (const line of lines.push(String(chunk))) this.#tell(line)
    } catch (error) {
      problem = error
    }
    if (!this.#isClosed) this.#retry(problem)
  }

  #tell(line: unknown): void {
    const { Action, Actor } = recordOf(line)
    const { ID, Attributes } = recordOf(Actor)
    const exitCode = Number.parseInt(textOf(recordOf(Attributes)['exitCode']), 10)
    this.#options.onEvent({ id: textOf(ID), action: textOf(Action), exitCode: Number.isNaN(exitCode) ? undefined : exitCode })
  }

  #retry(problem: unknown): void {
    const now = performance.now()
    this.#awaySince ??= now
    this.#options.onAway(now - this.#awaySince, problem)
    this.#timer = setTimeout(() => {
      this.#connect().then(
        (stream) => {
          this.#awaySince = undefined
          void this.#read(stream)
          this.#options.onOpen()
        },
        (error: unknown) => {
          if (!this.#isClosed) this.#retry(error)
        },
      )
    }, RETRY_MILLISECONDS)
  }
}

const RETRY_MILLISECONDS = 500
