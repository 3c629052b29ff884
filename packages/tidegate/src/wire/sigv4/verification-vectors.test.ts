import { readFileSync } from 'node:fs'
import { test } from 'vitest'
import { exampleKey, wireRequest } from '../../../test/support/signer.ts'
import { AwsError } from '../../kernel/aws-error.ts'
import type { Target } from './authentication.ts'
import { SignatureVerifier } from './verifier.ts'

interface Vector {
  readonly id: string
  readonly why: string
  readonly given: {
    readonly method: string
    readonly path: string
    readonly query: string
    readonly headers: readonly (readonly [string, string])[]
    readonly body: string
    readonly service: string
    readonly dialect: Target['dialect']
    readonly now: string
  }
  readonly want:
    | { readonly outcome: 'accepted' }
    | { readonly outcome: 'refused'; readonly code: string; readonly status: number; readonly message: string }
}

const vectors = readFileSync(new URL('../../../../../vectors/sigv4/verification.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line): Vector => JSON.parse(line))

test('there are vectors, each under an id of its own', ({ expect }) => {
  expect(vectors.length).toBeGreaterThan(60)
  expect(new Set(vectors.map(({ id }) => id)).size).toBe(vectors.length)
})

test.for(vectors)('$id: $why', async ({ given, want }, { expect }) => {
  expect(await judge(given)).toEqual(want)
})

async function judge({ service, dialect, now: time, ...sent }: Vector['given']): Promise<Vector['want']> {
  const target = { service, dialect, allowsSigV2: false }
  const now = Date.parse(time)
  try {
    const verifier = new SignatureVerifier()
    const request = wireRequest(sent)
    const authentication = verifier.parse(request, target, now)
    if (authentication.kind === 'none') throw new Error('not signed')
    const { facts } = await verifier.verify(request, authentication, target, exampleKey, { now, bodyLimit: 100_000 })
    await facts.body.bytes(100_000)
    return { outcome: 'accepted' }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    const { code, status, message } = error
    return { outcome: 'refused', code, status, message }
  }
}
