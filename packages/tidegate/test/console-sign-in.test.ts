/** Somebody signs in at the console: through her identity provider, into a role of one of her groups. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test, vi } from 'vitest'
import { chromium, ensureConsole, newPage, openBrowser, type WatchedPage } from './support/chromium.ts'
import { type PeopleWorld, peopleWorld } from './support/people-world.ts'

vi.setConfig({ testTimeout: 60_000 })

let world: PeopleWorld
let browser: Promise<Browser> | undefined

beforeAll(async () => {
  ensureConsole()
  world = await peopleWorld({ idp: { redirectUris: ['http://127.0.0.1/console/'] } })
}, 60_000)
afterAll(async () => {
  await (await browser)?.close()
  await world.close()
})

async function open(path: string): Promise<WatchedPage> {
  const watched = await newPage(await (browser ??= openBrowser()))
  await watched.page.goto(`${world.instance.url}/console${path}`)
  return watched
}

test('an answer of a provider that nobody here asked for is refused', async (context) => {
  chromium(context)
  const { expect } = context
  const { page } = await open('/?code=stolen&state=forged')
  await page.getByRole('alert').waitFor()
  expect(await page.getByRole('alert').textContent()).toContain('belongs to no sign-in that was begun in this tab')
})

test('who is in no group that a role is bound to is told where to ask', async (context) => {
  chromium(context)
  const { expect } = context
  const { page } = await open('/us-east-1/services')
  await page.getByRole('button', { name: 'Sign in with demo' }).click()
  await page.getByRole('button', { name: 'Carol Finn' }).click()
  await page.getByText('None of your groups is bound to a role.').waitFor()
  expect(await page.locator('main').textContent()).toContain('https://wiki.example.com/access')
})

test('alice chooses among her roles and comes to the page that she wanted, with her name above it', async (context) => {
  chromium(context)
  const { expect } = context
  const { page, problems } = await open('/eu-central-1/activity?period=7d')
  await page.getByRole('button', { name: 'Sign in with demo' }).click()
  await page.getByRole('button', { name: 'Alice Marsh' }).click()
  await page.getByRole('heading', { name: 'Hello alice@example.com' }).waitFor()
  const roles = await page.locator('.roles button').allTextContents()
  expect(roles).toEqual(['developerin staging, for 60 min', 'developerin prod, for 60 min', 'operatorin staging, for 30 min'])
  await page.getByRole('button', { name: 'developer in prod' }).click()
  await page.waitForURL(`${world.instance.url}/console/eu-central-1/activity?period=7d`)
  await page.locator('.acting summary').click()
  const card = page.locator('.acting-card')
  expect(await card.textContent()).toContain(`alice at ${world.idp.issuer}`)
  expect(await card.textContent()).toContain('arn:aws:sts::444455556666:assumed-role/developer/alice@example.com')
  expect(await card.textContent()).toMatch(/Ends\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/)
  // She may not look at the activity, and learns why.
  await page.getByRole('link', { name: 'Explain this denial' }).first().click()
  await page.getByText('decided here').waitFor()
  expect(problems).toEqual([])
})

test('nothing that could be used stays in the browser; after a reload she signs in again without choosing', async (context) => {
  chromium(context)
  const { expect } = context
  const { page } = await open('/us-east-1/explain')
  await page.getByRole('button', { name: 'Sign in with demo' }).click()
  await page.getByRole('button', { name: 'Alice Marsh' }).click()
  await page.getByRole('button', { name: 'operator' }).click()
  await page.getByRole('button', { name: 'My last denial' }).waitFor()
  const kept = await page.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])')
  expect(kept).not.toMatch(/ASIA|eyJ|code=|verifier/)
  await page.reload()
  // The demo provider asks anew each time.
  await page.getByRole('button', { name: 'Alice Marsh' }).click()
  await page.getByRole('button', { name: 'My last denial' }).waitFor()
  expect(page.url()).toBe(`${world.instance.url}/console/us-east-1/explain`)
  await page.locator('.acting summary').click()
  expect(await page.locator('.acting-card').textContent()).toContain('assumed-role/operator/')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in with demo' }).waitFor()
  expect(await page.evaluate('sessionStorage.length')).toBe(0)
})
