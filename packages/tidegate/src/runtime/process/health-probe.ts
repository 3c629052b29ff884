/** Asks a process again and again how it is, as Docker does for containers. */
import { spawn } from 'node:child_process'
import { HealthRecord } from './health.ts'
import { killGroup } from './kill-group.ts'
import type { Health, ProcessHealthCheck } from './protocol.ts'

interface Surroundings {
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
}

export class HealthProbe {
  readonly #check: ProcessHealthCheck
  readonly #surroundings: Surroundings
  readonly #onChange: (health: Health) => void
  readonly #record = new HealthRecord()
  readonly #startedAt = performance.now()
  #health: Health = 'starting'
  #timer: NodeJS.Timeout
  #group: number | undefined
  #isOver = false

  constructor(check: ProcessHealthCheck, surroundings: Surroundings, onChange: (health: Health) => void) {
    this.#check = check
    this.#surroundings = surroundings
    this.#onChange = onChange
    this.#timer = this.#next()
  }

  end(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    killGroup(this.#group)
  }

  #next(): NodeJS.Timeout {
    return setTimeout(() => void this.#probe(), this.#check.intervalMilliseconds)
  }

  async #probe(): Promise<void> {
    const isGood = await this.#isGood()
    if (this.#isOver) return
    const health = this.#record.probed(isGood, performance.now() - this.#startedAt, this.#check)
    if (health !== this.#health) this.#onChange((this.#health = health))
    this.#timer = this.#next()
  }

  #isGood(): Promise<boolean> {
    const [program, ...args] = this.#check.command
    const { env, cwd, user } = this.#surroundings
    return new Promise((resolve) => {
      const child = spawn(program, args, { env, cwd, stdio: 'ignore', detached: true, ...user })
      this.#group = child.pid
      const timer = setTimeout(() => killGroup(child.pid), this.#check.timeoutMilliseconds)
      const done = (isGood: boolean): void => {
        clearTimeout(timer)
        killGroup(child.pid)
        this.#group = undefined
        resolve(isGood)
      }
      child.once('error', () => done(false))
      child.once('exit', (code) => done(code === 0))
    })
  }
}
