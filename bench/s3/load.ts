/** Load over keep-alive connections, which looks at no more of an answer than its head and its length. */
import { connect, type Socket } from 'node:net'

export interface Load {
  /** Makes the next request. */
  readonly next: () => readonly Uint8Array[]
  readonly connections: number
  readonly milliseconds: number
  /** Ends the load before its time. */
  readonly count?: number
}

export interface Answers {
  readonly count: number
  readonly bytes: number
  readonly seconds: number
}

/** Ends when the time is over and what was asked is answered. Rejects when a refusal is answered. */
export async function run(url: string, { next, connections, milliseconds, count = Infinity }: Load): Promise<Answers> {
  const { hostname, port } = new URL(url)
  const started = performance.now()
  const totals = { count: 0, bytes: 0 }
  let asked = 0
  const open = (): Socket => connect(Number(port), hostname).setNoDelay()
  const converse = async (): Promise<void> => {
    let connection = new Connection(open())
    while (asked < count && performance.now() - started < milliseconds) {
      asked++
      const { bytes, isLast } = await connection.ask(next())
      totals.count++
      totals.bytes += bytes
      if (isLast) {
        connection.close()
        connection = new Connection(open())
      }
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: connections }, converse))
  return { ...totals, seconds: (performance.now() - started) / 1000 }
}

/** One request at a time. */
class Connection {
  readonly #socket: Socket
  #answer: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void } | undefined
  #head = ''
  #isLast = false
  /** Bytes of the body that are to come; `undefined` before the head, NaN where chunks end it. */
  #left: number | undefined
  #bytes = 0
  #tail = ''

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('error', (error) => this.#answer?.reject(error))
    socket.on('close', () => this.#answer?.reject(new Error('the connection was closed in the middle of an answer')))
  }

  ask(request: readonly Uint8Array[]): Promise<Answer> {
    this.#head = ''
    this.#left = undefined
    this.#bytes = 0
    this.#tail = ''
    return new Promise((resolve, reject) => {
      this.#answer = { resolve, reject }
      for (const part of request) this.#socket.write(part)
    })
  }

  close(): void {
    this.#answer = undefined
    this.#socket
      .removeAllListeners()
      .on('error', () => {})
      .destroy()
  }

  #take(chunk: Buffer): void {
    let body = chunk
    if (this.#left === undefined) {
      const at = this.#head.length
      this.#head += chunk.toString('latin1')
      const end = this.#head.indexOf('\r\n\r\n')
      if (end < 0) return
      const head = this.#head.slice(0, end)
      if (head.startsWith('HTTP/1.1 100')) {
        this.#head = ''
        return
      }
      if (!/^HTTP\/1\.[01] 20/.test(head)) return this.#answer?.reject(new Error(`answered with ${this.#head}`))
      this.#isLast = head.startsWith('HTTP/1.0') || /\r\nconnection: close/i.test(head)
      this.#left = head.startsWith('HTTP/1.1 204') ? 0 : Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN)
      body = chunk.subarray(end + 4 - at)
    }
    this.#bytes += body.length
    if (Number.isNaN(this.#left)) {
      this.#tail = (this.#tail + body.subarray(-7).toString('latin1')).slice(-7)
      if (!this.#tail.endsWith('\r\n0\r\n\r\n') && this.#tail !== '0\r\n\r\n') return
    } else if (this.#bytes < this.#left) return
    this.#answer?.resolve({ bytes: this.#bytes, isLast: this.#isLast })
    this.#answer = undefined
  }
}

interface Answer {
  readonly bytes: number
  readonly isLast: boolean
}
