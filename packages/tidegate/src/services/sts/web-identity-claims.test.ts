import { test } from 'vitest'
import { token } from '../../../test/support/sts-world.ts'
import { actorTypeOf, tokenActors } from './web-identity-claims.ts'

const github = { repository: 'octo/shop', workflow: 'deploy', run_id: '9', run_number: '42' }
const gitlab = { project_path: 'octo/shop', pipeline_id: '77', job_id: '1' }

const types: readonly [string, Readonly<Record<string, unknown>>, string][] = [
  ['no claims', {}, 'workload'],
  ['half of the claims of GitHub', { repository: 'octo/shop', workflow: 'deploy' }, 'workload'],
  ['claims of GitHub that are no texts', { ...github, run_id: 9 }, 'workload'],
  ['a mix of both', { repository: 'octo/shop', pipeline_id: '77', job_id: '1' }, 'workload'],
  ['a name that says so', { name: 'pipeline', actor_type: 'pipeline' }, 'workload'],
  ['GitHub', github, 'pipeline'],
  ['GitLab', gitlab, 'pipeline'],
]

test.for(types)('%s: %o is a %s', ([, claims, want], { expect }) => {
  expect(actorTypeOf(claims)).toBe(want)
})

const labels: readonly [Readonly<Record<string, unknown>>, string | undefined][] = [
  [{ email: 'ceo@example.com' }, undefined],
  [{ email: 'ceo@example.com', email_verified: 'true' }, undefined],
  [{ email: ['ceo@example.com'], email_verified: true }, undefined],
  [{ email: 'alice@example.com', email_verified: true }, 'alice@example.com'],
  [{ ...github, email: 'ceo@example.com', email_verified: true }, 'octo/shop#42'],
  [{ ...github, run_number: 42 }, 'octo/shop'],
  [gitlab, 'octo/shop#77'],
]

test.for(labels)('T-31 %o is labelled %s', ([claims, want], { expect }) => {
  expect(tokenActors(token(claims))[0]?.label).toBe(want)
})

test('T-32 issuer and subject are the identity, with any claims', ({ expect }) => {
  expect(tokenActors(token({ sub: 'other', iss: 'other', email: 'x', email_verified: true }))).toMatchObject([
    { issuer: 'https://idp.example.com', subject: 'build-7' },
  ])
})

test('who triggered a pipeline stands behind it, as the CI service knows them', ({ expect }) => {
  const run = { ref: 'refs/heads/main', run_number: '42', actor: 'alice', actor_id: '1001' }
  const issuer = 'https://idp.example.com'
  expect(tokenActors(token({ ...github, ...run }))).toEqual([
    { type: 'pipeline', issuer, subject: 'build-7', label: 'octo/shop@refs/heads/main#42' },
    { type: 'human', issuer, subject: 'user:1001', label: 'alice' },
  ])
  expect(tokenActors(token({ ...gitlab, ref: 'main', user_id: '7', user_login: 'bob' }))).toEqual([
    { type: 'pipeline', issuer, subject: 'build-7', label: 'octo/shop@main#77' },
    { type: 'human', issuer, subject: 'user:7', label: 'bob' },
  ])
  expect(tokenActors(token({ actor: 'alice', actor_id: '1001' }))).toHaveLength(1)
})
