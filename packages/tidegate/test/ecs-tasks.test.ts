/** Tasks that really run, as processes, through the SDK and under IAM policies. */
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  waitUntilTasksRunning,
  waitUntilTasksStopped,
} from '@aws-sdk/client-ecs'
import { afterAll, beforeAll, test } from 'vitest'
import { newUser, policyOf } from './support/account.ts'
import { ecsClient, iamClient, refusalOf } from './support/clients.ts'
import { mainAccount, type TestInstance, testInstance } from './support/instance.ts'

let instance: TestInstance
let root: ECSClient

beforeAll(async () => {
  instance = await testInstance()
  root = ecsClient(instance.url, instance.rootKey())
  await root.send(new CreateClusterCommand({ clusterName: 'default' }))
  await root.send(
    new RegisterTaskDefinitionCommand({
      family: 'sleeper',
      containerDefinitions: [{ name: 'app', image: 'none', memory: 64, command: ['sleep', '1000'] }],
    }),
  )
})
afterAll(() => instance.close())

const arn = (rest: string): string => `arn:aws:ecs:us-east-1:${mainAccount}:${rest}`
const waiting = () => ({ client: root, maxWaitTime: 60, minDelay: 1, maxDelay: 1 })

async function userWith(name: string, ...statements: readonly object[]): Promise<ECSClient> {
  return ecsClient(instance.url, await newUser(iamClient(instance.url, instance.rootKey()), name, policyOf(...statements)))
}

async function runSleeper(client = root): Promise<string> {
  const { tasks } = await client.send(new RunTaskCommand({ taskDefinition: 'sleeper:1' }))
  return tasks?.[0]?.taskArn ?? ''
}

test('a task runs, is listed, and stops with the reason that was given', async ({ expect }) => {
  const taskArn = await runSleeper()
  await waitUntilTasksRunning(waiting(), { tasks: [taskArn] })
  expect((await root.send(new ListTasksCommand({}))).taskArns).toContain(taskArn)
  await root.send(new StopTaskCommand({ task: taskArn, reason: 'enough' }))
  await waitUntilTasksStopped(waiting(), { tasks: [taskArn] })
  const { tasks } = await root.send(new DescribeTasksCommand({ tasks: [taskArn] }))
  expect(tasks).toMatchObject([
    { lastStatus: 'STOPPED', stopCode: 'UserInitiated', stoppedReason: 'enough', containers: [{ name: 'app', exitCode: 143 }] },
  ])
})

test('StopTask is judged on the task and on its definition: a Deny on either denies, an Allow on either allows', async ({ expect }) => {
  const taskArn = await runSleeper()
  const stop = new StopTaskCommand({ task: taskArn })
  const definition = arn('task-definition/sleeper:*')
  const nobody = await userWith('stop-nothing', { Action: 'ecs:StopTask', Resource: arn('task/other/*') })
  expect(await refusalOf(nobody.send(stop))).toMatchObject({ code: 'AccessDeniedException' })
  const denied = await userWith('stop-denied', { Action: 'ecs:*' }, { Effect: 'Deny', Action: 'ecs:StopTask', Resource: definition })
  expect(await refusalOf(denied.send(stop))).toMatchObject({ code: 'AccessDeniedException' })
  const allowed = await userWith('stop-by-family', { Action: 'ecs:StopTask', Resource: definition })
  expect((await allowed.send(stop)).task?.desiredStatus).toBe('STOPPED')
  await waitUntilTasksStopped(waiting(), { tasks: [taskArn] })
})
