/** The command line of each person of the demonstration: a home of her own, pointed at the instance, with no key in it. */
import { execFile, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { Browser } from './browser.ts'

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export class Terminal {
  readonly #home: string
  readonly #env: NodeJS.ProcessEnv

  constructor(folder: string, person: string, url: string, region: string) {
    this.#home = join(folder, person)
    mkdirSync(this.#home, { recursive: true, mode: 0o700 })
    const own = Object.entries(process.env).filter(([name]) => !/^(?:AWS_|TIDEGATE_|XDG_)/.test(name))
    this.#env = {
      ...Object.fromEntries(own),
      HOME: this.#home,
      AWS_ENDPOINT_URL: url,
      AWS_ENDPOINT_URL_STS: url,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EC2_METADATA_DISABLED: 'true',
      NO_COLOR: '1',
    }
  }

  /** Runs `tidegate` to its end, whatever the exit code is; with a profile, as the role that it is for. */
  run(args: readonly string[], profile?: string): Promise<Ended> {
    const env = profile === undefined ? {} : { AWS_PROFILE: profile }
    return new Promise((resolve) => {
      execFile(process.execPath, [...here, ...args], { cwd: this.#home, env: { ...this.#env, ...env } }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, stdout, stderr })
      })
    })
  }

  /** `tidegate login`, and what a browser does: the page of the identity provider is opened and a name is clicked on. */
  signIn(person: string, flags: readonly string[] = [], fields: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const child = spawn(process.execPath, [...here, 'login', '--no-browser', ...flags], {
      cwd: this.#home,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stdout, stderr] = ['', '']
    let isOpened = false
    const open = (): void => {
      const [url] = /https?:\/\/\S+code_challenge=\S+/.exec(stderr) ?? []
      if (isOpened || url === undefined) return
      isOpened = true
      new Browser().signIn(url, person, fields).catch((error: unknown) => {
        stderr += String(error)
        child.kill()
      })
    }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      open()
    })
    return new Promise((resolve, reject) => {
      child.once('error', reject).once('close', (code) => resolve({ code: code ?? 1, stdout, stderr }))
    })
  }
}

/** This program, as it was started. */
const here = [...process.execArgv, process.argv[1] ?? '']
