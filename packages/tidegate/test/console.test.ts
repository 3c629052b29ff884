/** The console in a real browser, against a real instance. */
import { CreateClusterCommand, ECSClient } from '@aws-sdk/client-ecs'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, type ExpectStatic, test, vi } from 'vitest'
import { chromium, ensureConsole, newPage, openBrowser, type WatchedPage } from './support/chromium.ts'
import { type Credentials, testInstance, type TestInstance } from './support/instance.ts'
import { unreadable } from './support/unreadable.mjs'

/** What somebody writes who would like to run a script in the browser of another. */
const hostile = '<img src=x onerror=alert(1)>'

vi.setConfig({ testTimeout: 60_000 })

let instance: TestInstance
let browser: Promise<Browser> | undefined

beforeAll(async () => {
  ensureConsole()
  instance = await testInstance()
  await furnish(instance)
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
  await enter(page, { ...instance.rootKey(), secretAccessKey: 'wrong' })
  await page.getByRole('alert').waitFor()
  expect(await page.getByRole('alert').textContent()).toContain('The request signature we calculated does not match')
  expect(problems).toEqual([])
})

test('whoever signs in gets the page that was asked for, and a reload forgets the credentials', async (context) => {
  chromium(context)
  const { expect } = context
  const { page, problems } = await open()
  await signIn(page, '/us-east-1/services/main')
  await page.getByRole('heading', { name: 'main', level: 1 }).waitFor()
  expect(await page.title()).toBe('main - Tidegate')
  expect(await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])')).not.toMatch(/AKIA|secret/i)
  await page.reload()
  await page.getByRole('heading', { name: 'Tidegate' }).waitFor()
  expect(problems).toEqual([])
})

test('an address with HTML in it shows it as text', async (context) => {
  chromium(context)
  const { expect } = context
  const { page, problems } = await open()
  await signIn(page, `/us-east-1/services/${encodeURIComponent(hostile)}`)
  await page.getByRole('heading', { name: hostile, level: 1 }).waitFor()
  expect(await page.locator('img').count()).toBe(0)
  expect(problems).toEqual([])
})

test('an object that is opened in the browser cannot reach the console', async (context) => {
  chromium(context)
  const { expect } = context
  const { page } = await open()
  const response = await page.goto(`${instance.url}/some-bucket/page.html`)
  expect(response?.headers()['content-security-policy']).toMatch(/^sandbox (?!.*allow-same-origin)/)
  expect(await page.evaluate('origin')).toBe('null')
})

const places = [
  { name: 'services', path: '/us-east-1/services', heading: 'Services' },
  { name: 'cluster', path: '/us-east-1/services/main', heading: 'main' },
]
const looks = [
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const

test.for(looks)(
  'every page fits in $width pixels, and its text can be read in the $colorScheme scheme',
  async ({ width, colorScheme }, context) => {
    chromium(context)
    const { expect } = context
    const { page, problems } = await open({ viewport: { width, height: 844 }, colorScheme })
    await signIn(page, places[0]?.path ?? '')
    for (const { name, path, heading } of places) {
      await go(page, path)
      await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
      await page.waitForLoadState('networkidle')
      await assertFits(page, name, expect)
      await assertReadable(page, name, expect)
    }
    expect(problems).toEqual([])
  },
)

test('the keyboard is enough', async (context) => {
  chromium(context)
  const { expect } = context
  const { page, problems } = await open()
  await signIn(page, '/us-east-1/services')
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

async function furnish(to: TestInstance): Promise<void> {
  const ecs = new ECSClient({ endpoint: to.url, region: 'us-east-1', credentials: to.rootKey() })
  await ecs.send(new CreateClusterCommand({ clusterName: 'main', tags: [{ key: 'Department', value: 'Accounting' }] }))
  ecs.destroy()
}

async function signIn(page: Page, path: string): Promise<void> {
  await page.goto(`${instance.url}/console${path}`)
  await enter(page, instance.rootKey())
  await page.getByRole('navigation', { name: 'Pages' }).waitFor()
}

async function enter(page: Page, { accessKeyId, secretAccessKey }: Credentials): Promise<void> {
  await page.getByLabel('Access key id').fill(accessKeyId)
  await page.getByLabel('Secret access key').fill(secretAccessKey)
  await page.getByRole('button', { name: 'Use them' }).click()
}

/** Within the page: a load would sign out. */
function go(page: Page, path: string): Promise<unknown> {
  return page.evaluate(`history.pushState({}, '', ${JSON.stringify(`/console${path}`)}), dispatchEvent(new PopStateEvent('popstate'))`)
}

function focused(page: Page): Promise<string> {
  return page.evaluate<string>(`document.activeElement?.textContent?.trim() ?? ''`)
}

async function assertFits(page: Page, name: string, expect: ExpectStatic): Promise<void> {
  const excess = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  expect({ name, excess: Math.max(0, excess) }).toEqual({ name, excess: 0 })
}

async function assertReadable(page: Page, name: string, expect: ExpectStatic): Promise<void> {
  expect({ name, unreadable: await page.evaluate(unreadable) }).toEqual({ name, unreadable: [] })
}
