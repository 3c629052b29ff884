/** A person at a machine of her own: a home folder, a context, and what she types. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { Browser } from '../../src/demo/browser.ts'
import { tidegateAs, tidegateStarted } from './process.ts'
import type { Ended } from './programs.ts'

export class Home {
  readonly folder = mkdtempSync(join(tmpdir(), 'tidegate-home-'))
  readonly env: NodeJS.ProcessEnv

  constructor() {
    const machine = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_') && !name.startsWith('TIDEGATE_'))
    this.env = {
      ...Object.fromEntries(machine),
      HOME: this.folder,
      XDG_CONFIG_HOME: join(this.folder, '.config'),
      AWS_CONFIG_FILE: join(this.folder, '.aws', 'config'),
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
      AWS_MAX_ATTEMPTS: '1',
    }
  }

  type(...words: readonly string[]): Promise<Ended> {
    return tidegateAs(this.env, ...words)
  }

  /** Signs in with `open` as the browser. Answers what `login` printed, once both have ended; rejects with what `open` rejects with. */
  async login(open: (url: string) => Promise<unknown>, ...flags: readonly string[]): Promise<Ended> {
    const child = tidegateStarted(this.env, 'login', '--no-browser', ...flags)
    const written = { stdout: '', stderr: '' }
    const opened: Promise<unknown>[] = []
    child.stdout.on('data', (chunk) => (written.stdout += String(chunk)))
    createInterface({ input: child.stderr }).on('line', (line) => {
      written.stderr += `${line}\n`
      const [, url] = /^(?:sign in at|open) (\S+)/.exec(line) ?? []
      if (url === undefined) return
      const opening = open(line.startsWith('open') ? `${url}?user_code=${line.split(' ').at(-1)}` : url)
      opening.catch(() => {}) // told below
      opened.push(opening)
    })
    const [code] = (await once(child, 'close')) as [number]
    await Promise.all(opened)
    return { code, ...written }
  }

  loginAs(person: string, fields: Readonly<Record<string, string>> = {}, ...flags: readonly string[]): Promise<Ended> {
    return this.login((url) => new Browser().signIn(url, person, fields), ...flags)
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
