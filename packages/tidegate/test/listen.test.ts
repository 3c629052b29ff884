import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, test, vi } from 'vitest'
import type { WireRequest, WireResponse } from '../src/kernel/wire-request.ts'
import { listen, type Listener, type ListenOptions } from '../src/gateway/listen.ts'
import { operatorRoutes } from '../src/gateway/operator-routes.ts'
import { requirement } from './support/require.ts'

let listener: Listener
let seen: WireRequest[]
let bodies: string[]
let failures: unknown[]

async function open(options: Partial<ListenOptions> = {}): Promise<void> {
  seen = []
  bodies = []
  failures = []
  listener = await listen({
    port: 0,
    newRequestId: () => 'r-listener',
    onFailure: (error) => failures.push(error),
    serve: async (request) => {
      seen.push(request)
      bodies.push(Buffer.from(await request.body.bytes(1000)).toString())
      return ok
    },
    ...options,
  })
}

const ok: WireResponse = { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' }

/** Sends bytes as they are; resolves to everything that comes back until the other side closes. */
async function untilClosed(bytes: string): Promise<string> {
  const socket = dial()
  let answer = ''
  socket.on('data', (chunk) => (answer += chunk.toString('latin1')))
  const closed = new Promise((resolve) => socket.on('close', resolve))
  socket.write(bytes, 'latin1')
  await closed
  return answer
}

function dial(): Socket {
  // A listener that has read enough closes while we may still be writing.
  return connect({ port: listener.port, host: '127.0.0.1', noDelay: true }).on('error', () => {})
}

/** Reads until the text fits. */
async function untilText(socket: Socket, pattern: RegExp): Promise<string> {
  let answer = ''
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    answer += String(chunk)
    if (pattern.test(answer)) return answer
  }
  throw new Error(`closed after ${answer}`)
}

const statuses = (answer: string): string[] => [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status = '']) => status)

const lines = (...all: string[]): string => all.map((line) => `${line}\r\n`).join('')
const post = (...headers: string[]): string => lines('POST / HTTP/1.1', 'Host: t', ...headers, '')
const hidden = lines('POST /hidden HTTP/1.1', 'Host: t', 'Content-Length: 0', '')

describe('T-16 a request that could be read in two ways is refused and the connection closes', () => {
  beforeEach(() => open())
  afterEach(() => listener.close())

  const corpus: Record<string, string> = {
    'length and chunked': post('Content-Length: 6', 'Transfer-Encoding: chunked') + `0\r\n\r\n${hidden}`,
    'chunked and length': post('Transfer-Encoding: chunked', 'Content-Length: 6') + `0\r\n\r\n${hidden}`,
    'an unknown transfer encoding': post('Transfer-Encoding: xchunked') + `0\r\n\r\n${hidden}`,
    'chunked after another encoding': post('Transfer-Encoding: gzip, chunked') + `0\r\n\r\n${hidden}`,
    'chunked before another encoding': post('Transfer-Encoding: chunked, identity') + `0\r\n\r\n${hidden}`,
    'identity with a length': post('Transfer-Encoding: identity', 'Content-Length: 3') + `abc${hidden}`,
    'chunked twice': post('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked') + `0\r\n\r\n${hidden}`,
    'chunked, then something else': post('Transfer-Encoding: chunked', 'Transfer-Encoding: cow') + `0\r\n\r\n${hidden}`,
    'a vertical tab before chunked': post('Transfer-Encoding: \u000bchunked') + `0\r\n\r\n${hidden}`,
    'a quoted chunked': post('Transfer-Encoding: "chunked"') + `0\r\n\r\n${hidden}`,
    'a space before the colon': post('Transfer-Encoding : chunked') + `0\r\n\r\n${hidden}`,
    'a space before the name': post(' Transfer-Encoding: chunked') + `0\r\n\r\n${hidden}`,
    'a folded header': post('X-One: a', ' b') + hidden,
    'a folded transfer encoding': post('Transfer-Encoding:', ' chunked') + `0\r\n\r\n${hidden}`,
    'two lengths': post('Content-Length: 0', 'Content-Length: 40') + hidden,
    'the same length twice': post('Content-Length: 3', 'Content-Length: 3') + `abc${hidden}`,
    'a list of lengths': post('Content-Length: 3, 3') + `abc${hidden}`,
    'a length with a sign': post('Content-Length: +3') + `abc${hidden}`,
    'a negative length': post('Content-Length: -1') + hidden,
    'a hexadecimal length': post('Content-Length: 0x3') + `abc${hidden}`,
    'an empty length': post('Content-Length: ') + hidden,
    'a length beyond all numbers': post('Content-Length: 99999999999999999999') + 'abc',
    'newlines without carriage returns': `POST / HTTP/1.1\nHost: t\nContent-Length: 0\n\n${hidden}`,
    'a newline inside the headers': `POST / HTTP/1.1\r\nHost: t\r\nX: a\nContent-Length: 3\r\n\r\nabc${hidden}`,
    'a carriage return inside a header': post('X: a\rContent-Length: 3') + hidden,
    'a NUL inside a header': post('X: a\u0000b') + hidden,
    'a header without a colon': post('Transfer-Encoding') + hidden,
    'a header name with a space': post('X Y: z') + hidden,
    'no host': lines('POST / HTTP/1.1', 'Content-Length: 0', '') + hidden,
    'two hosts': post('Host: other', 'Content-Length: 0') + hidden,
    'an absolute target': lines('GET http://other/ HTTP/1.1', 'Host: t', '') + hidden,
    'an asterisk target': lines('OPTIONS * HTTP/1.1', 'Host: t', '') + hidden,
    'a target with a fragment': lines('GET /a#b HTTP/1.1', 'Host: t', '') + hidden,
    'a target outside ASCII': lines('GET /\u00e4 HTTP/1.1', 'Host: t', '') + hidden,
    'a target with a space': lines('GET /a b HTTP/1.1', 'Host: t', '') + hidden,
    'chunks in HTTP/1.0': lines('POST / HTTP/1.0', 'Host: t', 'Transfer-Encoding: chunked', '') + `0\r\n\r\n${hidden}`,
    'HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'HTTP/3.7': lines('GET / HTTP/3.7', 'Host: t', '') + hidden,
    'HTTP/0.9': 'GET /\r\n\r\n',
    'two Authorization headers (T-08)': post('Authorization: a', 'Authorization: b', 'Content-Length: 0') + hidden,
    'two targets': post('X-Amz-Target: a.b', 'X-Amz-Target: a.c', 'Content-Length: 0') + hidden,
    'too many headers': post(...Array.from({ length: 200 }, (_, i) => `X-${i}: 1`)) + hidden,
    'too large headers': post(`X-Long: ${'a'.repeat(40_000)}`) + hidden,
    'TLS on a plain port': '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
    'a method of another kind': lines('TRACE / HTTP/1.1', 'Host: t', '') + hidden,
    'an invented method': lines('STEAL / HTTP/1.1', 'Host: t', '') + hidden,
    'another expectation': post('Expect: 200-ok', 'Content-Length: 0') + hidden,
  }

  test.for(Object.entries(corpus))('%s', async ([, bytes], { expect }) => {
    const answer = await untilClosed(bytes)
    expect(statuses(answer)).toHaveLength(1)
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(answer.toLowerCase()).toContain('connection: close')
    expect(seen).toEqual([])
  })

  const brokenChunks: Record<string, string> = {
    'a chunk longer than it says': '3\r\nabcdef\r\n0\r\n\r\n',
    'a chunk size that is no number': 'xyz\r\nabc\r\n0\r\n\r\n',
    'a negative chunk size': '-3\r\nabc\r\n0\r\n\r\n',
    'a chunk size beyond all numbers': 'fffffffffffffffff\r\nabc\r\n0\r\n\r\n',
    'a chunk size with a prefix': '0x3\r\nabc\r\n0\r\n\r\n',
    'a chunk that ends in a newline only': '3\nabc\n0\n\n',
    'a chunk extension without end': `3;${'x'.repeat(40_000)}`,
  }

  test.for(Object.entries(brokenChunks))('%s', async ([, chunks], { expect }) => {
    const answer = await untilClosed(post('Transfer-Encoding: chunked') + chunks + hidden)
    expect(statuses(answer).filter((status) => !status.startsWith('4'))).toEqual([])
    // What reached `serve` never got a body.
    expect(bodies).toEqual([])
    expect(seen.length).toBeLessThanOrEqual(1)
  })

  test('law: whatever bytes come, an answer is of a request that was served, and the next connection works', async ({ expect }) => {
    await listener.close()
    await open({ limits: { headersMilliseconds: 100, requestMilliseconds: 200, keepAliveMilliseconds: 200 } })
    const pieces = fc.constantFrom(
      '\r\n',
      '\n',
      '\r',
      ':',
      ' ',
      '0',
      'chunked',
      'Content-Length: 3',
      'Transfer-Encoding: chunked',
      '\0',
      'HTTP/1.1',
      'GET / HTTP/1.1',
      '%',
      '\t',
    )
    const base = post('Content-Length: 3') + 'abc' + post('Transfer-Encoding: chunked') + '3\r\nabc\r\n0\r\n\r\n'
    const mutated = fc.array(fc.tuple(fc.nat(base.length), fc.nat(5), pieces), { minLength: 1, maxLength: 4 }).map((edits) => {
      return edits.reduce((text, [at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length), base)
    })
    await fc.assert(
      fc.asyncProperty(mutated, async (bytes) => {
        seen = []
        const answer = await untilClosed(`${bytes}\r\n\r\nend of it\r\n\r\n`)
        expect(statuses(answer).filter((status) => status === '200').length).toBeLessThanOrEqual(seen.length)
        expect(statuses(answer).filter((status) => status.startsWith('5'))).toEqual([])
      }),
      { numRuns: 150 },
    )
    expect(failures).toEqual([])
  })

  test('a tunnel is refused', async ({ expect }) => {
    expect(statuses(await untilClosed(lines('CONNECT other:443 HTTP/1.1', 'Host: other:443', '') + hidden))).not.toContain('200')
    expect(seen).toEqual([])
  })

  test('a body that looks like a request is a body', async ({ expect }) => {
    const socket = dial()
    socket.write(post(`Content-Length: ${hidden.length}`) + hidden)
    expect(statuses(await untilText(socket, /ok$/))).toEqual(['200'])
    expect(bodies).toEqual([hidden])
    socket.destroy()
  })

  test('an upgrade is not taken up, and ends the connection', async ({ expect }) => {
    const answer = await untilClosed(post('Connection: Upgrade', 'Upgrade: h2c', 'Content-Length: 1') + 'x' + hidden)
    expect(statuses(answer)).toEqual(['200'])
    expect(bodies).toEqual(['x'])
  })

  test('pipelined requests are served one after the other and answered in order', async ({ expect }) => {
    await listener.close()
    const open_: string[] = []
    await open({
      serve: async ({ path, body }) => {
        open_.push(`+${path}`)
        await body.bytes(10)
        await new Promise((resolve) => setImmediate(resolve))
        open_.push(`-${path}`)
        return { ...ok, body: `${path}\n` }
      },
    })
    const socket = dial()
    socket.write(['/1', '/2', '/3'].map((path) => lines(`POST ${path} HTTP/1.1`, 'Host: t', 'Content-Length: 1', '') + 'x').join(''))
    expect((await untilText(socket, /\/3\n$/)).match(/^\/\d$|(?<=\n)\/\d(?=\n)/gm)).toEqual(['/1', '/2', '/3'])
    expect(open_).toEqual(['+/1', '-/1', '+/2', '-/2', '+/3', '-/3'])
    socket.destroy()
  })

  test('a broken request behind a good one takes nothing from it', async ({ expect }) => {
    const answer = await untilClosed(post('Content-Length: 1') + 'x' + 'garbage\r\n\r\n' + hidden)
    expect(statuses(answer)[0]).toBe('200')
    expect(bodies).toEqual(['x'])
  })

  test('more pipelined requests than anybody needs end the connection', async ({ expect }) => {
    await listener.close()
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    let count = 0
    await open({ serve: () => held.then(() => (count++, ok)) })
    const closed = untilClosed(post('Content-Length: 0').repeat(100))
    await closed
    release()
    expect(count).toBeLessThanOrEqual(16)
  })
})

describe('requests', () => {
  afterEach(() => listener.close())

  test('arrive as they were sent', async ({ expect }) => {
    await open()
    const socket = dial()
    socket.write(
      lines('PUT /b//a%2f../%20?x=%41&&y?z HTTP/1.1', 'Host: T:1', 'X-A:  1 ', 'x-b: 2', 'X-a: 3', 'Content-Length: 2', '') + 'hi',
    )
    await untilText(socket, /ok$/)
    expect(seen[0]).toMatchObject({
      method: 'PUT',
      path: '/b//a%2f../%20',
      query: 'x=%41&&y?z',
      headers: [
        ['host', 'T:1'],
        ['x-a', '1'],
        ['x-b', '2'],
        ['x-a', '3'],
        ['content-length', '2'],
      ],
      remoteAddress: '127.0.0.1',
      isTls: false,
    })
    socket.destroy()
  })

  test('with chunks, extensions and a trailer have the bytes of their chunks', async ({ expect }) => {
    await open()
    const socket = dial()
    socket.write(post('Transfer-Encoding: Chunked') + '3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX-Amz-Target: trailer\r\n\r\n')
    await untilText(socket, /ok$/)
    expect(bodies).toEqual(['abcde'])
    expect(seen[0]?.headers.map(([name]) => name)).not.toContain('x-amz-target')
    socket.destroy()
  })

  test('are asked to continue only when somebody wants the body', async ({ expect }) => {
    await open({
      serve: async ({ path, body }) => (path === '/' ? { ...ok, body: Buffer.from(await body.bytes(10)) } : { ...ok, status: 403 }),
    })
    const socket = dial()
    socket.write(post('Expect: 100-continue', 'Content-Length: 2'))
    await untilText(socket, /^HTTP\/1\.1 100 Continue\r\n\r\n$/)
    socket.write('hi')
    await untilText(socket, /hi$/)
    socket.destroy()
    const refused = await untilClosed(lines('PUT /no HTTP/1.1', 'Host: t', 'Expect: 100-continue', 'Content-Length: 2', ''))
    expect(statuses(refused)).toEqual(['403'])
  })

  test.for([
    { how: 'said', bytes: post('Content-Length: 1001') },
    { how: 'in one piece', bytes: post('Connection: close', 'Content-Length: 1001') + 'x'.repeat(1001) },
    { how: 'in chunks', bytes: post('Connection: close', 'Transfer-Encoding: chunked') + `3e9\r\n${'x'.repeat(1001)}\r\n`.repeat(30) },
  ])('T-19 a body beyond the limit, $how, is refused with 413', async ({ bytes }, { expect }) => {
    await open()
    const answer = await untilClosed(bytes)
    expect(statuses(answer)).toEqual(['413'])
    expect(answer).toContain('RequestEntityTooLarge')
    expect(bodies).toEqual([])
  })

  test('T-19 a body that ends too early is refused', async ({ expect }) => {
    let outcome: unknown
    const socket = new Socket().on('error', () => {})
    const served = new Promise<void>((resolve) => {
      const serve = async ({ body }: WireRequest) => {
        const bytes = body.bytes(10)
        socket.resetAndDestroy()
        outcome = await bytes.catch((error: unknown) => error)
        resolve()
        return ok
      }
      void open({ serve }).then(() => socket.connect(listener.port, '127.0.0.1').write(`${post('Content-Length: 5')}ab`))
    })
    await served
    expect(outcome).toMatchObject({ code: 'IncompleteBody' })
  })

  test('T-20 slow headers and slow bodies are not waited for', async ({ expect }) => {
    await open({ limits: { headersMilliseconds: 100, requestMilliseconds: 150 } })
    const [headers, body] = await Promise.all([untilClosed('POST / HTTP/1.1\r\nHost:'), untilClosed(`${post('Content-Length: 5')}ab`)])
    expect(statuses(headers)).toEqual(['408'])
    expect(statuses(body)).toEqual(['400'])
    expect(bodies).toEqual([])
  })

  test('T-20 bodies of all connections together have so much room, and give it back', async ({ expect }) => {
    await open({ limits: { gatheredBytes: 1_000 } })
    const json = post('Content-Type: application/x-amz-json-1.1', 'X-Amz-Target: A.B', 'Content-Length: 500')
    const [gone, slow] = [dial(), dial()]
    for (const socket of [gone, slow]) socket.write(`${json}${'a'.repeat(450)}`)
    await vi.waitFor(() => expect(seen).toHaveLength(2))
    const refused = await untilClosed(`${json}${'a'.repeat(200)}`)
    expect(statuses(refused)).toEqual(['400'])
    expect(refused).toContain('Throttling')
    gone.destroy()
    slow.write('a'.repeat(50))
    await untilText(slow, /ok$/)
    slow.destroy()
    for (let before = seen.length; before < 8; before = seen.length) {
      const next = dial()
      next.write(`${json}${'a'.repeat(450)}`)
      await vi.waitFor(() => expect(seen.length).toBeGreaterThan(before))
      next.write('a'.repeat(50))
      expect(statuses(await untilText(next, /ok$|\}$/))).toEqual(['200'])
      next.destroy()
    }
  })

  test('T-20 connections beyond the limit are dropped', async ({ expect }) => {
    await open({ limits: { connections: 1 } })
    const first = dial()
    first.write(post('Content-Length: 0'))
    await untilText(first, /ok$/)
    expect(await untilClosed(post('Content-Length: 0'))).toBe('')
    first.destroy()
  })
})

describe('answers', () => {
  afterEach(() => listener.close())

  test('a failure tells its request id and nothing else', async ({ expect }) => {
    const fault = new Error('the password is hunter2')
    await open({ serve: () => Promise.reject(fault) })
    const socket = dial()
    socket.write(post('Content-Type: application/x-amz-json-1.1', 'X-Amz-Target: A.B', 'Content-Length: 0'))
    const answer = await untilText(socket, /\}$/)
    expect(answer).toMatch(/^HTTP\/1\.1 500 /)
    expect(answer).toContain('"__type":"InternalFailure"')
    expect(answer).toContain('r-listener')
    expect(answer).not.toContain('hunter2')
    expect(failures).toEqual([fault])
    socket.destroy()
  })

  test.for<[string, WireResponse]>([
    ['a header that would split the answer', { ...ok, headers: { 'x-bad': 'a\r\nSet-Cookie: b' } }],
    ['a header outside latin1', { ...ok, headers: { 'x-bad': 'a\u{1f600}' } }],
  ])('T-17 %s fails as a whole', async ([, bad], { expect }) => {
    await open({ serve: async () => bad })
    const answer = await untilClosed(post('Content-Length: 0'))
    expect(statuses(answer)).toEqual(['500'])
    expect(answer).not.toContain('Set-Cookie')
  })

  test('frame their bodies themselves', async ({ expect }) => {
    await open({
      serve: async () => ({ ...ok, headers: { 'Content-Length': '99', 'Transfer-Encoding': 'chunked', Connection: 'upgrade' } }),
    })
    const socket = dial()
    socket.write(post('Content-Length: 0'))
    const answer = (await untilText(socket, /ok$/)).toLowerCase()
    expect(answer.match(/content-length: \d+/g)).toEqual(['content-length: 2'])
    expect(answer).not.toContain('transfer-encoding')
    socket.destroy()
  })

  test('to HEAD have the length of what they leave out', async ({ expect }) => {
    await open({ serve: async () => ({ status: 200, headers: { 'content-length': '7', etag: 'x' }, body: 'ignored' }) })
    const answer = await untilClosed(lines('HEAD /b/k HTTP/1.1', 'Host: t', 'Connection: close', ''))
    expect(answer).toMatch(/content-length: 7\r\n/i)
    expect(answer).toMatch(/\r\n\r\n$/)
  })

  test('may stream', async ({ expect }) => {
    await open({ serve: async () => ({ ...ok, body: chunks('ab', 'cd') }) })
    expect(await untilClosed(lines('GET / HTTP/1.1', 'Host: t', 'Connection: close', ''))).toContain('2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n')
  })

  test.for<[string, WireResponse]>([
    ['breaks', { ...ok, body: broken() }],
    ['is shorter than it said', { ...ok, headers: { 'content-length': '10' }, body: chunks('abc') }],
  ])('a stream that %s breaks the connection, so that nobody takes it for whole', async ([, answer], { expect }) => {
    await open({ serve: async () => answer })
    const received = await untilClosed(lines('GET / HTTP/1.1', 'Host: t', ''))
    expect(received).not.toMatch(/0\r\n\r\n$/)
  })
})

describe('closing', () => {
  test('finishes what it accepted, accepts nothing more, leaves no connection', async ({ expect }) => {
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    let started = () => {}
    const accepted = new Promise<void>((resolve) => (started = resolve))
    await open({ serve: () => (started(), held.then(() => ok)) })
    const idle = dial()
    await once(idle, 'connect')
    const busy = untilClosed(post('Content-Length: 0'))
    await accepted
    const closed = listener.close()
    expect(await untilClosed(post('Content-Length: 0'))).toBe('')
    release()
    expect(await busy).toMatch(/^HTTP\/1\.1 200 [^]*connection: close[^]*ok$/i)
    await closed
    idle.destroy()
  })

  test('does not wait for ever', async ({ expect }) => {
    let started = () => {}
    const accepted = new Promise<void>((resolve) => (started = resolve))
    await open({ serve: () => (started(), new Promise(() => {})), limits: { closeMilliseconds: 20 } })
    const answer = untilClosed(post('Content-Length: 0'))
    await accepted
    await listener.close()
    expect(await answer).toBe('')
  })

  test('a listener whose own parts fail breaks the connection and lives on', async ({ expect }) => {
    const onFailure = () => {
      throw new Error('the log is full')
    }
    await open({ serve: () => Promise.reject(new Error('no')), onFailure })
    expect(await untilClosed(post('Content-Length: 0'))).toBe('')
    expect(await untilClosed(post('Content-Length: 0'))).toBe('')
    await listener.close()
  })

  test('twice is once', async ({ expect }) => {
    await open()
    await expect(Promise.all([listener.close(), listener.close()])).resolves.toBeDefined()
  })
})

describe('TLS', () => {
  const openssl = requirement('openssl', () => spawnSync('openssl', ['version']).status === 0 || 'no openssl to make a certificate')
  afterEach(() => listener.close())

  test('is spoken with a certificate and a key, from version 1.2', async (context) => {
    openssl(context)
    const { expect } = context
    const subject = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=localhost', '-days', '1']
    const pem = execFileSync('openssl', ['req', ...subject, '-keyout', '-', '-out', '-'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [key = '', cert = ''] = pem.split(/(?=-----BEGIN CERTIFICATE)/)
    await open({ tls: { cert, key } })
    expect(listener.url).toMatch(/^https:/)
    const socket = connectTls({ port: listener.port, host: '127.0.0.1', ca: cert, servername: 'localhost' })
    socket.write(post('Content-Length: 2') + 'hi')
    await untilText(socket, /ok$/)
    expect(seen[0]?.isTls).toBe(true)
    socket.destroy()
    const old = connectTls({
      port: listener.port,
      host: '127.0.0.1',
      ca: cert,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    await expect(once(old, 'secureConnect')).rejects.toThrow()
  })
})

describe('operators', () => {
  beforeEach(() => open({ routes: operatorRoutes({ isReady: () => isReady, metrics: () => 'up 1\n' }) }))
  afterEach(() => listener.close())
  let isReady = true

  const get = (path: string, ...headers: string[]) =>
    untilClosed(lines(`GET ${path} HTTP/1.1`, 'Host: t', 'Connection: close', ...headers, ''))

  test('ask whether it lives and is ready', async ({ expect }) => {
    expect(await get('/healthz')).toMatch(/200[^]*ok\n$/)
    expect(await get('/readyz')).toMatch(/^HTTP\/1\.1 200/)
    isReady = false
    expect(await get('/readyz')).toMatch(/^HTTP\/1\.1 503/)
    expect(seen).toEqual([])
  })

  test('read metrics from this machine only', async ({ expect }) => {
    expect(await get('/metrics')).toContain('up 1\n')
    expect(await get('/metrics', 'X-Forwarded-For: 192.0.2.1')).not.toContain('up 1\n')
  })

  test('leave signed requests to the services: a bucket may be called healthz', async ({ expect }) => {
    await get('/healthz', 'Authorization: AWS4-HMAC-SHA256 x')
    expect(seen).toHaveLength(1)
  })
})

async function* chunks(...all: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of all) yield Buffer.from(chunk)
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('abc')
  throw new Error('the disk is gone')
}
