/**
 * What does it cost to verify a SigV4 signature, against doing it naively and against making one?
 *
 *   npm run bench -- sigv4 [ROUNDS]
 *
 * A call of ECS with ten headers, eight of them signed, and 300 bytes of JSON. CPU microseconds of all threads, of short windows taken in
 * turn so that whatever disturbs the machine disturbs all alike: the median, its MAD, and the ratio to ours. `cold` keys are derived anew
 * for each request; `refused` is a wrong signature, which costs a derivation on purpose.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { createRequire } from 'node:module'
import process from 'node:process'
import type { WireRequest } from '../packages/tidegate/src/kernel/wire-request.ts'
import { SignatureVerifier } from '../packages/tidegate/src/wire/sigv4/verifier.ts'
import { exampleKey, signed } from '../packages/tidegate/test/support/signer.ts'

const rounds = Number(process.argv[2] ?? 25)
const windowMicroseconds = 40_000
const now = Date.UTC(2026, 10, 22, 12)
const body = JSON.stringify({ cluster: 'production', services: ['web', 'worker'], include: ['TAGS'], padding: 'x'.repeat(210) })
const headers = {
  host: 'localhost:4566',
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-date': '20261122T120000Z',
  'x-amz-target': 'AmazonEC2ContainerServiceV20141113.DescribeServices',
  'x-amz-user-agent': 'aws-sdk-js/3.1169.0',
  'amz-sdk-invocation-id': '2f9c0d59-9a48-4a1c-8d1f-5d2a1a3f6b77',
  'amz-sdk-request': 'attempt=1; max=3',
  'content-length': String(body.length),
}
const request = signed({ body, headers }, { service: 'ecs', at: now })
const wrong: WireRequest = {
  ...request,
  headers: request.headers.map(([name, value]) => [name, name === 'authorization' ? `${value.slice(0, -4)}0000` : value] as const),
}
const target = { service: 'ecs', dialect: 'json', allowsSigV2: false } as const
const circumstances = { now, bodyLimit: 1_000_000 }

async function verify(verifier: SignatureVerifier, subject: WireRequest): Promise<void> {
  const authentication = verifier.parse(subject, target, now)
  if (authentication.kind === 'none') throw new Error('not signed')
  await verifier.verify(subject, authentication, target, exampleKey, circumstances)
}

/** As one would write it first: a map of headers, a raw key for each HMAC, no cache. */
async function verifyNaively({ method, path, headers: lines, body: wireBody }: WireRequest, keys?: Map<string, Buffer>): Promise<void> {
  const fields = Object.fromEntries(lines)
  const [, credential = '', names = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=(.+)$/.exec(fields['authorization'] ?? '') ?? []
  const scope = credential.split('/').slice(1)
  const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
  const hmac = (key: Buffer | string, data: string) => createHmac('sha256', key).update(data).digest()
  const canonicalHeaders = names.split(';').map((name) => `${name}:${(fields[name] ?? '').trim().replaceAll(/ +/g, ' ')}\n`)
  const canonical = [method, path, '', canonicalHeaders.join(''), names, sha256(await wireBody.bytes(1_000_000))].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', fields['x-amz-date'], scope.join('/'), sha256(canonical)].join('\n')
  const key = keys?.get(credential) ?? scope.reduce<Buffer | string>(hmac, `AWS4${exampleKey.secretAccessKey}`)
  if (typeof key !== 'string') keys?.set(credential, key)
  if (!timingSafeEqual(hmac(key, toSign), Buffer.from(signature, 'hex'))) throw new Error('wrong signature')
}

interface Signer {
  sign(request: object, options: { signingDate: Date }): Promise<unknown>
}

/** The SDK's own signer, which comes with it. */
function smithySigner(): Signer {
  const load = createRequire(
    createRequire(new URL('../packages/tidegate/package.json', import.meta.url)).resolve('@aws-sdk/core/package.json'),
  )
  const { SignatureV4 } = load('@smithy/signature-v4') as { SignatureV4: new (options: object) => Signer }
  class Sha256 {
    readonly #hash
    constructor(secret?: Uint8Array) {
      this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret)
    }
    update(bytes: Uint8Array | string): void {
      this.#hash.update(bytes)
    }
    digest(): Promise<Uint8Array> {
      return Promise.resolve(this.#hash.digest())
    }
  }
  return new SignatureV4({ service: 'ecs', region: 'us-east-1', credentials: exampleKey, sha256: Sha256 })
}

const warm = new SignatureVerifier()
const signer = smithySigner()
const keys = new Map<string, Buffer>()
const unsigned = { method: 'POST', protocol: 'http:', hostname: 'localhost', path: '/', headers, body }
const contestants: Readonly<Record<string, () => Promise<unknown>>> = {
  ours: () => verify(warm, request),
  'ours, cold': () => verify(new SignatureVerifier({ capacity: 2 }), request),
  'ours, refused': () => verify(warm, wrong).catch(() => undefined),
  'naive createHmac, key cached': () => verifyNaively(request, keys),
  'naive createHmac': () => verifyNaively(request),
  '@smithy/signature-v4 signs': () => signer.sign(unsigned, { signingDate: new Date(now) }),
}

function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

async function window(work: () => Promise<unknown>, count: number): Promise<number> {
  const started = cpuMicroseconds()
  for (let index = 0; index < count; index++) await work()
  return (cpuMicroseconds() - started) / count
}

function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

const samples = new Map<string, number[]>()
const counts = new Map<string, number>()
for (const [name, work] of Object.entries(contestants)) {
  for (let cpu = 0; cpu < 400_000; cpu += 500 * (await window(work, 500)));
  counts.set(name, Math.max(50, Math.round(windowMicroseconds / (await window(work, 500)))))
}
for (let round = 0; round < rounds; round++) {
  for (const [name, work] of Object.entries(contestants)) {
    samples.set(name, [...(samples.get(name) ?? []), await window(work, counts.get(name) ?? 50)])
  }
}
const ours = median(samples.get('ours') ?? [])
for (const [name, all] of samples) {
  const middle = median(all)
  const mad = median(all.map((sample) => Math.abs(sample - middle)))
  process.stdout.write(
    `${name.padEnd(30)} ${middle.toFixed(2).padStart(8)} us  MAD ${mad.toFixed(2).padStart(6)}  ${(middle / ours).toFixed(2).padStart(6)}x\n`,
  )
}
