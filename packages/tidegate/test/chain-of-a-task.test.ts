/** Who wrote this object? From the object to the service and to whoever deployed it, with a task that is a process and an unmodified client in it. */
import { execFileSync } from 'node:child_process'
import { dirname } from 'node:path'
import { CreateClusterCommand, CreateServiceCommand, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs'
import { CreateBucketCommand, HeadObjectCommand } from '@aws-sdk/client-s3'
import { expect as eventually, test } from 'vitest'
import { DescribeEventChain$, type DescribeEventChainOutput, LookupActivity$, type LookupActivityOutput } from '../src/api/activity.ts'
import { newRole, newUser, policyOf } from './support/account.ts'
import { ecsClient, iamClient, s3Client } from './support/clients.ts'
import { callOwnApi } from './support/own-api.ts'
import { startInstance } from './support/process.ts'
import { awsCli } from './support/programs.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

test('from an object back to who deployed the service whose task wrote it', { timeout: 120_000 }, async (context) => {
  awsCli(context)
  const { expect } = context
  const instance = await startInstance(temporaryFolder(context))
  context.onTestFinished(async () => void (await instance.end('SIGTERM')))
  const { url } = instance
  const root = instance.rootKey()
  const iam = iamClient(url, root)
  const alice = await newUser(iam, 'alice', policyOf({ Action: ['ecs:*', 'iam:PassRole'] }))
  const taskRoleArn = await newRole(iam, 'report', {
    trust: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    }),
    document: policyOf({ Action: 's3:PutObject', Resource: 'arn:aws:s3:::reports/*' }),
  })
  const s3 = s3Client(url, root)
  await s3.send(new CreateBucketCommand({ Bucket: 'reports' }))
  const ecs = ecsClient(url, alice)
  await ecs.send(new CreateClusterCommand({ clusterName: 'prod' }))
  // A task has no more of the machine's environment than a container would have.
  const folder = dirname(execFileSync('sh', ['-c', 'command -v aws']).toString().trim())
  const script = `PATH="${folder}:$PATH" aws s3api put-object --bucket reports --key today; sleep 15`
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'report',
      taskRoleArn,
      containerDefinitions: [{ name: 'app', image: 'report', memory: 64, command: ['sh', '-c', script] }],
    }),
  )
  await ecs.send(new CreateServiceCommand({ cluster: 'prod', serviceName: 'report', taskDefinition: 'report', desiredCount: 1 }))
  await eventually
    .poll(() => s3.send(new HeadObjectCommand({ Bucket: 'reports', Key: 'today' })).catch(() => undefined), { timeout: 60_000 })
    .toBeDefined()
  const { Events } = await callOwnApi<LookupActivityOutput>(url, root, LookupActivity$, { Action: 's3:PutObject' })
  const chain = await callOwnApi<DescribeEventChainOutput>(url, root, DescribeEventChain$, { EventId: Events[0]?.EventId })
  expect(chain.Links.map(({ Kind, Actor, Event }) => [Kind, Actor?.Subject.split(':').at(-1)?.split('/')[0], Event?.Action])).toEqual([
    ['session', undefined, 'sts:AssumeRole'],
    ['workload', 'task', undefined],
    ['workload', 'service', 'ecs:CreateService'],
  ])
  expect(chain.Origin.Subject).toMatch(/:user\/alice$/)
})
