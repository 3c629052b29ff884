/** Tasks in the console: what they are, what they write, and who may stop them. The tasks really run, as processes. */
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs'
import { CreateClusterCommand, RegisterTaskDefinitionCommand, RunTaskCommand, waitUntilTasksRunning } from '@aws-sdk/client-ecs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test, vi } from 'vitest'
import { newRole, newUser, policyOf } from './support/account.ts'
import { chromium, ensureConsole, newPage, openBrowser } from './support/chromium.ts'
import { ecsClient, iamClient, logsClient } from './support/clients.ts'
import { assertPresentable, go, hostile, looks, signIn } from './support/console.ts'
import { type Credentials, mainAccount, testInstance, type TestInstance } from './support/instance.ts'

vi.setConfig({ testTimeout: 60_000 })

let instance: TestInstance
let world: Awaited<ReturnType<typeof furnish>>
let browser: Promise<Browser> | undefined

beforeAll(async () => {
  ensureConsole()
  instance = await testInstance()
  world = await furnish()
}, 90_000)
afterAll(async () => {
  await (await browser)?.close()
  await instance.close()
})

test('who may not stop a task sees why before a click, and the button does nothing', async (context) => {
  chromium(context)
  const { expect } = context
  const { page, problems } = await open(world.reader)
  const stop = page.getByRole('button', { name: 'Stop' })
  await page.getByText('Denied because no identity-based policy allows the ecs:StopTask action').waitFor()
  expect(await stop.getAttribute('aria-disabled')).toBe('true')
  await stop.click({ force: true })
  expect(await page.getByRole('dialog').count()).toBe(0)
  expect(problems).toEqual([])
})

test('an explicit deny of the task definition counts, though the task is allowed', async (context) => {
  chromium(context)
  const { expect } = context
  const { page } = await open(world.careful)
  await page.getByText('Denied with an explicit deny in an identity-based policy').waitFor()
  expect(await page.getByRole('button', { name: 'Stop' }).getAttribute('aria-disabled')).toBe('true')
})

test('T-65 T-84 the log of a container is shown as text, whatever it wrote', async (context) => {
  chromium(context)
  const { expect } = context
  const { page, problems } = await open(world.reader)
  await page.locator('.log').getByText(hostile).waitFor()
  expect(await page.locator('img, .log script').count()).toBe(0)
  expect(await page.locator('aside').textContent()).toContain('reader-task')
  expect(problems).toEqual([])
})

test.for(looks)(
  'a task fits in $width pixels, and its text can be read in the $colorScheme scheme',
  async ({ width, colorScheme }, context) => {
    chromium(context)
    const { expect } = context
    const { page, problems } = await open(world.reader, { viewport: { width, height: 844 }, colorScheme })
    await page.locator('.log').getByText(hostile).waitFor()
    await assertPresentable(page, 'task', expect)
    await go(page, '/us-east-1/services/main')
    await page.getByText('RUNNING').first().waitFor()
    await assertPresentable(page, 'cluster', expect)
    expect(problems).toEqual([])
  },
)

test('who may stop it is told what will happen and by which command, and it stops', async (context) => {
  chromium(context)
  const { expect } = context
  const { page, problems } = await open(world.operator)
  await page.getByRole('button', { name: 'Stop' }).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.getByLabel('The same as a command').textContent()).toBe(
    `aws ecs stop-task --cluster main --task ${world.taskId} --region us-east-1`,
  )
  await page.keyboard.press('Escape')
  expect(await dialog.count()).toBe(0)
  await page.getByRole('button', { name: 'Stop' }).click()
  await dialog.getByRole('button', { name: 'Stop' }).click()
  await page.locator('aside').getByText('STOPPED').first().waitFor({ timeout: 40_000 })
  await page.getByRole('link', { name: 'ecs:StopTask' }).waitFor()
  expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(0)
  expect(problems).toEqual([])
})

async function open(as: Credentials, options: Parameters<typeof newPage>[1] = {}) {
  const watched = await newPage(await (browser ??= openBrowser()), options)
  await signIn(watched.page, instance.url, `/us-east-1/services/main/tasks/${world.taskId}`, as)
  return watched
}

/** A task that writes to its log, and people who may look at it, stop it, or stop it but for its definition. */
async function furnish() {
  const rootKey = instance.rootKey()
  const [ecs, iam, logs] = [ecsClient(instance.url, rootKey), iamClient(instance.url, rootKey), logsClient(instance.url, rootKey)]
  const trust = policyOf({ Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole', Resource: undefined })
  const executionRoleArn = await newRole(iam, 'execution', { trust, document: policyOf({ Action: 'logs:*' }) })
  const taskRoleArn = await newRole(iam, 'reader-task', { trust, document: policyOf({ Action: 's3:GetObject' }) })
  await logs.send(new CreateLogGroupCommand({ logGroupName: '/ecs/web' }))
  await ecs.send(new CreateClusterCommand({ clusterName: 'main' }))
  const options = { 'awslogs-group': '/ecs/web', 'awslogs-region': 'us-east-1', 'awslogs-stream-prefix': 'web' }
  const command = ['sh', '-c', `echo '${hostile}'; echo '<script>alert(2)</script>'; sleep 1000`]
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'web',
      executionRoleArn,
      taskRoleArn,
      containerDefinitions: [{ name: 'app', image: 'none', memory: 64, command, logConfiguration: { logDriver: 'awslogs', options } }],
    }),
  )
  const tags = [{ key: 'Department', value: 'Accounting' }]
  const { tasks } = await ecs.send(new RunTaskCommand({ cluster: 'main', taskDefinition: 'web:1', tags }))
  const taskArn = tasks?.[0]?.taskArn ?? ''
  await waitUntilTasksRunning({ client: ecs, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { cluster: 'main', tasks: [taskArn] })
  const look = { Action: ['ecs:Describe*', 'ecs:List*', 'logs:GetLogEvents', 'tidegate:LookupActivity'] }
  const stop = { Action: 'ecs:StopTask', Condition: { StringEquals: { 'ecs:ResourceTag/Department': 'Accounting' } } }
  const definition = `arn:aws:ecs:us-east-1:${mainAccount}:task-definition/web:*`
  return {
    taskId: taskArn.split('/').at(-1) ?? '',
    reader: await newUser(iam, 'reader', policyOf(look)),
    operator: await newUser(iam, 'operator', policyOf(look, stop)),
    careful: await newUser(iam, 'careful', policyOf(look, stop, { Effect: 'Deny', Action: 'ecs:StopTask', Resource: definition })),
  }
}
