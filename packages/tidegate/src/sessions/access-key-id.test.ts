import fc from 'fast-check'
import { test } from 'vitest'
import { accountIdOfAccessKey, newAccessKeyId } from './access-key-id.ts'

const notIds = [
  '',
  'ASIA',
  'AKIAIOSFODNN7EXAMPLE',
  'ASIAQNZGKIQY56JQ7WM',
  'ASIAQNZGKIQY56JQ7WMLL',
  'AROAQNZGKIQY56JQ7WML',
  'ASIAqnzgkiqy56jq7wml',
  'ASIA7777777777777777',
]

test.for(notIds)('`%s` tells no account', (id, { expect }) => {
  expect(accountIdOfAccessKey(id)).toBeUndefined()
})

// https://medium.com/@TalBeerySec/a-short-note-on-aws-key-id-f88cc4317489
test('the account of an access key of AWS is read as AWS writes it', ({ expect }) => {
  expect(accountIdOfAccessKey('ASIAQNZGKIQY56JQ7WML')).toBe('029608264753')
})

test('law: an access key id looks like an access key id of AWS and tells its account', ({ expect }) => {
  const accounts = fc.integer({ min: 0, max: 999_999_999_999 }).map((n) => String(n).padStart(12, '0'))
  fc.assert(
    fc.property(fc.constantFrom('AKIA', 'ASIA'), accounts, (prefix, accountId) => {
      const id = newAccessKeyId(prefix, accountId)
      expect(id).toMatch(/^A[KS]IA[A-Z2-7]{16}$/)
      expect(id.startsWith(prefix)).toBe(true)
      expect(accountIdOfAccessKey(id)).toBe(accountId)
    }),
  )
})

test('an id is not made twice', ({ expect }) => {
  const ids = Array.from({ length: 5000 }, () => newAccessKeyId('ASIA', '111122223333'))
  expect(new Set(ids).size).toBe(ids.length)
})

test.for(['', '11112222333', '1111222233334', '11112222333x'])('`%s` is no account to make one for', (accountId, { expect }) => {
  expect(() => newAccessKeyId('AKIA', accountId)).toThrow('an account id has 12 digits')
})
