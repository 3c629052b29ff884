/** Ways to more rights than one was given, as they are known of AWS accounts: each needs a permission that was not given. */
import * as ecs from '@aws-sdk/client-ecs'
import * as iam from '@aws-sdk/client-iam'
import { afterAll, beforeAll, test } from 'vitest'
import { newRole, newUser, policyOf, trustOf } from './support/account.ts'
import { ecsClient, iamClient, type Refusal, refusalOf } from './support/clients.ts'
import { mainAccount, type TestInstance, testInstance } from './support/instance.ts'

let instance: TestInstance
let root: iam.IAMClient
let adminRole: string
const plainRole = `arn:aws:iam::${mainAccount}:role/plain`
const containerDefinitions = [{ name: 'app', image: 'none', memory: 16, command: ['true'] }]
const boundary = `arn:aws:iam::${mainAccount}:policy/boundary`

beforeAll(async () => {
  instance = await testInstance()
  root = iamClient(instance.url, instance.rootKey())
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' },
  })
  adminRole = await newRole(root, 'admin', { trust, document: policyOf({}) })
  await newRole(root, 'plain', { trust, document: policyOf({ Action: 's3:GetObject' }) })
  await root.send(new iam.CreatePolicyCommand({ PolicyName: 'boundary', PolicyDocument: policyOf({ Action: ['ecs:*', 'iam:*'] }) }))
  await root.send(new iam.CreateGroupCommand({ GroupName: 'admins' }))
  await newUser(root, 'boss', policyOf({}))
  const admin = ecsClient(instance.url, instance.rootKey())
  await admin.send(new ecs.CreateClusterCommand({}))
  await admin.send(new ecs.RegisterTaskDefinitionCommand({ family: 'admin', taskRoleArn: adminRole, containerDefinitions }))
  await admin.send(new ecs.RegisterTaskDefinitionCommand({ family: 'plain', taskRoleArn: plainRole, containerDefinitions }))
})
afterAll(() => instance.close())

async function refusals(attempts: Readonly<Record<string, Promise<unknown>>>): Promise<readonly (readonly [string, Refusal])[]> {
  return Promise.all(Object.entries(attempts).map(async ([name, attempt]) => [name, await refusalOf(attempt)] as const))
}

test('T-57 who may run tasks hands no role over that she may not pass, by no way', async ({ expect }) => {
  const runner = await newUser(
    root,
    'runner',
    policyOf(
      { Action: 'ecs:*' },
      { Action: 'iam:PassRole', Resource: plainRole, Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } } },
    ),
  )
  const client = ecsClient(instance.url, runner)
  const service = { serviceName: 'web', desiredCount: 0 }
  expect(await refusalOf(client.send(new ecs.CreateServiceCommand({ ...service, taskDefinition: 'plain' })))).toBeUndefined()
  const found = await refusals({
    definition: client.send(new ecs.RegisterTaskDefinitionCommand({ family: 'mine', taskRoleArn: adminRole, containerDefinitions })),
    execution: client.send(new ecs.RegisterTaskDefinitionCommand({ family: 'mine', executionRoleArn: adminRole, containerDefinitions })),
    name: client.send(new ecs.RegisterTaskDefinitionCommand({ family: 'mine', taskRoleArn: 'admin', containerDefinitions })),
    run: client.send(new ecs.RunTaskCommand({ taskDefinition: 'admin' })),
    override: client.send(new ecs.RunTaskCommand({ taskDefinition: 'plain', overrides: { taskRoleArn: adminRole } })),
    'override of the execution': client.send(
      new ecs.RunTaskCommand({ taskDefinition: 'plain', overrides: { executionRoleArn: adminRole } }),
    ),
    service: client.send(new ecs.CreateServiceCommand({ ...service, serviceName: 'other', taskDefinition: 'admin' })),
    update: client.send(new ecs.UpdateServiceCommand({ service: 'web', taskDefinition: 'admin' })),
    'role of the service': client.send(
      new ecs.CreateServiceCommand({ ...service, serviceName: 'third', taskDefinition: 'plain', role: adminRole }),
    ),
  })
  for (const [name, refusal] of found)
    expect([name, refusal]).toEqual([
      name,
      expect.objectContaining({ code: 'AccessDeniedException', message: expect.stringContaining('iam:PassRole') }),
    ])
})

test('T-57 who may do all of IAM within a boundary gets nothing beyond it', async ({ expect }) => {
  const user = await newUser(root, 'bounded', policyOf({}), { PermissionsBoundary: boundary })
  await root.send(
    new iam.PutUserPolicyCommand({
      UserName: 'bounded',
      PolicyName: 'guard',
      PolicyDocument: policyOf(
        {
          Effect: 'Deny',
          Action: [
            'iam:CreateUser',
            'iam:CreateRole',
            'iam:PutUserPermissionsBoundary',
            'iam:PutRolePermissionsBoundary',
            'iam:AttachUserPolicy',
            'iam:PutUserPolicy',
            'iam:AttachRolePolicy',
            'iam:PutRolePolicy',
          ],
          Condition: { StringNotEquals: { 'iam:PermissionsBoundary': boundary } },
        },
        {
          Effect: 'Deny',
          Action: [
            'iam:DeleteUserPermissionsBoundary',
            'iam:DeleteRolePermissionsBoundary',
            'iam:UpdateAssumeRolePolicy',
            'iam:CreateAccessKey',
            'iam:AddUserToGroup',
          ],
        },
        { Effect: 'Deny', Action: ['iam:*PolicyVersion', 'iam:DeletePolicy', 'iam:SetDefaultPolicyVersion'], Resource: boundary },
      ),
    }),
  )
  const client = iamClient(instance.url, user)
  const all = policyOf({})
  const administrator = 'arn:aws:iam::aws:policy/AdministratorAccess'
  const found = await refusals({
    removed: client.send(new iam.DeleteUserPermissionsBoundaryCommand({ UserName: 'bounded' })),
    exchanged: client.send(new iam.PutUserPermissionsBoundaryCommand({ UserName: 'bounded', PermissionsBoundary: administrator })),
    widened: client.send(new iam.CreatePolicyVersionCommand({ PolicyArn: boundary, PolicyDocument: all, SetAsDefault: true })),
    'another user': client.send(new iam.CreateUserCommand({ UserName: 'free' })),
    'another boundary': client.send(new iam.CreateUserCommand({ UserName: 'free', PermissionsBoundary: administrator })),
    'another role': client.send(
      new iam.CreateRoleCommand({ RoleName: 'free', AssumeRolePolicyDocument: trustOf(`arn:aws:iam::${mainAccount}:root`) }),
    ),
    'a key of the boss': client.send(new iam.CreateAccessKeyCommand({ UserName: 'boss' })),
    'policy of another': client.send(new iam.PutUserPolicyCommand({ UserName: 'boss', PolicyName: 'x', PolicyDocument: all })),
    'policy of a role': client.send(new iam.AttachRolePolicyCommand({ RoleName: 'plain', PolicyArn: administrator })),
    trust: client.send(
      new iam.UpdateAssumeRolePolicyCommand({ RoleName: 'admin', PolicyDocument: trustOf(`arn:aws:iam::${mainAccount}:user/bounded`) }),
    ),
    group: client.send(new iam.AddUserToGroupCommand({ GroupName: 'admins', UserName: 'bounded' })),
  })
  for (const [name, refusal] of found) expect([name, refusal?.code]).toEqual([name, 'AccessDenied'])
  // Within the boundary it goes on.
  expect(await refusalOf(client.send(new iam.CreateUserCommand({ UserName: 'fenced', PermissionsBoundary: boundary })))).toBeUndefined()
})
