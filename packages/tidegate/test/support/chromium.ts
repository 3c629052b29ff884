/** Debian's Chromium, driven as a person would: by what is written on the page and by the keyboard. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium as engine, type Page } from 'playwright-core'
import { requirement } from './require.ts'

const path = '/usr/bin/chromium'
const root = resolve(import.meta.dirname, '../../../..')

export const chromium = requirement('chromium', () => existsSync(path) || `${path} is not there: apt-get install chromium`)

export function openBrowser(): Promise<Browser> {
  const args = [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]
  return engine.launch({ executablePath: path, args: ['--no-sandbox', ...args] })
}

/** A page, and all that went wrong on it: messages of the console, exceptions, dialogs that a script opened. */
export interface WatchedPage {
  readonly page: Page
  readonly problems: readonly string[]
}

export async function newPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const problems: string[] = []
  page.on('console', (message) => {
    // Chromium says this of every answer that is an error; what the page makes of it is what is tested.
    const isOfAnswer = message.text().startsWith('Failed to load resource')
    if (['error', 'warning'].includes(message.type()) && !isOfAnswer) problems.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`))
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  return { page, problems }
}

/** Builds the console of the checkout, where it is not as its sources are. */
export function ensureConsole(): void {
  const { status, stderr } = spawnSync(process.execPath, [resolve(root, 'tools/ensure-console.mjs')], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}
