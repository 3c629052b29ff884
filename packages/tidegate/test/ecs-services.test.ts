/** Services over the wire: who may change what of them, then the clients that deploy and wait. Their tasks are simulated. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  type ECSClient,
  ListServiceDeploymentsCommand,
  ListServicesCommand,
  ListTagsForResourceCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
  UpdateTaskProtectionCommand,
  waitUntilServicesStable,
} from '@aws-sdk/client-ecs'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { systemTimers } from '../src/kernel/timers.ts'
import { newRole, newUser, policyOf, trustOf } from './support/account.ts'
import { ecsClient, iamClient, refusalOf } from './support/clients.ts'
import { clientEnvironment, mainAccount, type TestInstance, testInstance } from './support/instance.ts'
import { awsCli, boto3, run } from './support/programs.ts'
import { SimulatedRuntime } from './support/simulated-runtime.ts'

let instance: TestInstance
let root: ECSClient

beforeAll(async () => {
  const scriptOf = ({ image }: { readonly image: string }) => (image === 'broken' ? { exits: { after: 1, exitCode: 1 } } : {})
  instance = await testInstance({}, { tasks: { runtime: new SimulatedRuntime({ clock: Date.now, timers: systemTimers, scriptOf }) } })
  root = ecsClient(instance.url, instance.rootKey())
  await root.send(new CreateClusterCommand({ clusterName: 'default' }))
  await define('web')
})
afterAll(() => instance.close())

const waiting = () => ({ client: root, maxWaitTime: 60, minDelay: 1, maxDelay: 1 })
const arn = (rest: string): string => `arn:aws:ecs:us-east-1:${mainAccount}:${rest}`

async function define(family: string, image = 'app', more: object = {}): Promise<string> {
  const containerDefinitions = [{ name: 'app', image, memory: 64 }]
  const { taskDefinition } = await root.send(new RegisterTaskDefinitionCommand({ family, containerDefinitions, ...more }))
  return taskDefinition?.taskDefinitionArn ?? ''
}

async function serve(serviceName: string, more: Partial<CreateServiceCommandInput> = {}): Promise<void> {
  await root.send(new CreateServiceCommand({ serviceName, taskDefinition: 'web', desiredCount: 1, ...more }))
}

async function userWith(name: string, ...documents: readonly string[]): Promise<ECSClient> {
  const iam = iamClient(instance.url, instance.rootKey())
  const statements = documents.flatMap((document) => (JSON.parse(document) as { Statement: object[] }).Statement)
  return ecsClient(instance.url, await newUser(iam, name, policyOf(...statements)))
}

/** Status of a service, and of its deployments. */
async function stateOf(service: string): Promise<readonly (string | undefined)[]> {
  const { services = [] } = await root.send(new DescribeServicesCommand({ services: [service] }))
  return [services[0]?.status, ...(services[0]?.deployments ?? []).map(({ rolloutState }) => rolloutState)]
}
const soon = { timeout: 20_000, interval: 100 }
const rolledOut = ['ACTIVE', 'COMPLETED']

const example = (name: string): string => readFileSync(join(import.meta.dirname, '../../../examples', name), 'utf8')
const denied = { code: 'AccessDeniedException' }

describe('who may change what of a service is a policy', () => {
  test('developers restart and deploy, and do not scale', async ({ expect }) => {
    await serve('field-developers', { desiredCount: 0 })
    const developer = await userWith('developer', example('ecs-developers.json'))
    const update = (changes: object) => developer.send(new UpdateServiceCommand({ service: 'field-developers', ...changes }))
    expect(await refusalOf(update({ desiredCount: 4 }))).toMatchObject(denied)
    expect(await refusalOf(update({ forceNewDeployment: true, desiredCount: 4 }))).toMatchObject(denied)
    expect(await refusalOf(update({ deploymentConfiguration: { maximumPercent: 150 } }))).toMatchObject(denied)
    // What a request says that is so already, it does not change.
    await update({ forceNewDeployment: true, desiredCount: 0 })
    expect((await update({ taskDefinition: await define('web') })).service?.taskDefinition).toMatch(/web:\d+$/)
  })

  test('operations scale, and do not deploy', async ({ expect }) => {
    await serve('field-operations', { desiredCount: 0 })
    const operator = await userWith('operator', example('ecs-operations.json'))
    const update = (changes: object) => operator.send(new UpdateServiceCommand({ service: 'field-operations', ...changes }))
    expect(await refusalOf(update({ taskDefinition: await define('web') }))).toMatchObject(denied)
    expect(await refusalOf(update({ forceNewDeployment: true }))).toMatchObject(denied)
    expect((await update({ desiredCount: 1 })).service?.desiredCount).toBe(1)
    expect(await refusalOf(operator.send(new RunTaskCommand({ taskDefinition: 'web' })))).toMatchObject(denied)
    // Allowed, since it is in the cluster that the policy names; which is not there.
    expect(await refusalOf(operator.send(new RunTaskCommand({ cluster: 'production', taskDefinition: 'web' })))).toMatchObject({
      code: 'ClusterNotFoundException',
    })
  })

  test('nobody goes above ten, or far at once, or large', async ({ expect }) => {
    const limited = await userWith('limited', policyOf({ Action: ['ecs:*', 'iam:PassRole'] }), example('ecs-ceiling.json'))
    const create = (desiredCount: number, serviceName = 'field-limited') =>
      limited.send(new CreateServiceCommand({ serviceName, taskDefinition: 'web', desiredCount }))
    expect(await refusalOf(create(11))).toMatchObject(denied)
    expect(await refusalOf(create(6))).toMatchObject(denied)
    await create(5)
    const scale = (desiredCount: number) => limited.send(new UpdateServiceCommand({ service: 'field-limited', desiredCount }))
    expect(await refusalOf(scale(11))).toMatchObject(denied)
    expect((await scale(10)).service?.desiredCount).toBe(10)
    expect(await refusalOf(limited.send(new RunTaskCommand({ taskDefinition: 'web', count: 6 })))).toMatchObject(denied)
    const large = [{ name: 'app', image: 'app', memory: 4096 }]
    expect(
      await refusalOf(limited.send(new RegisterTaskDefinitionCommand({ family: 'large', containerDefinitions: large }))),
    ).toMatchObject(denied)
    const override = { containerOverrides: [{ name: 'app', memory: 4096 }] }
    expect(await refusalOf(limited.send(new RunTaskCommand({ taskDefinition: 'web', overrides: override })))).toMatchObject(denied)
    await root.send(new DeleteServiceCommand({ service: 'field-limited', force: true }))
  })

  // The policy of the developer guide, "users can only launch tasks when ECS Exec is turned off".
  test('whether tasks take commands is known, also where a request does not say it', async ({ expect }) => {
    const isOff = { StringEquals: { 'ecs:enable-execute-command': 'false' } }
    const Action = ['ecs:RunTask', 'ecs:StartTask', 'ecs:CreateService', 'ecs:UpdateService']
    const launcher = await userWith('without-commands', policyOf({ Action, Condition: isOff }))
    const service = 'field-commands'
    const create = { serviceName: service, taskDefinition: 'web', desiredCount: 0 }
    expect(await refusalOf(launcher.send(new CreateServiceCommand({ ...create, enableExecuteCommand: true })))).toMatchObject(denied)
    await launcher.send(new CreateServiceCommand(create))
    await launcher.send(new UpdateServiceCommand({ service, desiredCount: 0 }))
    await root.send(new UpdateServiceCommand({ service, enableExecuteCommand: true }))
    expect(await refusalOf(launcher.send(new UpdateServiceCommand({ service, desiredCount: 0 })))).toMatchObject(denied)
    await launcher.send(new UpdateServiceCommand({ service, enableExecuteCommand: false }))
    await root.send(new DeleteServiceCommand({ service, force: true }))
  })

  test('a role is handed over when a definition is named, and by who may hand it', async ({ expect }) => {
    const iam = iamClient(instance.url, instance.rootKey())
    const taskRoleArn = await newRole(iam, 'passed', { trust: trustOf('ecs-tasks.amazonaws.com').replace('"AWS"', '"Service"') })
    await define('roled', 'app', { taskRoleArn })
    await serve('roled', { taskDefinition: 'roled', desiredCount: 0 })
    const deployer = await userWith('no-pass-role', policyOf({ Action: 'ecs:*' }))
    expect(await refusalOf(deployer.send(new UpdateServiceCommand({ service: 'roled', taskDefinition: 'roled' })))).toMatchObject({
      code: 'AccessDeniedException',
      message: expect.stringContaining('iam:PassRole'),
    })
    expect((await deployer.send(new UpdateServiceCommand({ service: 'roled', desiredCount: 1 }))).service?.desiredCount).toBe(1)
    expect(await refusalOf(deployer.send(new RunTaskCommand({ taskDefinition: 'roled' })))).toMatchObject(denied)
  })

  test('RunTask is judged on the definition as it is named: a family without a revision is another resource', async ({ expect }) => {
    const revisions = policyOf({ Action: 'ecs:RunTask', Resource: arn('task-definition/web:*') })
    const runner = await userWith('runner', revisions)
    expect(await refusalOf(runner.send(new RunTaskCommand({ taskDefinition: 'web' })))).toMatchObject(denied)
    expect((await runner.send(new RunTaskCommand({ taskDefinition: 'web:1' }))).tasks).toHaveLength(1)
    const tagged = new RunTaskCommand({ taskDefinition: 'web:1', tags: [{ key: 'team', value: 'payments' }] })
    expect(await refusalOf(runner.send(tagged))).toMatchObject({ message: expect.stringContaining('ecs:TagResource') })
  })
})

describe('a service is refused in the words of ECS', () => {
  const cases: readonly [Partial<CreateServiceCommandInput>, string, string][] = [
    [{ serviceName: 'a b' }, 'InvalidParameterException', 'Invalid service name.'],
    [{ taskDefinition: 'nothing' }, 'ClientException', 'TaskDefinition not found.'],
    [{ cluster: 'nothing' }, 'ClusterNotFoundException', 'Cluster not found.'],
    [{ launchType: 'FARGATE' }, 'InvalidParameterException', 'Task definition does not support launch_type FARGATE.'],
    [
      { deploymentController: { type: 'CODE_DEPLOY' } },
      'InvalidParameterException',
      'The deployment controller CODE_DEPLOY is not supported here. Use ECS.',
    ],
    [
      { deploymentConfiguration: { maximumPercent: 50, minimumHealthyPercent: 100 } },
      'InvalidParameterException',
      'maximumPercent must be greater than or equal to minimumHealthyPercent.',
    ],
    [
      { networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } } },
      'InvalidParameterException',
      'Network Configuration is not valid for the given networkMode of this task definition.',
    ],
  ]
  test.for(cases)('%j', async ([changes, code, message], { expect }) => {
    const input = { serviceName: 'refused', taskDefinition: 'web', desiredCount: 1, ...changes }
    expect(await refusalOf(root.send(new CreateServiceCommand(input)))).toEqual({ code, message, status: 400 })
  })

  test('one that is there, scaled, or in use', async ({ expect }) => {
    await serve('there')
    expect(await refusalOf(serve('there'))).toMatchObject({ message: 'Creation of service was not idempotent.' })
    expect(await refusalOf(root.send(new DeleteServiceCommand({ service: 'there' })))).toMatchObject({
      message: 'The service cannot be stopped while it is scaled above 0.',
    })
    expect(await refusalOf(root.send(new DeleteClusterCommand({ cluster: 'default' })))).toMatchObject({
      code: 'ClusterContainsServicesException',
    })
    expect(await refusalOf(root.send(new UpdateServiceCommand({ service: 'nothing' })))).toMatchObject({ code: 'ServiceNotFoundException' })
    const { failures } = await root.send(new DescribeServicesCommand({ services: ['nothing'] }))
    expect(failures).toEqual([{ arn: arn('service/default/nothing'), reason: 'MISSING' }])
  })
})

test('a deployment, its record, its revision, and the way back', { timeout: 60_000 }, async ({ expect }) => {
  await serve('rolled', {
    desiredCount: 2,
    tags: [{ key: 'team', value: 'payments' }],
    enableECSManagedTags: true,
    propagateTags: 'SERVICE',
  })
  await expect.poll(() => stateOf('rolled'), soon).toEqual(rolledOut)
  await waitUntilServicesStable(waiting(), { services: ['rolled'] })
  const { taskArns = [] } = await root.send(new ListTasksCommand({ serviceName: 'rolled' }))
  expect(taskArns).toHaveLength(2)
  const { tags } = await root.send(new ListTagsForResourceCommand({ resourceArn: taskArns[0] ?? '' }))
  expect(tags).toContainEqual({ key: 'aws:ecs:serviceName', value: 'rolled' })
  const protection = await root.send(new UpdateTaskProtectionCommand({ cluster: 'default', tasks: taskArns, protectionEnabled: true }))
  expect(protection).toMatchObject({ failures: [], protectedTasks: [{ protectionEnabled: true }, { protectionEnabled: true }] })
  await root.send(new UpdateTaskProtectionCommand({ cluster: 'default', tasks: taskArns, protectionEnabled: false }))
  await root.send(new UpdateServiceCommand({ service: 'rolled', taskDefinition: await define('web', 'broken') }))
  const { serviceDeployments = [] } = await root.send(new ListServiceDeploymentsCommand({ service: 'rolled' }))
  expect(serviceDeployments.map(({ status }) => status)).toEqual(['IN_PROGRESS', 'SUCCESSFUL'])
  const serviceDeploymentArn = serviceDeployments[0]?.serviceDeploymentArn ?? ''
  await root.send(new StopServiceDeploymentCommand({ serviceDeploymentArn }))
  await expect.poll(() => stateOf('rolled'), soon).toEqual(rolledOut)
  const described = await root.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [serviceDeploymentArn] }))
  expect(described.serviceDeployments).toMatchObject([
    { status: 'ROLLBACK_SUCCESSFUL', rollback: { reason: 'Service deployment stopped by user.' } },
  ])
  const revision = described.serviceDeployments?.[0]?.targetServiceRevision?.arn ?? ''
  const { serviceRevisions } = await root.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns: [revision] }))
  expect(serviceRevisions).toMatchObject([{ serviceArn: arn('service/default/rolled'), launchType: 'EC2' }])
  const { services } = await root.send(new DescribeServicesCommand({ services: ['rolled'], include: ['TAGS'] }))
  expect(services).toMatchObject([
    { runningCount: 2, deployments: [{ rolloutState: 'COMPLETED' }], tags: [{ key: 'team', value: 'payments' }] },
  ])
  expect(Object.keys(services?.[0] ?? {})).not.toContain('networkConfiguration')
  expect((await root.send(new ListServicesCommand({ maxResults: 100 }))).serviceArns).toContain(arn('service/default/rolled'))
})

test('aws-cli creates, waits, restarts, deletes and waits again', { timeout: 90_000 }, async (context) => {
  awsCli(context)
  const { expect } = context
  const env = clientEnvironment(instance.url, instance.rootKey())
  const aws = async (line: string) => {
    const ended = await run('aws', ['ecs', ...line.split(' '), '--output', 'json'], { env })
    expect(ended.stderr).toBe('')
    return ended
  }
  await aws('create-service --service-name by-cli --task-definition web:1 --desired-count 1')
  // The waiters look every 15 seconds: so there is something to see when they look first.
  await expect.poll(() => stateOf('by-cli'), soon).toEqual(rolledOut)
  await aws('wait services-stable --services by-cli')
  await aws('update-service --service by-cli --force-new-deployment')
  await aws('update-service --service by-cli --desired-count 0')
  await aws('delete-service --service by-cli')
  await expect.poll(() => stateOf('by-cli'), soon).toEqual(['INACTIVE'])
  await aws('wait services-inactive --services by-cli')
  const { stdout } = await aws('describe-services --services by-cli')
  expect(JSON.parse(stdout)).toMatchObject({ services: [{ status: 'INACTIVE', deployments: [] }], failures: [] })
})

test('boto3 runs a task, waits for it and pages through tasks', { timeout: 60_000 }, async (context) => {
  boto3(context)
  const { expect } = context
  const script = `
import boto3
ecs = boto3.client('ecs')
arns = [task['taskArn'] for task in ecs.run_task(taskDefinition='web:1', count=3, startedBy='boto3')['tasks']]
ecs.get_waiter('tasks_running').wait(tasks=arns)
pages = ecs.get_paginator('list_tasks').paginate(startedBy='boto3', PaginationConfig={'PageSize': 2})
listed = [arn for page in pages for arn in page['taskArns']]
assert sorted(listed) == sorted(arns), listed
for arn in arns: ecs.stop_task(task=arn)
ecs.get_waiter('tasks_stopped').wait(tasks=arns, WaiterConfig={'Delay': 1})
print(len(listed))
`
  const ended = await run('python3', ['-c', script], { env: clientEnvironment(instance.url, instance.rootKey()) })
  expect(ended).toEqual({ code: 0, stdout: '3\n', stderr: '' })
})
