/** Load over keep-alive connections on `node:net`: as little work for each answer as can be, since the machine is shared with the server. */
import { connect, type Socket } from 'node:net'

export interface Load {
  /** Whole requests, taken in turn. */
  readonly requests: readonly Buffer[]
  readonly connections: number
  readonly milliseconds: number
  /** Ends the load before its time. */
  readonly count?: number
}

export interface Answers {
  readonly count: number
  readonly seconds: number
  /** Milliseconds, ascending. */
  readonly latencies: readonly number[]
}

/** Rejects when anything but 200 is answered: a refusal is cheaper than what is to be measured. */
export async function run(url: string, { requests, connections, milliseconds, count = Infinity }: Load): Promise<Answers> {
  const { hostname, port } = new URL(url)
  const latencies: number[] = []
  const started = performance.now()
  let next = 0
  const take = (): Buffer | undefined => {
    if (next >= count || performance.now() - started >= milliseconds) return undefined
    return requests[next++ % requests.length]
  }
  await Promise.all(
    Array.from({ length: connections }, () => converse(() => connect(Number(port), hostname).setNoDelay(), take, latencies)),
  )
  return { count: latencies.length, seconds: (performance.now() - started) / 1000, latencies: latencies.sort((a, b) => a - b) }
}

export function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? Number.NaN
}

/** One request after the other until there are no more. A server that closes after an answer gets a new connection. */
function converse(open: () => Socket, take: () => Buffer | undefined, latencies: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let socket = open()
    let sentAt = 0
    let answer = ''
    const send = (): void => {
      const request = take()
      if (request === undefined) {
        socket.destroy()
        return resolve()
      }
      sentAt = performance.now()
      answer = ''
      socket.write(request)
    }
    const onAnswer = (isClosing: boolean): void => {
      latencies.push(performance.now() - sentAt)
      if (!answer.startsWith('HTTP/1.1 200') && !answer.startsWith('HTTP/1.0 200')) return reject(new Error(`answered with ${answer}`))
      if (isClosing) {
        socket.removeAllListeners().destroy()
        socket = open()
        listen()
      }
      send()
    }
    const listen = (): void => {
      socket.setEncoding('latin1')
      socket.on('error', reject)
      socket.on('end', () => reject(new Error('the connection was closed in the middle of an answer')))
      socket.on('data', (chunk: string) => {
        answer += chunk
        const head = answer.indexOf('\r\n\r\n')
        if (head >= 0 && answer.length >= head + 4 + lengthIn(answer.slice(0, head))) onAnswer(isLast(answer.slice(0, head)))
      })
    }
    listen()
    send()
  })
}

function lengthIn(head: string): number {
  return Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN)
}

function isLast(head: string): boolean {
  return head.startsWith('HTTP/1.0') || /\r\nconnection: close/i.test(head)
}
