import { test } from 'vitest'
import { freshKeys, issuedAt, typicalSession } from '../test/support/sessions.ts'
import { newAccessKeyId } from './sessions/access-key-id.ts'
import { newGeneration } from './sessions/key-file.ts'
import { type Keys, keysOf, retired } from './sessions/key-ring.ts'
import { sealSecret } from './sessions/secrets.ts'
import { sealSession } from './sessions/session-token.ts'
import { OpenedSecrets, OpenedSessions } from './opened.ts'

const now = issuedAt * 1000
const invalid = 'The security token included in the request is invalid.'

test('a session that was opened before is the same object, with the same secret', ({ expect }) => {
  const keys = freshKeys()
  const { accessKeyId, sessionToken, secretAccessKey } = sealSession(typicalSession(), keys)
  const sessions = new OpenedSessions(keys)
  const first = sessions.open({ accessKeyId, sessionToken, now })
  expect(first.secretAccessKey).toBe(secretAccessKey)
  expect(sessions.open({ accessKeyId, sessionToken, now: now + 1000 }).session).toBe(first.session)
})

test('that it was opened before keeps no session alive', ({ expect }) => {
  const keys = freshKeys()
  const { accessKeyId, sessionToken } = sealSession(typicalSession(), keys)
  const sessions = new OpenedSessions(keys)
  const { session } = sessions.open({ accessKeyId, sessionToken, now })
  expect(() => sessions.open({ accessKeyId, sessionToken, now: session.expiresAt * 1000 })).toThrow('is expired')
  expect(() => sessions.open({ accessKeyId, sessionToken, now: session.expiresAt * 1000 - 1 })).not.toThrow()
})

test('a token that was opened for its own access key id is not opened for another', ({ expect }) => {
  const keys = freshKeys()
  const { accessKeyId, sessionToken } = sealSession(typicalSession(), keys)
  const sessions = new OpenedSessions(keys)
  sessions.open({ accessKeyId, sessionToken, now })
  expect(() => sessions.open({ accessKeyId: newAccessKeyId('ASIA', '111122223333'), sessionToken, now })).toThrow(invalid)
  expect(() => sessions.open({ accessKeyId, sessionToken: `${sessionToken}A`, now })).toThrow(invalid)
})

test('retiring a key ends its sessions, discarding it ends its secrets, opened before or not', ({ expect }) => {
  const old = newGeneration([], issuedAt)
  const next = newGeneration([old], issuedAt + 1)
  const ring = changing(keysOf([old]))
  const { accessKeyId, sessionToken } = sealSession(typicalSession(), ring.keys)
  const sealed = sealSecret('s3cret', ['access-key', 'a'], ring.keys)
  const [sessions, secrets] = [new OpenedSessions(ring.keys), new OpenedSecrets(ring.keys)]
  sessions.open({ accessKeyId, sessionToken, now })
  expect(secrets.open(sealed, ['access-key', 'a'])).toBe('s3cret')

  ring.become(keysOf(retired([old, next], issuedAt + 10, issuedAt + 10)))
  expect(() => sessions.open({ accessKeyId, sessionToken, now })).toThrow(invalid)
  expect(secrets.open(sealed, ['access-key', 'a'])).toBe('s3cret')
  ring.become(keysOf([next]))
  expect(() => secrets.open(sealed, ['access-key', 'a'])).toThrow('cannot be opened')
})

test('a secret that was opened for its owner is not opened for another', ({ expect }) => {
  const keys = freshKeys()
  const sealed = sealSecret('s3cret', ['a', 'b'], keys)
  const secrets = new OpenedSecrets(keys)
  expect([secrets.open(sealed, ['a', 'b']), secrets.open(sealed, ['a', 'b'])]).toEqual(['s3cret', 's3cret'])
  for (const other of [['a', 'c'], ['a'], ['a', 'b', '']]) expect(() => secrets.open(sealed, other)).toThrow('cannot be opened')
})

/** A key ring whose file is replaced. */
function changing(first: Keys) {
  let present = first
  const keys: Keys = {
    get newest() {
      return present.newest
    },
    keyFor: (purpose, id) => present.keyFor(purpose, id),
  }
  return { keys, become: (next: Keys) => void (present = next) }
}
