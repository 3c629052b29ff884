/** Services in the console: what each of two people may do with one, and what comes of it. Their tasks are simulated. */
import { CreateClusterCommand, CreateServiceCommand, RegisterTaskDefinitionCommand, waitUntilServicesStable } from '@aws-sdk/client-ecs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test, vi } from 'vitest'
import { systemTimers } from '../src/kernel/timers.ts'
import { newUser, policyOf } from './support/account.ts'
import { chromium, ensureConsole, newPage, openBrowser } from './support/chromium.ts'
import { ecsClient, iamClient } from './support/clients.ts'
import { assertPresentable, go, looks, signIn } from './support/console.ts'
import { type Credentials, testInstance, type TestInstance } from './support/instance.ts'
import { SimulatedRuntime } from './support/simulated-runtime.ts'

vi.setConfig({ testTimeout: 60_000 })

let instance: TestInstance
let people: Awaited<ReturnType<typeof furnish>>
let browser: Promise<Browser> | undefined

beforeAll(async () => {
  ensureConsole()
  instance = await testInstance({}, { tasks: { runtime: new SimulatedRuntime({ clock: Date.now, timers: systemTimers }) } })
  people = await furnish()
}, 90_000)
afterAll(async () => {
  await (await browser)?.close()
  await instance.close()
})

test('a developer sees that she may not scale, and why, and restarts', async (context) => {
  chromium(context)
  const { expect } = context
  const { page, problems } = await open(people.developer)
  await page.getByText('Denied with an explicit deny in an identity-based policy').waitFor()
  expect(await page.getByRole('button', { name: 'Scale' }).getAttribute('aria-disabled')).toBe('true')
  await page.getByRole('button', { name: 'Restart' }).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.getByLabel('The same as a command').textContent()).toBe(
    'aws ecs update-service --cluster main --service web --force-new-deployment --region us-east-1',
  )
  await dialog.getByRole('button', { name: 'Restart' }).click()
  await page.locator('aside').getByRole('link', { name: 'ecs:UpdateService' }).waitFor()
  expect(problems).toEqual([])
})

test('operations scale up to the limit; what is above it is refused while it is typed', async (context) => {
  chromium(context)
  const { expect } = context
  const { page, problems } = await open(people.operator)
  await page.getByRole('button', { name: 'Scale' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Desired count').fill('9')
  await dialog.getByText('with an explicit deny in an identity-based policy').waitFor()
  expect(await dialog.getByRole('button', { name: 'Scale' }).isDisabled()).toBe(true)
  await dialog.getByLabel('Desired count').fill('3')
  await dialog.getByRole('button', { name: 'Scale', disabled: false }).click()
  await page.getByText('3 of 3').first().waitFor({ timeout: 40_000 })
  await page.getByRole('link', { name: 'Services' }).first().click()
  await page.getByRole('row', { name: 'web' }).getByText('3 of 3').waitFor()
  expect(problems).toEqual([])
})

test.for(looks)(
  'services fit in $width pixels, and their text can be read in the $colorScheme scheme',
  async ({ width, colorScheme }, context) => {
    chromium(context)
    const { expect } = context
    const { page, problems } = await open(people.developer, { viewport: { width, height: 844 }, colorScheme })
    await page.getByText('RUNNING').first().waitFor()
    await assertPresentable(page, 'service', expect)
    await go(page, '/us-east-1/services')
    await page.getByRole('link', { name: 'web' }).waitFor()
    await assertPresentable(page, 'services', expect)
    expect(problems).toEqual([])
  },
)

async function open(as: Credentials, options: Parameters<typeof newPage>[1] = {}) {
  const watched = await newPage(await (browser ??= openBrowser()), options)
  await signIn(watched.page, instance.url, '/us-east-1/services/main/web', as)
  return watched
}

async function furnish() {
  const [ecs, iam] = [ecsClient(instance.url, instance.rootKey()), iamClient(instance.url, instance.rootKey())]
  await ecs.send(new CreateClusterCommand({ clusterName: 'main' }))
  const containerDefinitions = [{ name: 'app', image: 'app', memory: 64 }]
  await ecs.send(new RegisterTaskDefinitionCommand({ family: 'web', containerDefinitions }))
  const tags = [{ key: 'Department', value: 'Accounting' }]
  await ecs.send(
    new CreateServiceCommand({
      cluster: 'main',
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount: 2,
      tags,
      propagateTags: 'SERVICE',
    }),
  )
  await waitUntilServicesStable({ client: ecs, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { cluster: 'main', services: ['web'] })
  const look = { Action: ['ecs:Describe*', 'ecs:List*', 'tidegate:LookupActivity'] }
  const update = { Action: 'ecs:UpdateService' }
  const noScaling = { Effect: 'Deny', ...update, Condition: { 'ForAnyValue:StringEquals': { 'tidegate:ChangedFields': 'desiredCount' } } }
  const limit = { Effect: 'Deny', ...update, Condition: { NumericGreaterThan: { 'tidegate:DesiredCount': '4' } } }
  return {
    developer: await newUser(iam, 'developer', policyOf(look, update, noScaling)),
    operator: await newUser(iam, 'operator', policyOf(look, update, limit)),
  }
}
