import { inspect } from 'node:util'
import fc from 'fast-check'
import { test } from 'vitest'
import { anySession, freshKeys, issuedAt, largeSession, typicalSession } from '../../test/support/sessions.ts'
import { AwsError } from '../kernel/aws-error.ts'
import { newAccessKeyId } from './access-key-id.ts'
import { newGeneration } from './key-file.ts'
import { keysOf, retired } from './key-ring.ts'
import { openSession, sealSession } from './session-token.ts'
import type { SessionClaim } from './session-token.ts'

const now = issuedAt * 1000

/** What the client is told, or `opened`. */
function answer(claim: SessionClaim, keys = ring): string {
  try {
    openSession(claim, keys)
    return 'opened'
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return `${error.status} ${error.code}: ${error.message}${error.detail ?? ''}`
  }
}

const invalid = '403 InvalidClientTokenId: The security token included in the request is invalid.'
const ring = freshKeys()

test('every changed byte of a token is refused', ({ expect }) => {
  const { accessKeyId, sessionToken } = sealSession(typicalSession(), ring)
  const bytes = Buffer.from(sessionToken, 'base64url')
  const answers = Array.from(bytes, (byte, i) => {
    const changed = Buffer.from(bytes)
    changed[i] = byte ^ (1 << (i % 8))
    return answer({ accessKeyId, sessionToken: changed.toString('base64url'), now })
  })
  expect(new Set(answers)).toEqual(new Set([invalid]))
})

test('every changed character of a token is refused', ({ expect }) => {
  const { accessKeyId, sessionToken } = sealSession(typicalSession(), ring)
  const answers = Array.from({ length: sessionToken.length }, (_, i) => {
    const other = sessionToken[i] === 'A' ? 'B' : 'A'
    return answer({ accessKeyId, sessionToken: sessionToken.slice(0, i) + other + sessionToken.slice(i + 1), now })
  })
  expect(new Set(answers)).toEqual(new Set([invalid]))
})

test('a token is refused in any other spelling, cut short or extended', ({ expect }) => {
  const { accessKeyId, sessionToken } = sealSession(typicalSession(), ring)
  const others = [
    `${sessionToken}=`,
    `${sessionToken}A`,
    ` ${sessionToken}`,
    `${sessionToken}\n`,
    sessionToken.slice(0, -1),
    sessionToken.slice(4),
    '',
  ]
  for (const other of others) expect(answer({ accessKeyId, sessionToken: other, now })).toBe(invalid)
})

test('a token of another session is refused', ({ expect }) => {
  const [one, other] = [sealSession(typicalSession(), ring), sealSession(typicalSession(), ring)]
  expect(answer({ accessKeyId: one.accessKeyId, sessionToken: other.sessionToken, now })).toBe(invalid)
})

test('a token of another instance is refused', ({ expect }) => {
  const { accessKeyId, sessionToken } = sealSession(typicalSession(), freshKeys())
  expect(answer({ accessKeyId, sessionToken, now })).toBe(invalid)
})

test('an expired session is told so, and only by who has its token', ({ expect }) => {
  const session = typicalSession()
  const { accessKeyId, sessionToken } = sealSession(session, ring)
  const expired = '403 ExpiredToken: The security token included in the request is expired'
  expect(answer({ accessKeyId, sessionToken, now: session.expiresAt * 1000 - 1 })).toBe('opened')
  expect(answer({ accessKeyId, sessionToken, now: session.expiresAt * 1000 })).toBe(expired)
  expect(answer({ accessKeyId, sessionToken: sessionToken.replace(/^..../, 'AAAA'), now: session.expiresAt * 1000 })).toBe(invalid)
})

test('law: what is opened is what was sealed', ({ expect }) => {
  fc.assert(
    fc.property(anySession, (session) => {
      const sealed = sealSession(session, ring)
      const opened = openSession({ ...sealed, now: session.expiresAt * 1000 - 1 }, ring)
      expect(opened.session).toStrictEqual(JSON.parse(JSON.stringify(session)))
      expect(opened.secretAccessKey).toBe(sealed.secretAccessKey)
    }),
  )
})

test('law: openers answer garbage with the refusal and nothing else', ({ expect }) => {
  const garbage = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
    fc
      .uint8Array({ maxLength: 200 })
      .map((rest) => Buffer.concat([Buffer.of(1), Buffer.from(ring.newest, 'hex'), rest]).toString('base64url')),
  )
  fc.assert(
    fc.property(garbage, fc.oneof(fc.string(), fc.constant(newAccessKeyId('ASIA', '111122223333'))), (sessionToken, accessKeyId) => {
      expect(answer({ accessKeyId, sessionToken, now })).toBe(invalid)
    }),
  )
})

test('sessions live through a rotation and end when their key is retired', ({ expect }) => {
  const first = newGeneration([], issuedAt)
  const second = newGeneration([first], issuedAt + 100)
  const old = sealSession(typicalSession(), keysOf([first]))
  const both = keysOf([first, second])
  const young = sealSession(typicalSession(), both)
  expect(openSession({ ...old, now }, both).secretAccessKey).toBe(old.secretAccessKey)
  expect(answer({ ...young, now }, keysOf([first]))).toBe(invalid)

  const afterRetirement = keysOf(retired([first, second], issuedAt + 101, issuedAt + 200))
  expect(answer({ ...old, now }, afterRetirement)).toBe(invalid)
  expect(answer({ ...young, now }, afterRetirement)).toBe('opened')
})

test('credentials look like those of AWS', ({ expect }) => {
  const { accessKeyId, secretAccessKey, sessionToken } = sealSession(typicalSession(), ring)
  expect(accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/)
  expect(secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/)
  expect(sessionToken).toMatch(/^[\w-]+$/)
})

test('two sessions with one access key id have two secrets', ({ expect }) => {
  const session = typicalSession()
  expect(sealSession(session, ring).secretAccessKey).not.toBe(sealSession(session, ring).secretAccessKey)
})

test('a typical token is short, one with a large policy and many tags fits a header', ({ expect }) => {
  expect(sealSession(typicalSession(), ring).sessionToken.length).toBeLessThan(1024)
  expect(sealSession(largeSession(), ring).sessionToken.length).toBeLessThan(2048)
})

test('a session that is not of the account of its access key id is not sealed', ({ expect }) => {
  const mistake = 'the access key id of a session is an `ASIA…` of its account'
  expect(() => sealSession(typicalSession({ accountId: '444455556666' }), ring)).toThrow(mistake)
  expect(() => sealSession(typicalSession({ accessKeyId: newAccessKeyId('AKIA', '111122223333') }), ring)).toThrow(mistake)
})

test('nothing that is printed of a refusal holds the token', ({ expect }) => {
  const { accessKeyId, sessionToken } = sealSession(typicalSession(), ring)
  try {
    openSession({ accessKeyId, sessionToken: `${sessionToken}x`, now }, ring)
    expect.unreachable()
  } catch (error) {
    expect(inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)).not.toContain(sessionToken.slice(0, 20))
  }
})
