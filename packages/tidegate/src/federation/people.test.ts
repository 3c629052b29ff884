import fc from 'fast-check'
import { describe, test } from 'vitest'
import { AwsError } from '../kernel/aws-error.ts'
import { matchesGlob } from './glob.ts'
import { type Person, type PersonRules, personOf } from './people.ts'

const tenant = '6f0e2c0e-0000-4000-8000-000000000001'
const entraIssuer = `https://login.microsoftonline.com/${tenant}/v2.0`
const rules: PersonRules = {
  name: 'corp',
  preset: 'generic',
  groupsClaim: 'groups',
  keepGroups: undefined,
  multiFactorAcr: ['urn:okta:loa:2fa:any'],
  groupTags: new Map([
    ['payments', { key: 'team', value: 'payments' }],
    ['shop', { key: 'team', value: 'shop' }],
  ]),
}
const signedInAt = 1_795_168_000

function person(claims: Record<string, unknown>, changes: Partial<PersonRules> = {}, groups?: readonly string[]) {
  const token = {
    issuer: 'https://login.example.com',
    subject: '00u1',
    audiences: ['tidegate'] as const,
    claims: { iat: signedInAt + 60, ...claims },
  }
  const issuer = changes.preset === 'entra' ? entraIssuer : token.issuer
  return personOf({ ...token, audiences: ['tidegate'], issuer }, { ...rules, ...changes }, groups && (() => Promise.resolve(groups)))
}

describe('refused is', () => {
  const entra = { tid: tenant, oid: 'o-1' }
  const refusals: readonly [string, Record<string, unknown>, Partial<PersonRules>, string][] = [
    ['T-31 a token of Entra ID without the object id', { tid: tenant }, { preset: 'entra' }, 'oid'],
    ['T-31 a token of another tenant', { ...entra, tid: 'other' }, { preset: 'entra' }, 'tid'],
    ['groups that are no texts', { groups: [1] }, {}, 'cannot be told'],
    [
      'more groups than the token holds, where nobody can be asked',
      { ...entra, _claim_names: { groups: 'src1' } },
      { preset: 'entra' },
      '`graph`',
    ],
    ['distributed groups of another product', { _claim_names: { groups: 'src1' } }, {}, '`graph`'],
    ['more groups than a session holds', { groups: Array.from({ length: 101 }, (_, i) => `g${i}`) }, {}, '`keepGroups`'],
    ['a token that does not say when', { iat: 'now' }, {}, 'iat'],
  ]
  test.for(refusals)('%s', async ([, claims, changes, want], { expect }) => {
    await expect(person(claims, changes)).rejects.toThrow(want)
  })
})

describe('labels are no identities', () => {
  const labels: readonly [string, Record<string, unknown>, Partial<PersonRules>, string | undefined][] = [
    ['T-31 an address that nobody verified is not shown', { email: 'ceo@example.com' }, {}, undefined],
    ['T-31 nor one that is verified as a text', { email: 'ceo@example.com', email_verified: 'true' }, {}, undefined],
    ['a verified one is', { email: 'a@example.com', email_verified: true }, {}, 'a@example.com'],
    ['a name that people choose is not', { preferred_username: 'ceo@example.com' }, {}, undefined],
    ['one that administrators give is', { preferred_username: 'a@example.com' }, { preset: 'okta' }, 'a@example.com'],
  ]
  test.for(labels)('%s', async ([, claims, changes, want], { expect }) => {
    const { actor } = await person(claims, changes)
    expect(actor).toMatchObject({ type: 'human', issuer: 'https://login.example.com', subject: '00u1' })
    expect(actor.label).toBe(want)
  })

  test('T-31 law: no two people of a provider have one source identity, and all of them are ones', async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ minLength: 1, unit: 'grapheme' }), async (a, b) => {
        const of = async (subject: string) =>
          (await personOf({ issuer: 'https://i', subject, audiences: ['t'], claims: { iat: 1 } }, rules, undefined)).sourceIdentity
        const [x, y] = await Promise.all([of(a), of(b)])
        expect(x).toMatch(/^[\w+=,.@-]{2,64}$/)
        expect(x === y).toBe(a === b)
      }),
    )
  })
})

describe('a second factor counts', () => {
  const cases: readonly [string, Record<string, unknown>, Partial<PersonRules>, boolean][] = [
    ['not with a password alone', { amr: ['pwd'], auth_time: signedInAt }, {}, false],
    ['not where the time of signing in is unknown, because its age would be', { amr: ['pwd', 'mfa'] }, {}, false],
    ['not in a text that has it in it', { amr: 'mfa', auth_time: signedInAt }, {}, false],
    ['with `amr`', { amr: ['pwd', 'mfa'], auth_time: signedInAt }, {}, true],
    ['with an `acr` that the configuration names', { acr: 'urn:okta:loa:2fa:any', auth_time: signedInAt }, { preset: 'okta' }, true],
    ['not with another `acr`', { acr: 'urn:okta:loa:1fa:any', auth_time: signedInAt }, { preset: 'okta' }, false],
    ['with what Entra ID writes for it', { amr: ['ngcmfa'], auth_time: signedInAt, tid: tenant, oid: 'o' }, { preset: 'entra' }, true],
  ]
  test.for(cases)('%s', async ([, claims, changes, want], { expect }) => {
    const { mfaAuthenticatedAt, authenticatedAt } = await person(claims, changes)
    expect(mfaAuthenticatedAt).toBe(want ? signedInAt : undefined)
    expect(authenticatedAt).toBe(claims['auth_time'] ?? signedInAt + 60)
  })
})

test('Entra ID: the person is the object id, and groups beyond the token are asked for', async ({ expect }) => {
  const many = Array.from({ length: 300 }, (_, i) => `g-${i}`)
  const claims = { tid: tenant, oid: 'o-1', preferred_username: 'alice@corp.example', _claim_names: { groups: 'src1' } }
  const { actor, sessionName } = await person(claims, { preset: 'entra', keepGroups: ['g-29*'] }, many)
  expect(actor).toEqual({
    type: 'human',
    issuer: entraIssuer,
    subject: 'o-1',
    label: 'alice@corp.example',
    groups: ['g-29', ...Array.from({ length: 10 }, (_, i) => `g-29${i}`)],
  })
  expect(sessionName).toBe('alice@corp.example')
})

test('groups become session tags where that is configured; of two for one key the first in the file counts', async ({ expect }) => {
  expect((await person({ groups: ['shop', 'other'] })).tags).toEqual([{ key: 'team', value: 'shop' }])
  expect((await person({ groups: ['shop', 'payments'] })).tags).toEqual([{ key: 'team', value: 'payments' }])
  expect((await person({})).tags).toEqual([])
})

test('law: a pattern matches what the regular expression of it matches', ({ expect }) => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 })
  fc.assert(
    fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 }), (pattern, text) => {
      expect(matchesGlob(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text))
    }),
  )
})

test('law: whatever the claims are, somebody comes out who is of the issuer, or a refusal in words', async ({ expect }) => {
  const names = [
    'groups',
    'email',
    'email_verified',
    'preferred_username',
    'amr',
    'acr',
    'auth_time',
    'iat',
    'oid',
    'tid',
    '_claim_names',
    'hasgroups',
  ]
  const claims = fc.dictionary(
    fc.constantFrom(...names),
    fc.oneof(fc.jsonValue(), fc.constantFrom(tenant, true, 'mfa', ['mfa'], { groups: 'x' })),
  )
  await fc.assert(
    fc.asyncProperty(claims, fc.constantFrom('okta', 'entra', 'generic'), async (given, preset) => {
      const found = await person(given, { preset }).catch((error: unknown) => error)
      if (found instanceof AwsError) return
      const { actor, sessionName, sourceIdentity, tags } = found as Person
      expect(actor.type).toBe('human')
      expect(actor.issuer).toBe(preset === 'entra' ? entraIssuer : 'https://login.example.com')
      expect(actor.subject).toBe(preset === 'entra' ? given['oid'] : '00u1')
      for (const text of [sessionName, sourceIdentity]) expect(text).toMatch(/^[\w+=,.@-]{2,64}$/)
      expect(tags.length).toBeLessThanOrEqual(1)
    }),
  )
})
