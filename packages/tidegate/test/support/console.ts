/** What every test of the console does: sign in by credentials, go somewhere, see whether the page fits and can be read. */
import type { Page } from 'playwright-core'
import type { ExpectStatic } from 'vitest'
import type { Credentials } from './instance.ts'
import { unreadable } from './unreadable.mjs'

/** What somebody writes who would like to run a script in the browser of another. */
export const hostile = '<img src=x onerror=alert(1)>'

export async function enterCredentials(page: Page, { accessKeyId, secretAccessKey }: Credentials): Promise<void> {
  await page.getByLabel('Access key id').fill(accessKeyId)
  await page.getByLabel('Secret access key').fill(secretAccessKey)
  await page.getByRole('button', { name: 'Use them' }).click()
}

/** @param path below `/console` */
export async function signIn(page: Page, url: string, path: string, credentials: Credentials): Promise<void> {
  await page.goto(`${url}/console${path}`)
  await enterCredentials(page, credentials)
  await page.getByRole('navigation', { name: 'Pages' }).waitFor()
}

/** Within the page: a load would sign out. */
export async function go(page: Page, path: string): Promise<void> {
  await page.evaluate(
    `history.pushState({}, '', ${JSON.stringify(`/console${path}`)}), dispatchEvent(new PopStateEvent('popstate')), undefined`,
  )
}

/** No scrolling sideways, and every text has the contrast that WCAG asks for. */
export async function assertPresentable(page: Page, name: string, expect: ExpectStatic): Promise<void> {
  const excess = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  const found: unknown = await page.evaluate(unreadable)
  expect({ name, excess: Math.max(0, excess), unreadable: found }).toEqual({ name, excess: 0, unreadable: [] })
}

/** Sizes and schemes that every page is looked at in. */
export const looks = [
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const
