import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { authorize, compilePolicies, parsePolicy, RequestContext } from '@tidegate/policy'
import { test } from 'vitest'
import { readConfiguration } from './configuration.ts'
import { Organization } from './organization.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-configuration-'))
function written(name: string, value: unknown): string {
  const file = join(folder, name)
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value))
  return file
}
const statement = (effect: string, action: string): object => ({
  Version: '2012-10-17',
  Statement: [{ Effect: effect, Action: action, Resource: '*' }],
})
written('no-s3.json', statement('Deny', 's3:*'))
written('only-ecs.json', statement('Allow', 'ecs:*'))
written('rcp.json', { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: '*' }] })
written('broken.json', '{"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]}')
const organization = { id: 'o-a1b2c3d4e5', managementAccount: '111122223333' }

test.for<[unknown, string]>([
  ['{', 'is not JSON'],
  ['[]', 'must hold a JSON object'],
  [{ acounts: {} }, '`acounts` is no setting; here may be `defaultRegion`, `accounts`, `organization`, `identityProviders`'],
  [{ identityProviders: { allowLoopback: 'yes' } }, '`identityProviders.allowLoopback` must be true or false'],
  [{ identityProviders: { privateHosts: ['https://idp.corp'] } }, '`identityProviders.privateHosts` has `https://idp.corp`'],
  [{ identityProviders: { issuers: [] } }, '`identityProviders.issuers` is no setting'],
  [{ accounts: { '1111': {} } }, '`1111` is no account id of 12 digits'],
  [{ accounts: { '111122223333': [] } }, '`accounts.111122223333` must be an object'],
  [{ accounts: { '111122223333': { name: 7 } } }, '`accounts.111122223333.name` must be a text'],
  [{ defaultRegion: '' }, '`defaultRegion` must be a text'],
  [{ organization: { ...organization, id: 'acme' } }, '`organization.id` must be `o-` and 10 to 32'],
  [{ organization: { id: organization.id } }, '`organization.managementAccount` must be a text'],
  [{ organization: { ...organization, units: { 'a/b': {} } } }, '`organization.units` has `a/b` but not its parent `a`'],
  [
    { organization: { ...organization, accounts: { '444455556666': { unit: 'x' } } } },
    '`organization.accounts.444455556666.unit` names no unit',
  ],
  [{ organization: { ...organization, root: { scps: 'no-s3.json' } } }, '`organization.root.scps` must be a list of texts'],
  [{ organization: { ...organization, root: { scps: ['absent.json'] } } }, 'cannot read'],
  [{ organization: { ...organization, root: { scps: ['broken.json'] } } }, 'broken.json:1:'],
])('%j is refused: %s', ([value, message], { expect }) => {
  expect(() => readConfiguration(written('config.json', value))).toThrow(message)
})

test('what is not said has its default', ({ expect }) => {
  expect(readConfiguration(written('empty.json', {}))).toEqual({
    defaultRegion: 'us-east-1',
    accounts: [{ id: '111122223333', name: 'main' }],
    organization: undefined,
    identityProviders: {},
    providers: [],
    bindings: [],
    askForAccess: undefined,
    revokeWorkloads: false,
  })
})

test('an identity provider of this machine or of a private network is allowed by name', ({ expect }) => {
  const identityProviders = { allowLoopback: true, privateHosts: ['IdP.corp.example'] }
  expect(readConfiguration(written('idp.json', { identityProviders })).identityProviders).toEqual({
    allowLoopback: true,
    privateHosts: ['idp.corp.example'],
  })
})

const whole = {
  organization: {
    ...organization,
    root: {},
    units: { work: { scps: ['no-s3.json'] }, 'work/prod': { scps: ['only-ecs.json'], rcps: ['rcp.json'] } },
    accounts: { '444455556666': { unit: 'work/prod' } },
  },
}

function decide(accountId: string, action: string): string {
  const { organization: settings } = readConfiguration(written('whole.json', whole))
  const guardrails = new Organization(settings)
  const everything = parsePolicy(JSON.stringify(statement('Allow', '*')), 'identity')
  if (!everything.ok) throw new Error('expected a policy')
  const arn = `arn:aws:iam::${accountId}:user/alice`
  const request = {
    principal: { kind: 'user', account: accountId, arn },
    action,
    resource: '*',
    resourceAccount: accountId,
    context: new RequestContext({}),
  } as const
  const scp = guardrails.serviceControlPolicies(accountId)
  const sets = [compilePolicies({ identity: [everything.document] }), ...(scp ? [scp] : []), ...guardrails.resourcePoliciesOf(accountId)]
  const decision = authorize(request, sets)
  return decision.effect === 'implicit-deny'
    ? `no ${decision.missing}`
    : decision.effect === 'explicit-deny'
      ? `${decision.policyType} denies`
      : 'allow'
}

test('a guardrail binds the accounts below it, and never the management account', ({ expect }) => {
  expect(decide('444455556666', 'ecs:ListClusters')).toBe('allow')
  expect(decide('444455556666', 'iam:ListRoles')).toBe('no scp')
  expect(decide('444455556666', 's3:GetObject')).toBe('scp denies')
  expect(decide('777788889999', 's3:GetObject')).toBe('allow')
  expect(decide('111122223333', 's3:GetObject')).toBe('allow')
})

test('accounts tell their organization and path', ({ expect }) => {
  const guardrails = new Organization(readConfiguration(written('whole.json', whole)).organization)
  expect(guardrails.keysOf('444455556666', 'Principal')).toEqual({
    'aws:PrincipalOrgID': 'o-a1b2c3d4e5',
    'aws:PrincipalOrgPaths': ['o-a1b2c3d4e5/r-root/ou-work/ou-work-prod/'],
  })
  expect(new Organization(undefined).keysOf('444455556666', 'Resource')).toEqual({})
})
