/** What is asked of each server, as whole requests: presigned where it speaks S3. */
import { presigned } from '../../packages/tidegate/test/support/signer.ts'
import { type Answers, run } from './load.ts'
import type { Contestant } from './servers.ts'

export interface Scenario {
  readonly name: string
  readonly connections: number
  /** Of an answer or a body, for the rate in MiB/s; `undefined` where requests are counted. */
  readonly bytes: number | undefined
  /** `undefined` where the server has nothing of the kind. */
  readonly load: (contestant: Contestant) => (() => readonly Uint8Array[]) | undefined
}

const kib = 1024
const mib = 1024 * kib

export const scenarios: readonly Scenario[] = [
  { name: 'GET 1 KiB', connections: 16, bytes: undefined, load: (of) => getting(of, 'small', kib) },
  { name: 'GET 1 MiB', connections: 4, bytes: mib, load: (of) => getting(of, 'middle', mib) },
  { name: 'GET 100 MiB', connections: 2, bytes: 100 * mib, load: (of) => getting(of, 'large', 100 * mib) },
  { name: 'PUT 1 KiB', connections: 16, bytes: undefined, load: (of) => putting(of, kib) },
  { name: 'PUT 1 MiB', connections: 4, bytes: mib, load: (of) => putting(of, mib) },
  { name: 'LIST 1,000 keys', connections: 4, bytes: undefined, load: (of) => listing(of, '/list', 'list-type=2') },
  {
    name: 'LIST 10 prefixes of 1,000 keys',
    connections: 4,
    bytes: undefined,
    load: (of) => (of.listing === 's3' ? listing(of, '/groups', 'delimiter=%2F&list-type=2') : undefined),
  },
]

/** Puts what is then read and listed. */
export async function prepare(contestant: Contestant): Promise<void> {
  if (contestant.listing === 's3')
    for (const bucket of ['/bench', '/list', '/groups']) await ask(contestant, request(contestant, 'PUT', bucket))
  for (const [name, size, count] of [
    ['small', kib, 256],
    ['middle', mib, 8],
    ['large', 100 * mib, 1],
  ] as const) {
    await putAll(
      contestant,
      Array.from({ length: count }, (_, i) => `/bench/${name}-${i}`),
      Buffer.alloc(size, name),
    )
  }
  const tiny = Buffer.from('x')
  if (contestant.listing !== undefined)
    await putAll(
      contestant,
      Array.from({ length: 1000 }, (_, i) => `/list/key-${String(i).padStart(4, '0')}`),
      tiny,
    )
  if (contestant.listing === 's3')
    await putAll(
      contestant,
      Array.from({ length: 1000 }, (_, i) => `/groups/group-${i % 10}/key-${i}`),
      tiny,
    )
}

function getting(contestant: Contestant, name: string, size: number): () => readonly Uint8Array[] {
  const count = size === kib ? 256 : size === mib ? 8 : 1
  return inTurn(Array.from({ length: count }, (_, i) => [request(contestant, 'GET', `/bench/${name}-${i}`)]))
}

/** Over and over the same keys, so that no server's disk fills up. */
function putting(contestant: Contestant, size: number): () => readonly Uint8Array[] {
  const body = Buffer.alloc(size, 'body')
  return inTurn(Array.from({ length: 256 }, (_, i) => [request(contestant, 'PUT', `/bench/put-${size}-${i}`, '', size), body]))
}

function listing(contestant: Contestant, path: string, query: string): (() => readonly Uint8Array[]) | undefined {
  if (contestant.listing === undefined) return undefined
  return inTurn([[contestant.listing === 's3' ? request(contestant, 'GET', path, query) : request(contestant, 'GET', `${path}/`)]])
}

async function putAll(contestant: Contestant, paths: readonly string[], body: Uint8Array): Promise<void> {
  const left = [...paths]
  const worker = async (): Promise<void> => {
    for (let path = left.pop(); path !== undefined; path = left.pop())
      await ask(contestant, request(contestant, 'PUT', path, '', body.length), body)
  }
  await Promise.all(Array.from({ length: 8 }, worker))
}

async function ask(contestant: Contestant, ...parts: readonly Uint8Array[]): Promise<Answers> {
  return run(contestant.server.url, { next: () => parts, connections: 1, milliseconds: Infinity, count: 1 })
}

function inTurn<T>(all: readonly [T, ...T[]] | readonly T[]): () => T {
  let at = 0
  return () => {
    const next = all[at++ % all.length]
    if (next === undefined) throw new Error('there is nothing to ask')
    return next
  }
}

function request({ server, key }: Contestant, method: string, path: string, query = '', length = 0): Buffer {
  const { host } = new URL(server.url)
  const lengthHeader = method === 'PUT' ? `content-length: ${length}\r\n` : ''
  if (key === undefined) return Buffer.from(`${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${lengthHeader}\r\n`)
  const signed = presigned(
    { method, path, query, headers: { host } },
    { service: 's3', region: 'us-east-1', at: Date.now(), expires: 3600, ...key },
  )
  return Buffer.from(`${method} ${signed.path}?${signed.query} HTTP/1.1\r\nhost: ${host}\r\n${lengthHeader}\r\n`)
}
