import fc from 'fast-check'
import { createHash, createHmac } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { describe, test } from 'vitest'
import {
  bodyOf,
  drained,
  exampleKey,
  presigned,
  scopeOf,
  type SignerOptions,
  sha256,
  signed,
  signingKey,
  stamp,
} from '../../../test/support/signer.ts'
import { AwsError } from '../../kernel/aws-error.ts'
import type { WireBody, WireRequest } from '../../kernel/wire-request.ts'
import type { Target } from './authentication.ts'
import { createChecksum, type TrailerChecksum } from './checksum.ts'
import type { VerifiedBody } from './verified-body.ts'
import { SignatureVerifier } from './verifier.ts'

const noon = Date.UTC(2026, 10, 22, 12)
const s3: Target = { service: 's3', dialect: 's3', allowsSigV2: false }
const options: SignerOptions = { service: 's3', at: noon }

interface Upload {
  readonly chunks: readonly Uint8Array[]
  readonly payloadHash: string
  readonly trailer?: readonly [name: string, value: string]
  readonly headers?: Readonly<Record<string, string>>
}

async function open(request: WireRequest, target = s3): Promise<VerifiedBody> {
  const verifier = new SignatureVerifier()
  const authentication = verifier.parse(request, target, noon)
  const circumstances = { now: noon, bodyLimit: 0 }
  if (authentication.kind === 'none') return (await verifier.acceptUnsigned(request, authentication, target, circumstances)).body
  return (await verifier.verify(request, authentication, target, exampleKey, circumstances)).facts.body
}

async function read(body: VerifiedBody): Promise<Buffer> {
  return Buffer.concat(await drained(body.stream()))
}

/** A signed request and its encoded body, written from the documentation. */
function upload({ chunks, payloadHash, trailer, headers = {} }: Upload): { request: WireRequest; encoded: Buffer } {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  const request = signed(
    {
      method: 'PUT',
      path: '/b/k',
      payloadHash,
      headers: {
        'content-encoding': 'aws-chunked',
        'x-amz-decoded-content-length': String(length),
        ...(trailer === undefined ? {} : { 'x-amz-trailer': trailer[0] }),
        ...headers,
      },
    },
    options,
  )
  const authorization = request.headers.find(([name]) => name === 'authorization')?.[1] ?? ''
  return { request, encoded: encode(chunks, payloadHash, trailer, authorization.slice(-64)) }
}

function encode(chunks: readonly Uint8Array[], payloadHash: string, trailer: Upload['trailer'], seed: string): Buffer {
  const isSigned = payloadHash.startsWith('STREAMING-AWS4')
  const sign = (kind: string, ...rest: string[]) =>
    createHmac('sha256', signingKey(options))
      .update([kind, stamp(noon), scopeOf(options), ...rest].join('\n'))
      .digest('hex')
  let previous = seed
  const parts: (string | Uint8Array)[] = []
  for (const chunk of [...chunks, new Uint8Array(0)]) {
    previous = sign('AWS4-HMAC-SHA256-PAYLOAD', previous, sha256(''), sha256(chunk))
    parts.push(`${chunk.length.toString(16)}${isSigned ? `;chunk-signature=${previous}` : ''}\r\n`)
    if (chunk.length > 0) parts.push(chunk, '\r\n')
  }
  if (trailer !== undefined) {
    parts.push(`${trailer[0]}:${trailer[1]}\r\n`)
    const signature = sign('AWS4-HMAC-SHA256-TRAILER', previous, sha256(`${trailer[0]}:${trailer[1]}\n`))
    if (isSigned) parts.push(`x-amz-trailer-signature:${signature}\r\n`)
  }
  parts.push('\r\n')
  return Buffer.concat(parts.map((part) => Buffer.from(part)))
}

const big = Buffer.alloc(9000, 'a')
const small = Buffer.from('the last chunk may be small')
const whole = Buffer.concat([big, big, small])
const chunks = [big, big, small]

const crc = (bytes: Uint8Array): string => {
  const digest = Buffer.alloc(4)
  digest.writeUInt32BE(crc32(bytes))
  return digest.toString('base64')
}
const forms: readonly (readonly [string, Upload])[] = [
  ['signed chunks', { chunks, payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' }],
  [
    'signed chunks with a trailer',
    { chunks, payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', trailer: ['x-amz-checksum-crc32', crc(whole)] },
  ],
  [
    'unsigned chunks with a trailer',
    { chunks, payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', trailer: ['x-amz-checksum-crc32', crc(whole)] },
  ],
]

async function outcome(request: WireRequest, encoded: Uint8Array, pieces = 3): Promise<Buffer | AwsError> {
  try {
    return await read(await open({ ...request, body: bodyOf(encoded, pieces) }))
  } catch (error) {
    if (error instanceof AwsError) return error
    throw error
  }
}

describe('T-05 damage', () => {
  test.for(forms)('of %s: every bit counts', async ([, form], { expect }) => {
    const { request, encoded } = upload(form)
    expect(await outcome(request, encoded)).toEqual(whole)
    await fc.assert(
      fc.asyncProperty(fc.nat(encoded.length * 8 - 1), fc.integer({ min: 1, max: 50 }), async (bit, pieces) => {
        const damaged = Buffer.from(encoded)
        damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const result = await outcome(request, damaged, pieces)
        // The size of a chunk, the name of a trailer: letters of either case say the same.
        if (Buffer.isBuffer(result)) expect(damaged.toString('latin1').toLowerCase()).toBe(encoded.toString('latin1').toLowerCase())
      }),
      { numRuns: 1500 },
    )
  })

  test.for(forms)('of %s: every truncation and every addition', async ([, form], { expect }) => {
    const { request, encoded } = upload(form)
    const ends = Array.from({ length: 200 }, (_, index) => encoded.length - 1 - index).concat([0, 1, 5, 90, 9000, 10_000, 18_050])
    for (const end of ends) expect(await outcome(request, encoded.subarray(0, end))).toBeInstanceOf(AwsError)
    for (const more of ['\r\n', '0\r\n\r\n', 'x', '\0'])
      expect(await outcome(request, Buffer.concat([encoded, Buffer.from(more)]))).toBeInstanceOf(AwsError)
  })

  test('of signed chunks: dropped, repeated, swapped, or from another upload', async ({ expect }) => {
    const other = Buffer.alloc(9000, 'b')
    const form = { chunks: [big, other, small], payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' }
    const { request, encoded } = upload(form)
    const header = (9000).toString(16).length + ';chunk-signature='.length + 64 + 2
    const size = header + 9000 + 2
    const [first, second, rest] = [encoded.subarray(0, size), encoded.subarray(size, 2 * size), encoded.subarray(2 * size)]
    expect(await outcome(request, Buffer.concat([first, second, rest]))).toEqual(Buffer.concat(form.chunks))
    for (const parts of [
      [second, first, rest],
      [first, rest],
      [first, first, rest],
      [first, second, second, rest],
      [first, second],
    ]) {
      expect(await outcome(request, Buffer.concat(parts))).toBeInstanceOf(AwsError)
    }
    const elsewhere = upload({ ...form, headers: { 'x-amz-meta-a': 'b' } })
    expect(await outcome(elsewhere.request, encoded)).toMatchObject({ code: 'SignatureDoesNotMatch' })
  })

  test('the declared length is the length', async ({ expect }) => {
    for (const [, form] of forms) {
      for (const difference of [-1, 1, 9000]) {
        const { request, encoded } = upload({ ...form, headers: { 'x-amz-decoded-content-length': String(whole.length + difference) } })
        expect(await outcome(request, encoded)).toMatchObject({ code: 'IncompleteBody', status: 400 })
      }
      for (const length of ['', '-1', '1e3', ' ']) {
        const { request } = upload({ ...form, headers: { 'x-amz-decoded-content-length': length } })
        await expect(open(request)).rejects.toMatchObject({ code: 'MissingContentLength', status: 411 })
      }
    }
  })

  test('nothing beyond the declared length leaves the decoder', async ({ expect }) => {
    const { request, encoded } = upload({
      chunks,
      payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      headers: { 'x-amz-decoded-content-length': '9000' },
    })
    let received = 0
    const reading = async () => {
      for await (const part of (await open({ ...request, body: bodyOf(encoded, 40) })).stream()) received += part.length
    }
    await expect(reading()).rejects.toMatchObject({ code: 'IncompleteBody' })
    expect(received).toBeLessThanOrEqual(9000)
  })

  test('only the last chunk may be small', async ({ expect }) => {
    const { request, encoded } = upload({ chunks: [big, small, big], payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' })
    expect(await outcome(request, encoded)).toMatchObject({ code: 'InvalidChunkSizeError', members: { Chunk: '2', BadChunkSize: '27' } })
  })

  test.for([
    ['an extension', '5;a=b\r\nhello\r\n0\r\n'],
    ['a sign', '+5\r\nhello\r\n0\r\n'],
    ['a space', ' 5\r\nhello\r\n0\r\n'],
    ['a prefix', '0x5\r\nhello\r\n0\r\n'],
    ['no size', '\r\nhello\r\n0\r\n'],
    ['a size beyond all', 'ffffffffffffffff\r\nhello\r\n0\r\n'],
    ['a lone line feed', '5\nhello\n0\n'],
    ['a line without end', '5'.repeat(1000)],
  ] as const)('%s in the size of a chunk', async ([, text], { expect }) => {
    const trailer = ['x-amz-checksum-crc32', crc(Buffer.from('hello'))] as const
    const { request } = upload({ chunks: [Buffer.from('hello')], payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', trailer })
    const encoded = Buffer.from(`${text}${trailer.join(':')}\r\n\r\n`)
    expect(await outcome(request, encoded)).toMatchObject({ code: 'IncompleteBody' })
  })
})

describe('T-06 trailers', () => {
  const unsignedForm = { chunks: [Buffer.from('hello')], payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' }

  test.for<[TrailerChecksum, string]>([
    ['crc32', 'NhCmhg=='],
    ['crc32c', 'mnG7TA=='],
    ['crc64nvme', 'M3eFcAZSQlc='],
    ['sha1', createHash('sha1').update('hello').digest('base64')],
    ['sha256', createHash('sha256').update('hello').digest('base64')],
  ])('%s is checked and handed on', async ([algorithm, value], { expect }) => {
    const name = `x-amz-checksum-${algorithm}`
    for (const payloadHash of ['STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER']) {
      const { request, encoded } = upload({ ...unsignedForm, payloadHash, trailer: [name, value] })
      const body = await open({ ...request, body: bodyOf(encoded, 7) })
      expect(body.trailer()).toBeUndefined()
      expect((await read(body)).toString()).toBe('hello')
      expect(body.trailer()).toEqual({ algorithm, value })
      const wrong = createChecksum(algorithm).digest().toString('base64')
      const damaged = upload({ ...unsignedForm, payloadHash, trailer: [name, wrong] })
      expect(await outcome(damaged.request, damaged.encoded)).toMatchObject({
        code: 'BadDigest',
        message: `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
      })
    }
  })

  test('has to be announced, known, single and there', async ({ expect }) => {
    const value = 'NhCmhg=='
    const without = upload(unsignedForm)
    await expect(open(without.request)).rejects.toMatchObject({ code: 'MalformedTrailerError' })
    for (const name of [
      'x-amz-checksum-md5',
      'x-amz-checksum-',
      'x-amz-meta-a',
      'x-amz-checksum-crc32,x-amz-checksum-sha1',
      '__proto__',
      'constructor',
    ]) {
      await expect(open(upload({ ...unsignedForm, trailer: [name, value] }).request)).rejects.toMatchObject({ code: 'InvalidRequest' })
    }
    const twice = upload({ ...unsignedForm, trailer: ['x-amz-checksum-crc32', value], headers: { 'x-amz-checksum-sha1': 'x' } })
    await expect(open(twice.request)).rejects.toMatchObject({ code: 'InvalidRequest' })
    const announced = upload({ ...unsignedForm, trailer: ['x-amz-checksum-crc32', value] })
    for (const end of ['0\r\n\r\n', '0\r\nx-amz-checksum-crc32c:NhCmhg==\r\n\r\n', '0\r\nx-amz-checksum-crc32=NhCmhg==\r\n\r\n']) {
      expect(await outcome(announced.request, Buffer.from(`5\r\nhello\r\n${end}`))).toMatchObject({ code: 'MalformedTrailerError' })
    }
    for (const bad of ['', '!!!!!!!!', 'NhCmhg', 'NhCmhg===']) {
      expect(await outcome(announced.request, Buffer.from(`5\r\nhello\r\n0\r\nx-amz-checksum-crc32:${bad}\r\n\r\n`))).toMatchObject({
        code: 'InvalidRequest',
        message: 'Value for x-amz-checksum-crc32 trailing header is invalid.',
      })
    }
    const unannounced = upload({ chunks, payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', trailer: ['x-amz-checksum-crc32', value] })
    await expect(open(unannounced.request)).rejects.toMatchObject({ code: 'MalformedTrailerError' })
  })

  test('of signed chunks is signed, and may end as in the example of AWS', async ({ expect }) => {
    const form = {
      chunks,
      payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
      trailer: ['x-amz-checksum-crc32', crc(whole)] as const,
    }
    const { request, encoded } = upload(form)
    const text = encoded.toString('latin1')
    const asInTheExample = text.replace(/(x-amz-checksum-crc32:[^\r]*)\r\n/, '$1\n\r\n')
    expect(await outcome(request, Buffer.from(asInTheExample, 'latin1'))).toEqual(whole)
    const unsigned = text.replace(/x-amz-trailer-signature:[^\r]*\r\n/, '')
    expect(await outcome(request, Buffer.from(unsigned, 'latin1'))).toMatchObject({ code: 'MalformedTrailerError' })
    const forged = text.replace(/x-amz-trailer-signature:[^\r]*/, `x-amz-trailer-signature:${'0'.repeat(64)}`)
    expect(await outcome(request, Buffer.from(forged, 'latin1'))).toMatchObject({ code: 'SignatureDoesNotMatch' })
  })
})

describe('T-04 who may send chunks', () => {
  const trailer = ['x-amz-checksum-crc32', crc(whole)] as const
  const headers = { 'x-amz-decoded-content-length': String(whole.length), 'x-amz-trailer': trailer[0] }

  test('a presigned URL with unsigned chunks is verified like any other', async ({ expect }) => {
    const payloadHash = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'
    const request = presigned(
      { method: 'PUT', path: '/b/k', headers: { ...headers, 'x-amz-content-sha256': payloadHash }, payloadHash },
      options,
    )
    const encoded = encode(chunks, payloadHash, trailer, '')
    expect(await outcome(request, encoded)).toEqual(whole)
    const forged = { ...request, query: request.query.replace(/Signature=.*/, `Signature=${'0'.repeat(64)}`) }
    expect(await outcome(forged, encoded)).toMatchObject({ code: 'SignatureDoesNotMatch' })
    const stripped = { ...request, query: request.query.replace(/&X-Amz-Signature=.*/, '') }
    expect(await outcome(stripped, encoded)).toMatchObject({ code: 'AuthorizationQueryParametersError' })
  })

  test('signed chunks need a signature in the header', async ({ expect }) => {
    const payloadHash = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER'
    const url = presigned(
      { method: 'PUT', path: '/b/k', headers: { ...headers, 'x-amz-content-sha256': payloadHash }, payloadHash },
      options,
    )
    await expect(open(url)).rejects.toMatchObject({ code: 'InvalidRequest' })
    const { request } = upload({ chunks, payloadHash, trailer })
    const anonymous = { ...request, headers: request.headers.filter(([name]) => name !== 'authorization') }
    await expect(open(anonymous)).rejects.toMatchObject({ code: 'InvalidRequest' })
  })

  test('an anonymous caller may send unsigned chunks; the operation decides about the caller', async ({ expect }) => {
    const { request, encoded } = upload({ chunks, payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', trailer })
    const anonymous = { ...request, headers: request.headers.filter(([name]) => name !== 'authorization') }
    expect(await outcome(anonymous, encoded)).toEqual(whole)
  })
})

describe('the example of the documentation', () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
  const key = { secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
  const at = Date.UTC(2013, 4, 24)
  const seed = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9'
  const names = 'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class'
  const headers = [
    ['host', 's3.amazonaws.com'],
    ['x-amz-date', '20130524T000000Z'],
    ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
    [
      'authorization',
      `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=${names}, Signature=${seed}`,
    ],
    ['x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'],
    ['content-encoding', 'aws-chunked'],
    ['x-amz-decoded-content-length', '66560'],
    ['content-length', '66824'],
  ] as const
  const encoded = Buffer.from(
    [
      `10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n${'a'.repeat(65_536)}\r\n`,
      `400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n${'a'.repeat(1024)}\r\n`,
      '0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n',
    ].join(''),
  )

  test('is accepted', async ({ expect }) => {
    expect(encoded.length).toBe(66_824)
    const request = {
      method: 'PUT',
      path: '/examplebucket/chunkObject.txt',
      query: '',
      headers,
      body: bodyOf(encoded, 5),
      remoteAddress: '',
      isTls: false,
    }
    const verifier = new SignatureVerifier()
    const authentication = verifier.parse(request, s3, at)
    if (authentication.kind === 'none') throw new Error('not signed')
    const { facts } = await verifier.verify(request, authentication, s3, key, { now: at, bodyLimit: 0 })
    expect((await read(facts.body)).equals(Buffer.alloc(66_560, 'a'))).toBe(true)
  })
})

test('memory does not grow with a chunk', async ({ expect }) => {
  const total = 64 * 1024 * 1024
  const piece = Buffer.alloc(64 * 1024, 'x')
  let checksum = 0
  for (let sent = 0; sent < total; sent += piece.length) checksum = crc32(piece, checksum)
  const digest = Buffer.alloc(4)
  digest.writeUInt32BE(checksum)
  const { request } = upload({
    chunks: [],
    payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    trailer: ['x-amz-checksum-crc32', ''],
    headers: { 'x-amz-decoded-content-length': String(total) },
  })
  const body: WireBody = {
    bytes: () => Promise.reject(new Error('streamed')),
    async *stream() {
      yield Buffer.from(`${total.toString(16)}\r\n`)
      for (let sent = 0; sent < total; sent += piece.length) yield piece
      yield Buffer.from(`\r\n0\r\nx-amz-checksum-crc32:${digest.toString('base64')}\r\n\r\n`)
    },
  }
  let received = 0
  for await (const part of (await open({ ...request, body })).stream()) {
    received += part.length
    expect(part.buffer === piece.buffer).toBe(true)
  }
  expect(received).toBe(total)
})

describe('checksums', () => {
  test.for<[TrailerChecksum, string]>([
    ['crc32', 'cbf43926'],
    ['crc32c', 'e3069283'],
    ['crc64nvme', 'ae8b14860a799888'],
  ])('%s of 123456789 is the check value of its catalogue', ([algorithm, want], { expect }) => {
    const checksum = createChecksum(algorithm)
    checksum.update(Buffer.from('123456789'))
    expect(checksum.digest().toString('hex')).toBe(want)
  })

  test('parts make no difference', ({ expect }) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.array(fc.nat(100), { maxLength: 4 }), (bytes, cuts) => {
        for (const algorithm of ['crc32', 'crc32c', 'crc64nvme'] as const) {
          const [once, inParts] = [createChecksum(algorithm), createChecksum(algorithm)]
          once.update(bytes)
          let start = 0
          for (const end of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
            inParts.update(bytes.subarray(start, Math.max(start, end)))
            start = Math.max(start, end)
          }
          expect(inParts.digest()).toEqual(once.digest())
        }
      }),
    )
  })
})
