/** `tidegate simulate launch` against a whole instance: rungs that break, then one after the other mended. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PutRolePolicyCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam'
import { test } from 'vitest'
import { newRole, policyOf } from './support/account.ts'
import { iamClient } from './support/clients.ts'
import { clientEnvironment, mainAccount, testInstance } from './support/instance.ts'
import { tidegateAs } from './support/process.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const trust = (service: string): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }] })

test('each rung has its decision, and what is missing is a statement to add', { timeout: 60_000 }, async (context) => {
  const { expect } = context
  const instance = await testInstance()
  context.onTestFinished(() => instance.close())
  const iam = iamClient(instance.url, instance.rootKey())
  const execution = await newRole(iam, 'execution', { trust: trust('ec2.amazonaws.com') })
  await newRole(iam, 'deploy', { trust: trust('ec2.amazonaws.com'), document: policyOf({ Action: 'ecs:*' }) })
  const file = join(temporaryFolder(context), 'taskdef.json')
  const logConfiguration = { logDriver: 'awslogs', options: { 'awslogs-group': '/ecs/web', 'awslogs-stream-prefix': 'web' } }
  const containerDefinitions = [{ name: 'app', image: 'app', memory: 64, logConfiguration }]
  writeFileSync(file, JSON.stringify({ family: 'web', executionRoleArn: execution, containerDefinitions }))
  const simulate = async () => {
    const { stdout, stderr, code } = await tidegateAs(
      clientEnvironment(instance.url, instance.rootKey()),
      'simulate',
      'launch',
      file,
      '--cluster',
      'prod',
      '--as',
      'role/deploy',
      '--json',
    )
    expect(stderr).toBe('')
    return { code, rungs: (JSON.parse(stdout) as { rungs: Record<string, unknown>[] }).rungs }
  }
  const broken = await simulate()
  expect(broken.code).toBe(3)
  expect(broken.rungs.map(({ step, effect }) => `${String(step)}: ${String(effect)}`)).toEqual([
    'hand over: deny',
    'run: allow',
    'trust: deny',
    'log: deny',
    'log: deny',
  ])
  expect(broken.rungs[2]?.['missing']).toEqual({
    to: `the trust policy of arn:aws:iam::${mainAccount}:role/execution`,
    statement: { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' },
  })
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'execution', PolicyDocument: trust('ecs-tasks.amazonaws.com') }))
  const logs = policyOf({ Action: ['logs:CreateLogStream', 'logs:PutLogEvents'] })
  await iam.send(new PutRolePolicyCommand({ RoleName: 'execution', PolicyName: 'logs', PolicyDocument: logs }))
  const pass = policyOf({ Action: 'iam:PassRole', Resource: execution })
  await iam.send(new PutRolePolicyCommand({ RoleName: 'deploy', PolicyName: 'pass', PolicyDocument: pass }))
  const mended = await simulate()
  expect(mended.rungs.map(({ effect }) => effect)).toEqual(['allow', 'allow', 'allow', 'allow', 'allow'])
  expect(mended.code).toBe(0)
})
