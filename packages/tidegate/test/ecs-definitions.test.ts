/** Clusters, task definitions, their tags and account settings, through the SDK and aws-cli, under IAM policies. */
import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  DescribeTaskSetsCommand,
  type ECSClient,
  ListAccountSettingsCommand,
  ListClustersCommand,
  ListContainerInstancesCommand,
  ListTagsForResourceCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
  PutAccountSettingCommand,
  PutAccountSettingDefaultCommand,
  PutClusterCapacityProvidersCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateClusterCommand,
} from '@aws-sdk/client-ecs'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { newUser, policyOf } from './support/account.ts'
import { ecsClient, iamClient, refusalOf } from './support/clients.ts'
import { clientEnvironment, mainAccount, type TestInstance, testInstance } from './support/instance.ts'
import { awsCli, run } from './support/programs.ts'

let instance: TestInstance
let root: ECSClient

beforeAll(async () => {
  instance = await testInstance()
  root = ecsClient(instance.url, instance.rootKey())
})
afterAll(() => instance.close())

const arn = (rest: string): string => `arn:aws:ecs:us-east-1:${mainAccount}:${rest}`
const role = (name: string): string => `arn:aws:iam::${mainAccount}:role/${name}`

/** A definition that can be registered, with changes. */
const definition = (changes: Partial<RegisterTaskDefinitionCommandInput> = {}): RegisterTaskDefinitionCommandInput => ({
  family: 'web',
  containerDefinitions: [{ name: 'app', image: 'app', memory: 64 }],
  ...changes,
})
const fargate = { requiresCompatibilities: ['FARGATE' as const], networkMode: 'awsvpc' as const, cpu: '256', memory: '512' }

/** A client of a new user with these statements. */
async function userWith(name: string, ...statements: readonly object[]): Promise<ECSClient> {
  return ecsClient(instance.url, await newUser(iamClient(instance.url, instance.rootKey()), name, policyOf(...statements)))
}

describe('a task definition is refused in the words of ECS', () => {
  const app = { name: 'app', image: 'app', memory: 64 }
  const cases: readonly [Partial<RegisterTaskDefinitionCommandInput>, string][] = [
    [{ family: 'a b' }, 'Family contains invalid characters.'],
    [{ containerDefinitions: [] }, 'Container list cannot be empty.'],
    [{ containerDefinitions: [{ image: 'app', memory: 64 }] }, 'Container.name should not be null or empty.'],
    [{ containerDefinitions: [{ name: 'app', memory: 64 }] }, 'Container.image should not be null or empty.'],
    [
      { containerDefinitions: [{ name: 'app', image: 'app' }] },
      "Invalid setting for container 'app'. At least one of 'memory' or 'memoryReservation' must be specified.",
    ],
    [{ containerDefinitions: [app, app] }, "Container names must be unique: 'app' is used more than once."],
    [{ containerDefinitions: [{ ...app, essential: false }] }, 'At least one container must be essential.'],
    [{ containerDefinitions: [{ ...app, mountPoints: [{ sourceVolume: 'v' }] }] }, "Unknown volume 'v'."],
    [
      { containerDefinitions: [{ ...app, dependsOn: [{ containerName: 'db', condition: 'START' }] }] },
      "Container 'app' depends on container 'db', which does not exist.",
    ],
    [
      { containerDefinitions: [{ ...app, dependsOn: [{ containerName: 'app', condition: 'START' }] }] },
      'Container dependencies have a cycle.',
    ],
    [
      { containerDefinitions: [{ ...app, secrets: [{ name: 'A', valueFrom: 'x' }] }] },
      'When you are specifying container secrets, you must also specify a value for executionRoleArn.',
    ],
    [{ ...fargate, networkMode: 'bridge' }, 'Fargate only supports network mode ‘awsvpc’.'],
    [{ ...fargate, cpu: undefined }, "Fargate requires that 'cpu' be defined at the task level."],
    [{ ...fargate, memory: '513' }, 'No Fargate configuration exists for given values: 256 CPU, 513 memory.'],
    [{ cpu: 'a lot' }, "Invalid 'cpu' setting for task."],
    [{ taskRoleArn: 'arn:aws:iam::444455556666:role/foreign' }, 'Role is not valid'],
    [{ taskRoleArn: 'arn:aws:s3:::bucket' }, 'Role is not valid'],
  ]
  test.for(cases)('%j', async ([changes, message], { expect }) => {
    const refusal = await refusalOf(root.send(new RegisterTaskDefinitionCommand(definition(changes))))
    expect(refusal).toEqual({ code: 'ClientException', message, status: 400 })
  })
})

test('sizes of Fargate are read in both spellings', async ({ expect }) => {
  for (const [cpu, memory] of [
    ['.25 vCPU', '0.5 GB'],
    ['1024', '8192'],
    ['16 vcpu', '120gb'],
  ]) {
    const { taskDefinition } = await root.send(new RegisterTaskDefinitionCommand(definition({ ...fargate, family: 'sizes', cpu, memory })))
    expect(taskDefinition).toMatchObject({ cpu, memory, compatibilities: ['EC2', 'FARGATE'] })
  }
})

test('revisions count on, are found by family, by number and by ARN, and are not used again', async ({ expect }) => {
  const register = async (): Promise<number | undefined> =>
    (await root.send(new RegisterTaskDefinitionCommand(definition({ family: 'counted' })))).taskDefinition?.revision
  const describe = async (taskDefinition: string): Promise<string | undefined> =>
    (await root.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition?.taskDefinitionArn
  for (let expected = 1; expected <= 11; expected++) expect(await register()).toBe(expected)
  expect(await describe('counted')).toBe(arn('task-definition/counted:11'))
  expect(await describe('counted:2')).toBe(arn('task-definition/counted:2'))
  expect(await describe(arn('task-definition/counted:3'))).toBe(arn('task-definition/counted:3'))

  const { taskDefinition: gone } = await root.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'counted:11' }))
  expect(gone).toMatchObject({ status: 'INACTIVE', deregisteredAt: expect.any(Date) })
  expect(await describe('counted')).toBe(arn('task-definition/counted:10'))
  const deleted = await root.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: ['counted:11', 'counted:10', 'counted:99'] }))
  expect(deleted.taskDefinitions?.map(({ taskDefinitionArn, status }) => [taskDefinitionArn, status])).toEqual([
    [arn('task-definition/counted:11'), 'DELETE_IN_PROGRESS'],
  ])
  expect(deleted.failures?.map((failure) => failure.arn)).toEqual([arn('task-definition/counted:10'), arn('task-definition/counted:99')])
  expect(await refusalOf(describe('counted:11'))).toMatchObject({
    code: 'ClientException',
    message: 'Unable to describe task definition.',
  })
  expect(await register()).toBe(12)

  const newest = await root.send(new ListTaskDefinitionsCommand({ familyPrefix: 'counted', sort: 'DESC', maxResults: 2 }))
  expect(newest.taskDefinitionArns).toEqual([arn('task-definition/counted:12'), arn('task-definition/counted:10')])
  const next = await root.send(
    new ListTaskDefinitionsCommand({ familyPrefix: 'counted', sort: 'DESC', maxResults: 2, nextToken: newest.nextToken }),
  )
  expect(next.taskDefinitionArns).toEqual([arn('task-definition/counted:9'), arn('task-definition/counted:8')])
  expect((await root.send(new ListTaskDefinitionsCommand({ familyPrefix: 'count' }))).taskDefinitionArns).toEqual([])
  expect((await root.send(new ListTaskDefinitionFamiliesCommand({ familyPrefix: 'count' }))).families).toEqual(['counted'])
  expect((await root.send(new ListTaskDefinitionFamiliesCommand({ familyPrefix: 'count', status: 'INACTIVE' }))).families).toEqual([])
})

test('defaults are filled in that clients compare with, and no others', async ({ expect }) => {
  const container = { name: 'app', image: 'app', portMappings: [{ containerPort: 80 }], healthCheck: { command: ['CMD', 'true'] } }
  const { taskDefinition } = await root.send(
    new RegisterTaskDefinitionCommand(definition({ ...fargate, family: 'defaults', containerDefinitions: [container] })),
  )
  expect(taskDefinition?.containerDefinitions).toEqual([
    {
      ...container,
      cpu: 0,
      essential: true,
      portMappings: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }],
      healthCheck: { command: ['CMD', 'true'], interval: 30, timeout: 5, retries: 3 },
      environment: [],
      mountPoints: [],
      volumesFrom: [],
      systemControls: [],
    },
  ])
})

describe('policies', () => {
  test('a role is handed to tasks by whoever may pass it, to tasks only', async ({ expect }) => {
    const register = { Action: 'ecs:RegisterTaskDefinition' }
    const passedTo = (service: string): object => ({
      Action: 'iam:PassRole',
      Resource: role('task'),
      Condition: { StringEquals: { 'iam:PassedToService': service } },
    })
    const without = await userWith('without-pass-role', register)
    const other = await userWith('passes-to-lambda', register, passedTo('lambda.amazonaws.com'))
    const passer = await userWith('passes-to-tasks', register, passedTo('ecs-tasks.amazonaws.com'))
    const input = definition({ family: 'passing', taskRoleArn: 'task' })
    for (const [client, name] of [
      [without, 'without-pass-role'],
      [other, 'passes-to-lambda'],
    ] as const) {
      expect(await refusalOf(client.send(new RegisterTaskDefinitionCommand(input)))).toMatchObject({
        code: 'AccessDeniedException',
        message: `User: arn:aws:iam::${mainAccount}:user/${name} is not authorized to perform: iam:PassRole on resource: ${role('task')} because no identity-based policy allows the iam:PassRole action`,
      })
    }
    expect((await passer.send(new RegisterTaskDefinitionCommand(input))).taskDefinition?.taskRoleArn).toBe('task')
    const toFamily = { ArnLike: { 'iam:AssociatedResourceArn': arn('task-definition/passing:*') } }
    const ofFamily = await userWith('passes-to-family', register, { Action: 'iam:PassRole', Condition: toFamily })
    await ofFamily.send(new RegisterTaskDefinitionCommand(input))
    const elsewhere = new RegisterTaskDefinitionCommand({ ...input, family: 'other' })
    expect(await refusalOf(ofFamily.send(elsewhere))).toMatchObject({ code: 'AccessDeniedException' })
    const both = definition({ family: 'passing', taskRoleArn: 'task', executionRoleArn: role('execution') })
    expect(await refusalOf(passer.send(new RegisterTaskDefinitionCommand(both)))).toMatchObject({ code: 'AccessDeniedException' })
  })

  test('tags of a new resource are judged as tagging, while it is made', async ({ expect }) => {
    const whileCreating = { Action: 'ecs:TagResource', Condition: { StringEquals: { 'ecs:CreateAction': 'CreateCluster' } } }
    const creator = await userWith('tags-on-create', { Action: 'ecs:CreateCluster' }, whileCreating)
    const tags = [{ key: 'team', value: 'payments' }]
    expect((await creator.send(new CreateClusterCommand({ clusterName: 'tagged', tags }))).cluster?.tags).toEqual(tags)
    const later = creator.send(new TagResourceCommand({ resourceArn: arn('cluster/tagged'), tags }))
    expect(await refusalOf(later)).toMatchObject({ code: 'AccessDeniedException' })
  })

  test('the key of ephemeral storage is judged, when a cluster is made and changed', async ({ expect }) => {
    const key = `arn:aws:kms:us-east-1:${mainAccount}:key/1234abcd-12ab-34cd-56ef-1234567890ab`
    const ours = {
      Action: ['ecs:CreateCluster', 'ecs:UpdateCluster'],
      Condition: { StringEquals: { 'ecs:fargate-ephemeral-storage-kms-key': key } },
    }
    const client = await userWith('encrypts', ours)
    const withKey = (fargateEphemeralStorageKmsKeyId: string) => ({
      configuration: { managedStorageConfiguration: { fargateEphemeralStorageKmsKeyId } },
    })
    for (const refused of [{}, withKey('other')]) {
      const create = new CreateClusterCommand({ clusterName: 'encrypted', ...refused })
      expect(await refusalOf(client.send(create))).toMatchObject({ code: 'AccessDeniedException' })
    }
    await client.send(new CreateClusterCommand({ clusterName: 'encrypted', ...withKey(key) }))
    await client.send(new UpdateClusterCommand({ cluster: 'encrypted', ...withKey(key) }))
    const update = new UpdateClusterCommand({ cluster: 'encrypted', ...withKey('other') })
    expect(await refusalOf(client.send(update))).toMatchObject({ code: 'AccessDeniedException' })
  })

  test('tags of a resource are seen under both names, and sizes as numbers', async ({ expect }) => {
    for (const prefix of ['aws', 'ecs']) {
      const clusterName = `of-${prefix}`
      await root.send(new CreateClusterCommand({ clusterName, tags: [{ key: 'Department', value: 'Accounting' }] }))
      const condition = { StringEquals: { [`${prefix}:ResourceTag/Department`]: 'Accounting' } }
      const client = await userWith(`accounting-${prefix}`, { Action: 'ecs:DeleteCluster', Condition: condition })
      expect((await client.send(new DeleteClusterCommand({ cluster: clusterName }))).cluster?.status).toBe('INACTIVE')
      await root.send(new CreateClusterCommand({ clusterName: 'untagged' }))
      const refused = client.send(new DeleteClusterCommand({ cluster: 'untagged' }))
      expect(await refusalOf(refused)).toMatchObject({ code: 'AccessDeniedException' })
    }
    await root.send(new CreateClusterCommand({ clusterName: 'listed', tags: [{ key: 'Department', value: 'Accounting' }] }))
    const lists = { Action: 'ecs:List*', Condition: { StringEquals: { 'ecs:ResourceTag/Department': 'Accounting' } } }
    const lister = await userWith('lists-accounting', lists)
    expect((await lister.send(new ListContainerInstancesCommand({ cluster: 'listed' }))).containerInstanceArns).toEqual([])
    const small = { Action: 'ecs:RegisterTaskDefinition', Condition: { NumericLessThanEquals: { 'ecs:task-cpu': '512' } } }
    const client = await userWith('small-tasks', small)
    await client.send(new RegisterTaskDefinitionCommand(definition({ ...fargate, family: 'small' })))
    const large = definition({ ...fargate, family: 'small', cpu: '4 vCPU', memory: '8 GB' })
    expect(await refusalOf(client.send(new RegisterTaskDefinitionCommand(large)))).toMatchObject({ code: 'AccessDeniedException' })
  })
})

test('a cluster is made, found, changed, deleted, still seen, and made again', async ({ expect }) => {
  const client = ecsClient(instance.url, instance.rootKey())
  const created = await client.send(new CreateClusterCommand({ clusterName: 'life' }))
  expect(created.cluster).toMatchObject({ clusterArn: arn('cluster/life'), status: 'ACTIVE', capacityProviders: [] })
  expect((await client.send(new CreateClusterCommand({ clusterName: 'life' }))).cluster?.clusterArn).toBe(arn('cluster/life'))
  const other = new CreateClusterCommand({ clusterName: 'life', capacityProviders: ['FARGATE'] })
  expect(await refusalOf(client.send(other))).toMatchObject({ code: 'InvalidParameterException' })

  const strategy = [{ capacityProvider: 'FARGATE', weight: 1, base: 1 }]
  await client.send(
    new PutClusterCapacityProvidersCommand({
      cluster: 'life',
      capacityProviders: ['FARGATE'],
      defaultCapacityProviderStrategy: strategy,
    }),
  )
  await client.send(
    new UpdateClusterCommand({ cluster: arn('cluster/life'), settings: [{ name: 'containerInsights', value: 'enhanced' }] }),
  )
  await client.send(
    new TagResourceCommand({
      resourceArn: arn('cluster/life'),
      tags: [
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
      ],
    }),
  )
  await client.send(new UntagResourceCommand({ resourceArn: arn('cluster/life'), tagKeys: ['a'] }))
  expect((await client.send(new ListTagsForResourceCommand({ resourceArn: arn('cluster/life') }))).tags).toEqual([{ key: 'b', value: '2' }])

  const described = await client.send(new DescribeClustersCommand({ clusters: ['life', 'nowhere'], include: ['SETTINGS', 'TAGS'] }))
  expect(described.failures).toEqual([{ arn: arn('cluster/nowhere'), reason: 'MISSING' }])
  expect(described.clusters).toMatchObject([
    { defaultCapacityProviderStrategy: strategy, settings: [{ name: 'containerInsights', value: 'enhanced' }], tags: [{ key: 'b' }] },
  ])
  const bare = await client.send(new DescribeClustersCommand({ clusters: ['life'] }))
  expect(bare.clusters).toMatchObject([{ settings: [], tags: [] }])

  await client.send(new DeleteClusterCommand({ cluster: 'life' }))
  expect((await client.send(new DescribeClustersCommand({ clusters: ['life'] }))).clusters).toMatchObject([{ status: 'INACTIVE' }])
  expect((await client.send(new ListClustersCommand({}))).clusterArns).not.toContain(arn('cluster/life'))
  expect(await refusalOf(client.send(new DeleteClusterCommand({ cluster: 'life' })))).toMatchObject({
    code: 'ClusterNotFoundException',
    message: 'Cluster not found.',
  })
  expect((await client.send(new CreateClusterCommand({ clusterName: 'life' }))).cluster?.status).toBe('ACTIVE')
})

test('account settings are those of the principal, else of the account, and containerInsights holds for new clusters', async ({
  expect,
}) => {
  const client = await userWith('settled', { Action: 'ecs:*' })
  await root.send(new PutAccountSettingDefaultCommand({ name: 'containerInsights', value: 'enabled' }))
  const effective = async (): Promise<string | undefined> =>
    (await client.send(new ListAccountSettingsCommand({ name: 'containerInsights', effectiveSettings: true }))).settings?.[0]?.value
  expect(await effective()).toBe('enabled')
  await client.send(new PutAccountSettingCommand({ name: 'containerInsights', value: 'enhanced' }))
  expect(await effective()).toBe('enhanced')
  expect((await client.send(new CreateClusterCommand({ clusterName: 'settled' }))).cluster?.settings).toEqual([
    { name: 'containerInsights', value: 'enhanced' },
  ])
  const foreign = new PutAccountSettingCommand({ name: 'containerInsights', value: 'disabled', principalArn: role('task') })
  expect(await refusalOf(client.send(foreign))).toMatchObject({ code: 'ClientException' })
  await root.send(new PutAccountSettingDefaultCommand({ name: 'containerInsights', value: 'disabled' }))
})

test('what ECS does not have here names itself, as a 400', async ({ expect }) => {
  expect(await refusalOf(root.send(new DescribeTaskSetsCommand({ cluster: 'nobody', service: 'nobody' })))).toMatchObject({
    code: 'UnknownOperationException',
    status: 400,
  })
})

test('an account cannot see or touch the entities of another, nor a region those of another', async ({ expect }) => {
  await root.send(new CreateClusterCommand({ clusterName: 'private' }))
  const resourceArn = 'arn:aws:ecs:us-east-1:444455556666:cluster/private'
  expect(await refusalOf(root.send(new ListTagsForResourceCommand({ resourceArn })))).toMatchObject({ code: 'InvalidParameterException' })
  const elsewhere = arn('cluster/private').replace('us-east-1', 'eu-west-1')
  expect(await refusalOf(root.send(new DescribeClustersCommand({ clusters: [elsewhere] })))).toMatchObject({
    code: 'InvalidParameterException',
  })
})

test(
  'aws-cli registers, lists and deletes; values of environment variables are not in the audit log',
  { timeout: 60_000 },
  async (context) => {
    awsCli(context)
    const { expect } = context
    const env = clientEnvironment(instance.url, instance.rootKey())
    const aws = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await run('aws', ['ecs', ...args, '--output', 'text'], { env })
      expect([args[0], code, stderr]).toEqual([args[0], 0, ''])
      return stdout.trim()
    }
    const containers = JSON.stringify([{ name: 'app', image: 'app', memory: 64, environment: [{ name: 'PASSWORD', value: 'hunter-2' }] }])
    const tagged = ['--tags', 'key=team,value=payments', '--query', '[taskDefinition.taskDefinitionArn, tags[0].value]']
    const registered = await aws('register-task-definition', '--family', 'cli', '--container-definitions', containers, ...tagged)
    expect(registered).toBe(`${arn('task-definition/cli:1')}\tpayments`)
    expect(await aws('list-task-definition-families', '--family-prefix', 'cli', '--query', 'families')).toBe('cli')
    await aws('create-cluster', '--cluster-name', 'cli')
    expect(await aws('describe-clusters', '--clusters', 'cli', '--query', 'clusters[0].status')).toBe('ACTIVE')
    await aws('deregister-task-definition', '--task-definition', 'cli:1')
    expect(await aws('delete-task-definitions', '--task-definitions', 'cli:1', '--query', 'taskDefinitions[0].status')).toBe(
      'DELETE_IN_PROGRESS',
    )

    const listed = await run(
      'aws',
      ['cloudtrail', 'lookup-events', '--lookup-attributes', 'AttributeKey=EventName,AttributeValue=RegisterTaskDefinition'],
      { env },
    )
    expect(listed.stdout).toContain('HIDDEN_DUE_TO_SECURITY_REASONS')
    expect(listed.stdout).not.toContain('hunter-2')
  },
)
