/** The console in a real browser, against a real instance. */
import { CreateClusterCommand, DeleteClusterCommand } from '@aws-sdk/client-ecs'
import { CreateAccessKeyCommand, DeleteAccessKeyCommand } from '@aws-sdk/client-iam'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, test, vi } from 'vitest'
import { newUser, policyOf } from './support/account.ts'
import { ecsClient, iamClient } from './support/clients.ts'
import { assertPresentable, enterCredentials, go, hostile, looks, signIn } from './support/console.ts'
import { chromium, ensureConsole, newPage, openBrowser, type WatchedPage } from './support/chromium.ts'
import { type Credentials, testInstance, type TestInstance } from './support/instance.ts'

vi.setConfig({ testTimeout: 60_000 })

let instance: TestInstance
let world: Awaited<ReturnType<typeof furnish>>
let browser: Promise<Browser> | undefined

beforeAll(async () => {
  ensureConsole()
  instance = await testInstance()
  world = await furnish(instance)
}, 60_000)
afterAll(async () => {
  await (await browser)?.close()
  await instance.close()
})

async function open(options: BrowserContextOptions = {}): Promise<WatchedPage> {
  return newPage(await (browser ??= openBrowser()), options)
}

test('nothing is shown to whoever has not signed in, and wrong credentials are refused in the words of STS', async (context) => {
  chromium(context)
  const { expect } = context
  const { page, problems } = await open()
  await page.goto(`${instance.url}/console/us-east-1/services`)
  await page.getByRole('heading', { name: 'Tidegate' }).waitFor()
  expect(await page.getByRole('navigation').count()).toBe(0)
  await enterCredentials(page, { ...world.alice, secretAccessKey: 'wrong' })
  await page.getByRole('alert').waitFor()
  expect(await page.getByRole('alert').textContent()).toContain('The request signature we calculated does not match')
  expect(problems).toEqual([])
})

test('whoever signs in gets the page that was asked for, and a reload forgets the credentials', async (context) => {
  chromium(context)
  const { expect } = context
  const { page, problems } = await open()
  await signIn(page, instance.url, '/us-east-1/services/main', world.alice)
  await page.getByRole('heading', { name: 'main', level: 1 }).waitFor()
  expect(await page.title()).toBe('main - Tidegate')
  expect(await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])')).not.toMatch(/AKIA|secret/i)
  await page.reload()
  await page.getByRole('heading', { name: 'Tidegate' }).waitFor()
  expect(problems).toEqual([])
})

test('credentials that are no longer taken end the session, and the page stays where it is', async (context) => {
  chromium(context)
  const { expect } = context
  const { page, problems } = await open()
  const iam = iamClient(instance.url, instance.rootKey())
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'alice' }))
  const second = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
  await signIn(page, instance.url, '/us-east-1/services/main', second)
  await page.getByText('Running tasks').waitFor()
  await iam.send(new DeleteAccessKeyCommand({ UserName: 'alice', AccessKeyId: second.accessKeyId }))
  await page.getByRole('heading', { name: 'Signed out' }).waitFor()
  expect(page.url()).toContain('/us-east-1/services/main')
  await enterCredentials(page, world.alice)
  await page.getByText('Running tasks').waitFor()
  expect(problems).toEqual([])
})

test('T-84 an address with HTML in it shows it as text', async (context) => {
  chromium(context)
  const { expect } = context
  const { page, problems } = await open()
  await signIn(page, instance.url, `/us-east-1/services/${encodeURIComponent(hostile)}`, world.alice)
  await page.getByRole('heading', { name: hostile, level: 1 }).waitFor()
  expect(await page.locator('img').count()).toBe(0)
  expect(problems).toEqual([])
})

test('T-84 an object that is opened in the browser cannot reach the console', async (context) => {
  chromium(context)
  const { expect } = context
  const { page } = await open()
  const response = await page.goto(`${instance.url}/some-bucket/page.html`)
  expect(response?.headers()['content-security-policy']).toMatch(/^sandbox (?!.*allow-same-origin)/)
  expect(await page.evaluate('origin')).toBe('null')
})

test('a pasted error is explained: the gate that was shut, its statement, what it expected and what there was', async (context) => {
  chromium(context)
  const { expect } = context
  const { page, problems } = await open()
  await signIn(page, instance.url, '/us-east-1/explain', world.alice)
  await page.getByLabel('Request id').fill('nothing of the kind')
  await page.getByRole('button', { name: 'Explain', exact: true }).click()
  expect(await page.getByRole('alert').textContent()).toContain('There is no request id in it')
  await page.getByLabel('Request id').fill(`An error occurred (AccessDeniedException), request ${world.requestId}.`)
  await page.getByRole('button', { name: 'Explain', exact: true }).click()
  const decision = page.getByRole('region', { name: 'Decision' })
  await decision.waitFor()
  expect(await decision.textContent()).toContain('is not authorized to perform: ecs:DeleteCluster')
  const gate = page.locator('.funnel > li', { hasText: 'decided here' })
  expect(await gate.textContent()).toContain('Identity-based policy denies')
  expect(await gate.textContent()).toContain('Deny by DeleteNeedsMFA of alice/own')
  const row = gate.getByRole('row', { name: 'aws:MultiFactorAuthPresent' })
  expect(await row.getByRole('cell').allTextContents()).toEqual(['false', 'the request has none', ' yes'])
  expect(page.url()).toContain(`request=${world.requestId}`)
  await page.getByRole('button', { name: 'My last denial' }).click()
  await page.waitForURL(/request=LAST/)
  await gate.waitFor()
  expect(problems).toEqual([])
})

test('a denial leads from the map to its calls, and from there to its explanation; user agents stay text', async (context) => {
  chromium(context)
  const { expect } = context
  const { page, problems } = await open()
  await signIn(page, instance.url, '/us-east-1/activity', world.alice)
  await page.getByRole('link', { name: '1', exact: true }).click()
  await page.waitForURL(/action=ecs%3ADeleteCluster/)
  expect(page.url()).toContain('denied=yes')
  await page.getByRole('checkbox', { name: 'denied only', checked: true }).waitFor()
  await page.getByRole('link', { name: 'ecs:DeleteCluster' }).click()
  await page.getByText(hostile).waitFor()
  expect(await page.locator('img').count()).toBe(0)
  await page.getByRole('link', { name: 'denied' }).first().click()
  await page.getByText('decided here').waitFor()
  expect(problems).toEqual([])
})

test('the filter is in the address, so that back goes back', async (context) => {
  chromium(context)
  const { expect } = context
  const { page, problems } = await open()
  await signIn(page, instance.url, '/us-east-1/activity', world.alice)
  await page.getByLabel('Action').fill('ecs:DeleteCluster')
  await page.keyboard.press('Enter')
  await page.waitForURL(/action=ecs%3ADeleteCluster$/)
  await page.getByLabel('Period').selectOption('last 7 days')
  await page.waitForURL(/period=7d/)
  await page.goBack()
  await page.waitForURL(/action=ecs%3ADeleteCluster$/)
  expect(await page.getByLabel('Action').inputValue()).toBe('ecs:DeleteCluster')
  expect(problems).toEqual([])
})

const places = () => [
  { path: '/us-east-1/services', shows: 'main' },
  { path: '/us-east-1/services/main', shows: 'Running tasks' },
  { path: '/us-east-1/explain', shows: 'My last denial' },
  { path: `/us-east-1/explain?request=${world.requestId}`, shows: 'Which gate was shut' },
  { path: '/us-east-1/activity', shows: 'Integrity of the log' },
  { path: `/us-east-1/activity/${world.requestId}`, shows: 'Because of whom' },
  { path: '/us-east-1/nowhere', shows: 'There is no such page' },
]

test.for(looks)(
  'every page fits in $width pixels, and its text can be read in the $colorScheme scheme',
  async ({ width, colorScheme }, context) => {
    chromium(context)
    const { expect } = context
    const { page, problems } = await open({ viewport: { width, height: 844 }, colorScheme })
    await signIn(page, instance.url, '/us-east-1/services', world.alice)
    for (const { path, shows } of places()) {
      await go(page, path)
      await page.getByText(shows).first().waitFor()
      await assertPresentable(page, path, expect)
    }
    expect(problems).toEqual([])
  },
)

test('the keyboard is enough', async (context) => {
  chromium(context)
  const { expect } = context
  const { page, problems } = await open()
  await signIn(page, instance.url, '/us-east-1/services', world.alice)
  await page.getByRole('link', { name: 'main' }).waitFor()
  await page.keyboard.press('Tab')
  expect(await focused(page)).toBe('Skip to the content')
  const seen: string[] = []
  for (let i = 0; i < 20 && seen.at(-1) !== 'main'; i++) {
    await page.keyboard.press('Tab')
    seen.push(await focused(page))
  }
  expect(seen).toEqual(expect.arrayContaining(['Services', 'Explain', 'Activity', 'main']))
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'main', level: 1 }).waitFor()
  expect(problems).toEqual([])
})

/** A cluster, and alice, who may look and explain but not delete it without MFA, and has tried. */
async function furnish(to: TestInstance): Promise<{ readonly alice: Credentials; readonly requestId: string }> {
  const [ecs, iam] = [ecsClient(to.url, to.rootKey()), iamClient(to.url, to.rootKey())]
  await ecs.send(new CreateClusterCommand({ clusterName: 'main', tags: [{ key: 'Department', value: 'Accounting' }] }))
  const alice = await newUser(iam, 'alice', policyOf(...statements))
  const denied = ecsClient(to.url, alice)
  denied.middlewareStack.add(
    (next) => (args) => {
      Object.assign((args.request as { headers: object }).headers, { 'user-agent': hostile })
      return next(args)
    },
    { step: 'build', priority: 'low' },
  )
  const error: unknown = await denied.send(new DeleteClusterCommand({ cluster: 'main' })).catch((cause: unknown) => cause)
  const { requestId = '' } = (error as { readonly $metadata: { readonly requestId?: string } }).$metadata
  return { alice, requestId }
}

const statements = [
  { Sid: 'Look', Action: ['ecs:*', 'logs:*', 'tidegate:*'] },
  {
    Sid: 'DeleteNeedsMFA',
    Effect: 'Deny',
    Action: 'ecs:DeleteCluster',
    Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
  },
]

function focused(page: Page): Promise<string> {
  return page.evaluate<string>(`document.activeElement?.textContent?.trim() ?? ''`)
}
