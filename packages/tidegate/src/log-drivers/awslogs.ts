/**
 * The `awslogs` driver: what a container writes becomes events of CloudWatch Logs, put there with the session of its execution role. So the
 * policies say whether that may be, and each event has the chain of the task on it.
 */
import type { FrontDoor, InnerCaller } from '../kernel/front-door.ts'
import { RefusedCall } from '../kernel/front-door.ts'
import type { LogDriver, LoggedContainer, LogSink, OutputLine } from '../services/ecs/runtime-port.ts'
import { type AwsLogsOptions, awsLogsOptions } from './awslogs-options.ts'

export interface AwsLogsPorts {
  readonly frontDoor: FrontDoor
  /** Told once for a stream whose events were lost, and why. */
  readonly onLost: (stream: string, error: unknown) => void
  /** Resolves after so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>
}

export function awsLogsDriver(ports: AwsLogsPorts): LogDriver {
  return {
    async open(container) {
      const options = awsLogsOptions(container)
      await createStream(options, container, ports.frontDoor)
      return new AwsLogsSink(options, container.as, ports)
    },
  }
}

/** A stream that is there already is gone on with: that is what a restart finds. */
async function createStream(options: AwsLogsOptions, { as }: LoggedContainer, frontDoor: FrontDoor): Promise<void> {
  const { group: logGroupName, stream: logStreamName, region } = options
  const ask = async (operation: string, input: object): Promise<string> => {
    try {
      await frontDoor.call({ service: 'logs', operation, input, region, as: await as() })
      return 'done'
    } catch (error) {
      if (error instanceof RefusedCall && goesOn.has(error.code)) return error.code
      throw error
    }
  }
  const create = () => ask('CreateLogStream', { logGroupName, logStreamName })
  const answer = await create()
  if (answer !== 'ResourceNotFoundException') return
  if (options.isGroupCreated) await ask('CreateLogGroup', { logGroupName })
  // What is refused now is refused for good.
  await frontDoor
    .call({ service: 'logs', operation: 'CreateLogStream', input: { logGroupName, logStreamName }, region, as: await as() })
    .catch((error: unknown) => {
      if (!(error instanceof RefusedCall && error.code === 'ResourceAlreadyExistsException')) throw error
    })
}

interface Event {
  readonly timestamp: number
  readonly message: string
}

class AwsLogsSink implements LogSink {
  readonly #options: AwsLogsOptions
  readonly #as: () => Promise<InnerCaller>
  readonly #ports: AwsLogsPorts
  /** Lines of an event that may go on. */
  #open: { readonly at: number; readonly lines: string[]; bytes: number } | undefined
  #waiting: Event[] = []
  #waitingBytes = 0
  #sending: Promise<void> | undefined
  #isClosed = false
  #isTold = false

  constructor(options: AwsLogsOptions, as: () => Promise<InnerCaller>, ports: AwsLogsPorts) {
    this.#options = options
    this.#as = as
    this.#ports = ports
  }

  async write(lines: readonly OutputLine[]): Promise<void> {
    for (const line of lines) this.#take(line)
    const sent = this.#send()
    if (this.#options.bufferBytes === undefined) await sent
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#endEvent()
    await this.#send()
  }

  #take({ text, at }: OutputLine): void {
    const { startsEvent } = this.#options
    if (startsEvent === undefined) return this.#keep(text, at)
    const open = this.#open
    if (open !== undefined && !startsEvent(text) && open.bytes + text.length < longestEvent) {
      open.lines.push(text)
      open.bytes += text.length + 1
      return
    }
    this.#endEvent()
    const next = { at, lines: [text], bytes: text.length }
    this.#open = next
    void this.#ports.sleep(longestOpen).then(() => {
      if (this.#open !== next) return
      this.#endEvent()
      void this.#send()
    })
  }

  #endEvent(): void {
    const open = this.#open
    this.#open = undefined
    if (open !== undefined) this.#keep(open.lines.join('\n'), open.at)
  }

  /** Empty lines are no events, and a long one is several. */
  #keep(text: string, at: number): void {
    for (let from = 0; from < text.length; from += longestEvent) {
      const message = text.slice(from, from + longestEvent)
      const bytes = Buffer.byteLength(message) + overhead
      const { bufferBytes } = this.#options
      if (bufferBytes !== undefined && this.#waiting.length > 0 && this.#waitingBytes + bytes > bufferBytes) {
        this.#lose(new Error('the buffer of the log driver is full'))
        return
      }
      this.#waiting.push({ timestamp: at, message })
      this.#waitingBytes += bytes
    }
  }

  /** One batch after the other, so that the order stays. */
  #send(): Promise<void> {
    return (this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    }))
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = batchOf(this.#waiting)
      await this.#put(batch)
      this.#waiting.splice(0, batch.length)
      for (const { message } of batch) this.#waitingBytes -= Buffer.byteLength(message) + overhead
    }
  }

  async #put(batch: readonly Event[]): Promise<void> {
    const { group: logGroupName, stream: logStreamName, region } = this.#options
    const logEvents = batch.toSorted((a, b) => a.timestamp - b.timestamp)
    for (let attempt = 0; ; attempt++) {
      try {
        const input = { logGroupName, logStreamName, logEvents }
        await this.#ports.frontDoor.call({ service: 'logs', operation: 'PutLogEvents', input, region, as: await this.#as() })
        return
      } catch (error) {
        const isTemporary = !(error instanceof RefusedCall) || error.fault === 'server'
        if (!isTemporary || (this.#isClosed && attempt >= mostAttempts)) return this.#lose(error)
        await this.#ports.sleep(Math.min(longestPause, 50 * 2 ** attempt))
      }
    }
  }

  #lose(error: unknown): void {
    if (this.#isTold) return
    this.#isTold = true
    this.#ports.onLost(`${this.#options.group} ${this.#options.stream}`, error)
  }
}

/** As many as one call takes: events, bytes, and the time between the first and the last. */
function batchOf(events: readonly Event[]): readonly Event[] {
  let bytes = 0
  let [earliest, latest] = [Infinity, -Infinity]
  const end = events.findIndex(({ message, timestamp }) => {
    bytes += Buffer.byteLength(message) + overhead
    earliest = Math.min(earliest, timestamp)
    latest = Math.max(latest, timestamp)
    return bytes > largestBatch || latest - earliest > longestSpan
  })
  return events.slice(0, Math.min(end < 0 ? events.length : Math.max(1, end), 10_000))
}

const goesOn: ReadonlySet<string> = new Set(['ResourceAlreadyExistsException', 'ResourceNotFoundException'])
/** Characters; a quarter of what the service takes for an event even where each has four bytes. */
const longestEvent = 262_118 / 2
const overhead = 26
const largestBatch = 1_048_576
const longestSpan = 24 * 3_600_000
/** Milliseconds that an event waits for more lines. */
const longestOpen = 1000
const mostAttempts = 5
const longestPause = 5_000
