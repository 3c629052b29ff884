/** aws-cli and boto3, unmodified, against a whole instance: IAM entities from beginning to end, and the sessions that they make. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, test } from 'vitest'
import { newRole, newUser, policyOf, trustOf } from './support/account.ts'
import { iamClient } from './support/clients.ts'
import { clientEnvironment, mainAccount, type TestInstance, testInstance } from './support/instance.ts'
import { awsCli, boto3, run } from './support/programs.ts'

let instance: TestInstance
let asRoot: NodeJS.ProcessEnv

beforeAll(async () => {
  instance = await testInstance()
  asRoot = clientEnvironment(instance.url, instance.rootKey())
})
afterAll(() => instance.close())

/** What a command prints, as JSON. Rejects with what it says when it fails. */
async function aws(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await run('aws', [...args, '--output', 'json'], { env })
  if (code !== 0) throw new Error(stderr.trim())
  return stdout === '' ? undefined : JSON.parse(stdout)
}

test('boto3 makes, reads, changes and deletes every kind of IAM entity', { timeout: 60_000 }, async (context) => {
  boto3(context)
  const { expect } = context
  const { stdout, stderr } = await run('python3', [join(import.meta.dirname, 'support/iam-walk.py')], { env: asRoot })
  expect(stderr).toBe('')
  const policyArn = `arn:aws:iam::${mainAccount}:policy/team/walk`
  expect(JSON.parse(stdout)).toEqual({
    'sixth version': 'LimitExceeded',
    versions: [
      ['v5', false],
      ['v4', false],
      ['v3', false],
      ['v2', true],
      ['v1', false],
    ],
    document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: '*' }] },
    'default version deleted': 'DeleteConflict',
    user: {
      Arn: `arn:aws:iam::${mainAccount}:user/people/walker`,
      Path: '/people/',
      PermissionsBoundary: { PermissionsBoundaryType: 'PermissionsBoundaryPolicy', PermissionsBoundaryArn: policyArn },
      Tags: [{ Key: 'team', Value: 'payments' }],
    },
    'created at a whole second': true,
    groups: ['walkers'],
    members: ['walker'],
    entities: ['walker'],
    'policy in use': 'DeleteConflict',
    'user in use': 'DeleteConflict',
    simulated: ['allowed', 'implicitDeny'],
    trust: true,
    role: { Description: 'second', MaxSessionDuration: 3600, Tags: [{ Key: 'b', Value: '2' }] },
    profiles: ['walk'],
    'role in use': 'DeleteConflict',
    pages: [
      ['page-0', 'page-1'],
      ['page-2', 'page-3'],
      ['page-4', 'walkers'],
    ],
    aliases: ['walk-about'],
    'minimum length': 14,
    'client ids': ['a', 'b'],
    'service-linked role changed': 'UnmodifiableEntity',
    details: [1, 1],
    report: ['user', '<root_account>', 'walker'],
    deletion: 'SUCCEEDED',
    left: { Users: 0, Groups: 0, Roles: 0, Policies: 0, InstanceProfiles: 0 },
    gone: ['NoSuchEntity', 'NoSuchEntity', 'NoSuchEntity', 'NoSuchEntity'],
  })
})

test('aws-cli sets up a role for a task and reads it back', { timeout: 60_000 }, async (context) => {
  awsCli(context)
  const { expect } = context
  const execution = 'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy'
  const trust =
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
  const made = await aws(asRoot, 'iam', 'create-role', '--role-name', 'task', '--assume-role-policy-document', trust)
  expect(made).toMatchObject({
    Role: { AssumeRolePolicyDocument: JSON.parse(trust) as unknown, CreateDate: expect.stringMatching(/:\d\d(?:Z|\+00:00)$/) },
  })
  await aws(asRoot, 'iam', 'wait', 'role-exists', '--role-name', 'task')
  await aws(asRoot, 'iam', 'attach-role-policy', '--role-name', 'task', '--policy-arn', execution)
  const [attached, details] = await Promise.all([
    aws(asRoot, 'iam', 'list-attached-role-policies', '--role-name', 'task'),
    aws(asRoot, 'iam', 'get-account-authorization-details', '--filter', 'Role'),
  ])
  expect(attached).toEqual({ AttachedPolicies: [{ PolicyName: 'AmazonECSTaskExecutionRolePolicy', PolicyArn: execution }] })
  expect(details).toMatchObject({ RoleDetailList: [{ RoleName: 'task', AttachedManagedPolicies: [{ PolicyArn: execution }] }] })
})

test('aws-cli assumes the role of its profile, and is told in AWS’s words what it may not do', { timeout: 60_000 }, async (context) => {
  awsCli(context)
  const { expect } = context
  const iam = iamClient(instance.url, instance.rootKey())
  const trust = trustOf(`arn:aws:iam::${mainAccount}:root`)
  const role = await newRole(iam, 'deploy', { trust, document: policyOf({ Action: 'iam:ListUsers' }) })
  const { accessKeyId, secretAccessKey } = await newUser(iam, 'dev', policyOf({ Action: 'sts:AssumeRole' }))
  const config = join(instance.folder, 'aws-config')
  const profile = { region: 'us-east-1', endpoint_url: instance.url, role_arn: role, source_profile: 'dev', role_session_name: 'laptop' }
  writeFileSync(
    config,
    [
      '[profile dev]',
      `aws_access_key_id = ${accessKeyId}`,
      `aws_secret_access_key = ${secretAccessKey}`,
      `endpoint_url = ${instance.url}`,
      'region = us-east-1',
      '[profile deploy]',
      ...Object.entries(profile).map(([name, value]) => `${name} = ${value}`),
    ].join('\n'),
  )
  const inherited = Object.entries(asRoot).filter(([name]) => !/^AWS_(?:ACCESS|SECRET|ENDPOINT)/.test(name))
  const env = { ...Object.fromEntries(inherited), ...homeIn(instance.folder), AWS_CONFIG_FILE: config, AWS_PROFILE: 'deploy' }
  const arn = `arn:aws:sts::${mainAccount}:assumed-role/deploy/laptop`
  const [identity, users, refused] = await Promise.all([
    aws(env, 'sts', 'get-caller-identity'),
    aws(env, 'iam', 'list-users', '--query', 'Users[].UserName'),
    run('aws', ['iam', 'create-user', '--user-name', 'bob'], { env }),
  ])
  expect(identity).toMatchObject({ Account: mainAccount, Arn: arn })
  expect(users).toContain('dev')
  expect(refused.code).not.toBe(0)
  expect(refused.stderr.trim()).toBe(
    `An error occurred (AccessDenied) when calling the CreateUser operation: User: ${arn} is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::${mainAccount}:user/bob because no identity-based policy allows the iam:CreateUser action`,
  )
  const events = await aws(
    asRoot,
    'cloudtrail',
    'lookup-events',
    '--lookup-attributes',
    'AttributeKey=Username,AttributeValue=laptop',
    '--query',
    'Events[].EventName',
  )
  expect(events).toEqual(expect.arrayContaining(['CreateUser', 'ListUsers']))
})

test('aws-cli is told what is not built', { timeout: 60_000 }, async (context) => {
  awsCli(context)
  const { expect } = context
  const refused = await run('aws', ['iam', 'upload-ssh-public-key', '--user-name', 'a', '--ssh-public-key-body', 'x'], { env: asRoot })
  expect(refused.stderr.trim()).toBe(
    'An error occurred (InvalidAction) when calling the UploadSSHPublicKey operation: The action iam:UploadSSHPublicKey is not built in Tidegate yet.',
  )
})

/** aws-cli keeps the credentials of assumed roles below HOME; what else is found there must still be. */
function homeIn(folder: string): Record<string, string> {
  const { HOME = '', PYENV_ROOT = join(HOME, '.pyenv'), PYTHONUSERBASE = join(HOME, '.local') } = process.env
  return { HOME: folder, PYENV_ROOT, PYTHONUSERBASE }
}
