import { test } from 'vitest'
import { accountId, iamAccount, trustIn } from '../../../test/support/iam.ts'

const provider = (host: string) => `arn:aws:iam::${accountId}:oidc-provider/${host}`

function ciTrust(host: string, condition: object | undefined, action: string | string[] = 'sts:AssumeRoleWithWebIdentity'): string {
  return trustIn({ Federated: provider(host) }, { Action: action, ...(condition === undefined ? {} : { Condition: condition }) })
}

const github = 'token.actions.githubusercontent.com'
const audience = { StringEquals: { [`${github}:aud`]: 'sts.amazonaws.com' } }
const sub = `${github}:sub`

const open: readonly (readonly [string, string])[] = [
  ['no condition', ciTrust(github, undefined)],
  ['audience only', ciTrust(github, audience)],
  ['any subject', ciTrust(github, { StringLike: { [sub]: '*' } })],
  ['any organization', ciTrust(github, { StringLike: { [sub]: 'repo:*' } })],
  ['a prefix of an organization', ciTrust(github, { StringLike: { [sub]: 'repo:octo*' } })],
  ['any organization, one repository', ciTrust(github, { StringLike: { [sub]: 'repo:*/infra:*' } })],
  ['one value of two open', ciTrust(github, { StringLike: { [sub]: ['repo:octo-org/infra:*', 'repo:*'] } })],
  ['negated', ciTrust(github, { StringNotLike: { [sub]: 'repo:octo-org/infra:pull_request' } })],
  ['if it exists', ciTrust(github, { StringEqualsIfExists: { [sub]: 'repo:octo-org/infra:ref:refs/heads/main' } })],
  ['for all values', ciTrust(github, { 'ForAllValues:StringEquals': { [sub]: 'repo:octo-org/infra:ref:refs/heads/main' } })],
  ['a variable', ciTrust(github, { StringLike: { [sub]: 'repo:${aws:PrincipalTag/org}/infra:*' } })],
  ['wildcard action', ciTrust(github, undefined, 'sts:AssumeRole*')],
  ['among other actions', ciTrust(github, audience, ['sts:TagSession', 'sts:AssumeRoleWithWebIdentity'])],
  ['an enterprise of its own', ciTrust(`${github}/octo-enterprise`, undefined)],
  ['gitlab', ciTrust('gitlab.com', { StringEquals: { 'gitlab.com:aud': 'https://gitlab.com' } })],
]

test.for(open)('trust in a CI service with %s is refused', async ([, document], { expect }) => {
  const account = await iamAccount()
  expect(await account.refusal('CreateRole', { RoleName: 'ci', AssumeRolePolicyDocument: document })).toMatch(
    /^MalformedPolicyDocument: Trust in \S+ needs a condition on \S+:sub that names the organization or group$/,
  )
  await account.run('CreateRole', { RoleName: 'ci', AssumeRolePolicyDocument: trustIn({ Service: 'ec2.amazonaws.com' }) })
  expect(await account.refusal('UpdateAssumeRolePolicy', { RoleName: 'ci', PolicyDocument: document })).toMatch(/^MalformedPolicyDocument/)
})

const closed: readonly (readonly [string, string])[] = [
  ['one branch', ciTrust(github, { ...audience, StringLike: { [sub]: 'repo:octo-org/infra:ref:refs/heads/main' } })],
  ['all of one organization', ciTrust(github, { StringLike: { [sub]: 'repo:octo-org/*' } })],
  ['the key in other letters', ciTrust(github, { StringEquals: { [sub.toUpperCase()]: 'repo:octo-org/infra:environment:prod' } })],
  ['immutable ids', ciTrust(github, { StringLike: { [sub]: 'repository_owner_id:1234:repository_id:*' } })],
  ['a gitlab group', ciTrust('gitlab.com', { StringLike: { 'gitlab.com:sub': 'project_path:group/*' } })],
  ['an issuer that is one’s own', ciTrust('idp.example.com', audience)],
  ['a denial', trustIn({ Federated: provider(github) }, { Effect: 'Deny', Action: 'sts:AssumeRoleWithWebIdentity' })],
]

test.for(closed)('trust with %s is accepted', async ([, document], { expect }) => {
  const account = await iamAccount()
  expect(await account.refusal('CreateRole', { RoleName: 'ci', AssumeRolePolicyDocument: document })).toBeUndefined()
})

test('T-40 a CI service of one’s own is one where its provider is tagged as such', async ({ expect }) => {
  const account = await iamAccount()
  const Tags = [{ Key: 'tidegate:preset', Value: 'gitlab' }]
  await account.run('CreateOpenIDConnectProvider', { Url: 'https://gitlab.corp.example', ClientIDList: ['tidegate'], Tags })
  const refusal = (condition: object) =>
    account.refusal('CreateRole', { RoleName: 'ci', AssumeRolePolicyDocument: ciTrust('gitlab.corp.example', condition) })
  expect(await refusal({ StringEquals: { 'gitlab.corp.example:aud': 'tidegate' } })).toMatch(/^MalformedPolicyDocument: Trust in gitlab/)
  expect(await refusal({ StringLike: { 'gitlab.corp.example:sub': 'project_path:group/*' } })).toBeUndefined()
})

test('accounts, services and everyone need not exist; users, roles and their sessions do', async ({ expect }) => {
  const account = await iamAccount()
  const refusal = async (principal: unknown) =>
    account.refusal('CreateRole', { RoleName: `r${++count}`, AssumeRolePolicyDocument: trustIn(principal) })
  let count = 0
  for (const fine of ['*', { AWS: '999988887777' }, { AWS: 'arn:aws:iam::999988887777:root' }, { Service: 'ecs-tasks.amazonaws.com' }]) {
    expect(await refusal(fine)).toBeUndefined()
  }
  for (const gone of [
    `arn:aws:iam::${accountId}:user/nobody`,
    `arn:aws:iam::${accountId}:role/nobody`,
    `arn:aws:sts::${accountId}:assumed-role/nobody/s`,
    'AROAAAAAAAAAAAAAAAAAA',
    `arn:aws:iam::999988887777:role/nobody`,
  ]) {
    expect(await refusal({ AWS: gone })).toBe(`MalformedPolicyDocument: Invalid principal in policy: "AWS":"${gone}"`)
  }
  await account.run('CreateUser', { UserName: 'alice', Path: '/people/' })
  expect(await refusal({ AWS: `arn:aws:iam::${accountId}:user/alice` })).toMatch(/Invalid principal/) // the path is part of the name
  expect(await refusal({ AWS: `arn:aws:iam::${accountId}:user/people/alice` })).toBeUndefined()
})
