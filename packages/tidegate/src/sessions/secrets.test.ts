import { inspect } from 'node:util'
import fc from 'fast-check'
import { test } from 'vitest'
import { accountId, freshKeys, issuedAt } from '../../test/support/sessions.ts'
import { openMessage, sealMessage } from './authorization-message.ts'
import { newGeneration } from './key-file.ts'
import { keysOf, retired } from './key-ring.ts'
import { isSealedByNewest, newSecretAccessKey, openSecret, sealSecret } from './secrets.ts'

const keys = freshKeys()
const owner = ['access-key', 'AKIAQNZGKIQYEXAMPLE5']
const closed = 'a stored secret cannot be opened with the keys of this instance'

test('a secret is not opened for another owner, whatever the parts of its name', ({ expect }) => {
  const sealed = sealSecret('s3cret', ['a', 'b'], keys)
  for (const other of [['a', 'c'], ['ab'], ['a,b'], ['a', 'b', ''], []]) expect(() => openSecret(sealed, other, keys)).toThrow(closed)
})

test('a secret that was changed is not opened', ({ expect }) => {
  const box = Buffer.from(sealSecret('s3cret', owner, keys), 'base64url')
  for (let i = 0; i < box.length; i++) {
    const changed = Buffer.from(box)
    changed[i] = (changed[i] ?? 0) ^ 1
    expect(() => openSecret(changed.toString('base64url'), owner, keys)).toThrow(closed)
  }
})

test('law: openers answer garbage with the refusal and nothing else', ({ expect }) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String()), (garbage) => {
      expect(() => openSecret(garbage, owner, keys)).toThrow(closed)
      expect(() => openMessage(garbage, accountId, keys)).toThrow('Message is not valid')
    }),
  )
})

test('law: what is opened is what was sealed, and sealing does not repeat itself', ({ expect }) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.string()), (secret, of) => {
      const sealed = sealSecret(secret, of, keys)
      expect(openSecret(sealed, of, keys)).toBe(secret)
      expect(sealSecret(secret, of, keys)).not.toBe(sealed)
    }),
  )
})

test('neither a sealed secret nor a failure to open it shows the secret', ({ expect }) => {
  const canary = 'CANARY-7f3c'
  const sealed = sealSecret(canary, owner, keys)
  let failure: unknown
  try {
    openSecret(sealed, ['other'], keys)
  } catch (error) {
    failure = error
  }
  expect(failure).toBeInstanceOf(Error)
  const printed = sealed + Buffer.from(sealed, 'base64url').toString('latin1') + inspect(failure, { showHidden: true })
  expect(printed).not.toContain(canary)
})

test('a stored secret outlives the rotation and the retirement of its key, and tells that it should be sealed again', ({ expect }) => {
  const first = newGeneration([], issuedAt)
  const second = newGeneration([first], issuedAt + 10)
  const sealed = sealSecret('s3cret', owner, keysOf([first]))
  const later = keysOf(retired([first, second], issuedAt + 20, issuedAt + 20))
  expect(openSecret(sealed, owner, later)).toBe('s3cret')
  expect(isSealedByNewest(sealed, later)).toBe(false)
  expect(isSealedByNewest(sealSecret('s3cret', owner, later), later)).toBe(true)
  expect(() => openSecret(sealed, owner, keysOf([second]))).toThrow(closed)
})

test('new secret access keys look like those of AWS', ({ expect }) => {
  expect(newSecretAccessKey()).toMatch(/^[A-Za-z0-9+/]{40}$/)
  expect(newSecretAccessKey()).not.toBe(newSecretAccessKey())
})

test('a message is not decoded in another account', ({ expect }) => {
  const encoded = sealMessage('{"allowed":false}', accountId, keys)
  expect(() => openMessage(encoded, '444455556666', keys)).toThrow('Message is not valid')
  expect(openMessage(encoded, accountId, keys)).toBe('{"allowed":false}')
})

test('a message is URL-safe and compressed', ({ expect }) => {
  const message = JSON.stringify(Array.from({ length: 50 }, () => ({ key: 'aws:PrincipalArn', values: { items: [] } })))
  const encoded = sealMessage(message, accountId, keys)
  expect(encoded).toMatch(/^[\w-]+$/)
  expect(encoded.length).toBeLessThan(message.length / 4)
})

test('what is sealed for one purpose opens for no other', ({ expect }) => {
  const message = sealMessage('s3cret', JSON.stringify(owner), keys)
  expect(() => openSecret(message, owner, keys)).toThrow(closed)
  const secret = sealSecret('s3cret', owner, keys)
  expect(() => openMessage(secret, JSON.stringify(owner), keys)).toThrow('Message is not valid')
})
