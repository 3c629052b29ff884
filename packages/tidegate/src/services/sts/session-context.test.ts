import fc from 'fast-check'
import { test } from 'vitest'
import { anySession, issuedAt, typicalSession } from '../../../test/support/sessions.ts'
import type { Session } from '../../kernel/caller.ts'
import { rootContext, sessionContext, sessionPrincipal, userContext } from './session-context.ts'
import { actorId } from '../../kernel/actor-chain.ts'
import type { Context } from './session-context.ts'
import { rootUserIdentity, sessionUserIdentity, userUserIdentity } from './session-user-identity.ts'

const account = '111122223333'
const accessKeyId = 'ASIAQNZGKIQYEXAMPLE7'
const userArn = `arn:aws:iam::${account}:user/dev/alice`
const rootArn = `arn:aws:iam::${account}:root`
const roleArn = `arn:aws:iam::${account}:role/apps/web`
const now = (issuedAt + 90) * 1000
const times = { issuedAt, expiresAt: issuedAt + 3600, accessKeyId, accountId: account, actorChain: [] }

const roleSession: Session = { ...times, kind: 'role-session', parentArn: roleArn, parentId: 'AROAWEB', name: 'task-1' }
const federated: Session = { ...times, kind: 'federated-user', parentArn: userArn, parentId: 'AIDAALICE', name: 'bob' }
const federatedByRoot: Session = { ...times, kind: 'federated-user', parentArn: rootArn, parentId: account, name: 'bob' }
const ofUser: Session = { ...times, kind: 'session-token', parentArn: userArn, parentId: 'AIDAALICE', name: '' }
const ofRoot: Session = { ...times, kind: 'session-token', parentArn: rootArn, parentId: account, name: '' }
const provider = `arn:aws:iam::${account}:oidc-provider/idp.example.com/realms/staff`

const common = { 'aws:PrincipalAccount': account, 'aws:TokenIssueTime': '2026-11-20T10:00:00Z', 'aws:MultiFactorAuthPresent': 'false' }

const contexts: readonly [string, Session, readonly { readonly key: string; readonly value: string }[], Context][] = [
  [
    'a role session stands for its role, with the path',
    roleSession,
    [],
    { ...common, 'aws:PrincipalArn': roleArn, 'aws:PrincipalType': 'AssumedRole', 'aws:userid': 'AROAWEB:task-1' },
  ],
  [
    'a federated user is itself',
    federated,
    [],
    {
      ...common,
      'aws:PrincipalArn': `arn:aws:sts::${account}:federated-user/bob`,
      'aws:PrincipalType': 'FederatedUser',
      'aws:userid': `${account}:bob`,
    },
  ],
  [
    'a session token is its user',
    ofUser,
    [],
    { ...common, 'aws:PrincipalArn': userArn, 'aws:PrincipalType': 'User', 'aws:userid': 'AIDAALICE', 'aws:username': 'alice' },
  ],
  [
    'a session token of the root is the root',
    ofRoot,
    [],
    { ...common, 'aws:PrincipalArn': rootArn, 'aws:PrincipalType': 'Account', 'aws:userid': account },
  ],
  [
    'MFA has an age',
    { ...ofRoot, mfaAuthenticatedAt: issuedAt - 10 },
    [],
    {
      ...common,
      'aws:PrincipalArn': rootArn,
      'aws:PrincipalType': 'Account',
      'aws:userid': account,
      'aws:MultiFactorAuthPresent': 'true',
      'aws:MultiFactorAuthAge': '100',
    },
  ],
  [
    'session tags stand above tags of the role, in any case; names of objects are names of tags',
    {
      ...roleSession,
      tags: Object.fromEntries([
        ['team', 'session'],
        ['__proto__', 'x'],
      ]),
    },
    [
      { key: 'Team', value: 'role' },
      { key: 'Env', value: 'prod' },
    ],
    Object.fromEntries([
      ...Object.entries({ ...common, 'aws:PrincipalArn': roleArn, 'aws:PrincipalType': 'AssumedRole', 'aws:userid': 'AROAWEB:task-1' }),
      ['aws:PrincipalTag/Env', 'prod'],
      ['aws:PrincipalTag/team', 'session'],
      ['aws:PrincipalTag/__proto__', 'x'],
    ]),
  ],
  [
    'a web identity keeps its provider and claims, and everybody who is behind it',
    {
      ...roleSession,
      sourceIdentity: 'alice',
      federatedProvider: provider,
      claims: { aud: 'tidegate', sub: 's-1', amr: 'pwd\nmfa' },
      actorChain: [
        { type: 'agent', issuer: 'https://agents.example.com', subject: 'a', label: 'helper' },
        { type: 'human', issuer: 'https://idp.example.com', subject: 's-1' },
      ],
    },
    [],
    {
      ...common,
      'aws:PrincipalArn': roleArn,
      'aws:PrincipalType': 'AssumedRole',
      'aws:userid': 'AROAWEB:task-1',
      'aws:SourceIdentity': 'alice',
      'aws:FederatedProvider': provider,
      'idp.example.com/realms/staff:aud': 'tidegate',
      'idp.example.com/realms/staff:sub': 's-1',
      'idp.example.com/realms/staff:amr': ['pwd', 'mfa'],
      'tidegate:Actor': 'https://agents.example.com#a',
      'tidegate:ActorType': 'agent',
      'tidegate:ActorLabel': 'helper',
      'tidegate:OnBehalfOf': ['https://idp.example.com#s-1'],
    },
  ],
]

test.for(contexts)('%s', ([, session, tags, want], { expect }) => {
  expect(sessionContext(session, tags, now)).toEqual(want)
})

test('long-term keys have no token issue time and say nothing of MFA', ({ expect }) => {
  expect(userContext({ accountId: account, arn: userArn, id: 'AIDAALICE', tags: [{ key: 'Team', value: 'x' }] })).toEqual({
    'aws:PrincipalArn': userArn,
    'aws:PrincipalAccount': account,
    'aws:PrincipalType': 'User',
    'aws:userid': 'AIDAALICE',
    'aws:username': 'alice',
    'aws:PrincipalTag/Team': 'x',
  })
  expect(rootContext(account)).toEqual({
    'aws:PrincipalArn': rootArn,
    'aws:PrincipalAccount': account,
    'aws:PrincipalType': 'Account',
    'aws:userid': account,
  })
})

const principals: readonly [Session, object][] = [
  [roleSession, { kind: 'role-session', arn: `arn:aws:sts::${account}:assumed-role/web/task-1`, account, id: 'AROAWEB', roleArn }],
  [federated, { kind: 'federated-user', arn: `arn:aws:sts::${account}:federated-user/bob`, account, id: 'AIDAALICE', userArn }],
  [ofUser, { kind: 'user', arn: userArn, account, id: 'AIDAALICE', temporary: 'without-mfa' }],
  [
    { ...ofUser, mfaAuthenticatedAt: issuedAt },
    { kind: 'user', arn: userArn, account, id: 'AIDAALICE', temporary: 'with-mfa' },
  ],
  [ofRoot, { kind: 'root', arn: rootArn, account }],
]

test.for(principals)('the principal of %o', ([session, want], { expect }) => {
  expect(sessionPrincipal(session)).toEqual(want)
})

const attributes = { creationDate: '2026-11-20T10:00:00Z', mfaAuthenticated: 'false' }
const userIssuer = { type: 'IAMUser', principalId: 'AIDAALICE', arn: userArn, accountId: account, userName: 'alice' }

const identities: readonly [string, object, object][] = [
  [
    'a user',
    userUserIdentity({ accountId: account, arn: userArn, id: 'AIDAALICE', tags: [] }, 'AKIA'),
    { type: 'IAMUser', principalId: 'AIDAALICE', arn: userArn, accountId: account, accessKeyId: 'AKIA', userName: 'alice' },
  ],
  [
    'the root',
    rootUserIdentity(account, 'AKIA'),
    { type: 'Root', principalId: account, arn: rootArn, accountId: account, accessKeyId: 'AKIA' },
  ],
  [
    'a role session',
    sessionUserIdentity({ ...roleSession, sourceIdentity: 'alice', mfaAuthenticatedAt: issuedAt }),
    {
      type: 'AssumedRole',
      principalId: 'AROAWEB:task-1',
      arn: `arn:aws:sts::${account}:assumed-role/web/task-1`,
      accountId: account,
      accessKeyId,
      sessionContext: {
        sessionIssuer: { type: 'Role', principalId: 'AROAWEB', arn: roleArn, accountId: account, userName: 'web' },
        attributes: { ...attributes, mfaAuthenticated: 'true' },
        sourceIdentity: 'alice',
      },
    },
  ],
  [
    'a role session of a web identity',
    sessionUserIdentity({ ...roleSession, federatedProvider: provider, claims: { sub: 's-1' } }),
    {
      type: 'AssumedRole',
      principalId: 'AROAWEB:task-1',
      arn: `arn:aws:sts::${account}:assumed-role/web/task-1`,
      accountId: account,
      accessKeyId,
      sessionContext: {
        sessionIssuer: { type: 'Role', principalId: 'AROAWEB', arn: roleArn, accountId: account, userName: 'web' },
        webIdFederationData: { federatedProvider: provider, attributes: { sub: 's-1' } },
        attributes,
      },
    },
  ],
  [
    'a federated user',
    sessionUserIdentity(federated),
    {
      type: 'FederatedUser',
      principalId: `${account}:bob`,
      arn: `arn:aws:sts::${account}:federated-user/bob`,
      accountId: account,
      accessKeyId,
      sessionContext: { sessionIssuer: userIssuer, attributes },
    },
  ],
  [
    'a federated user of the root',
    sessionUserIdentity(federatedByRoot),
    {
      type: 'FederatedUser',
      principalId: `${account}:bob`,
      arn: `arn:aws:sts::${account}:federated-user/bob`,
      accountId: account,
      accessKeyId,
      sessionContext: { sessionIssuer: { type: 'Root', principalId: account, arn: rootArn, accountId: account }, attributes },
    },
  ],
  [
    'a session token of a user',
    sessionUserIdentity(ofUser),
    {
      type: 'IAMUser',
      principalId: 'AIDAALICE',
      arn: userArn,
      accountId: account,
      accessKeyId,
      userName: 'alice',
      sessionContext: { attributes },
    },
  ],
  [
    'a session token of the root',
    sessionUserIdentity(ofRoot),
    { type: 'Root', principalId: account, arn: rootArn, accountId: account, accessKeyId, sessionContext: { attributes } },
  ],
]

test.for(identities)('CloudTrail shows %s', ([, identity, want], { expect }) => {
  expect(identity).toEqual(want)
})

test('T-32 law: two actors have two texts', ({ expect }) => {
  const issuer = fc.webUrl().filter((url) => !url.includes('#'))
  fc.assert(
    fc.property(issuer, issuer, fc.string(), fc.string(), (a, b, x, y) => {
      expect(actorId({ issuer: a, subject: x }) === actorId({ issuer: b, subject: y })).toBe(a === b && x === y)
    }),
  )
})

test('law: no session can pretend to be another principal by its tags or claims', ({ expect }) => {
  const fixed = ['aws:PrincipalArn', 'aws:PrincipalAccount', 'aws:PrincipalType', 'aws:userid', 'aws:TokenIssueTime']
  fc.assert(
    fc.property(anySession, (session) => {
      const { tags: _tags, claims: _claims, ...bare } = session
      const [full, plain] = [sessionContext(session, [], now), sessionContext(bare, [], now)]
      for (const key of fixed) expect(full[key]).toEqual(plain[key])
    }),
  )
})

test('a typical session has what it should', ({ expect }) => {
  expect(Object.keys(sessionContext(typicalSession(), [], now))).toEqual(
    expect.arrayContaining([
      'aws:SourceIdentity',
      'login.example.com/realms/staff:sub',
      'tidegate:ActorLabel',
      'aws:PrincipalTag/CostCenter',
    ]),
  )
})
