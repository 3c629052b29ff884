/** What is forgotten: stopped tasks after an hour, as on ECS, client tokens after a day, task definitions that nothing uses any more. */
import type { Where } from '../arn.ts'
import { REMEMBERED_MILLISECONDS } from '../client-token.ts'
import { taskDefinitions } from '../state.ts'
import { clientTokens, type Task, taskKey, taskOfServiceKey, tasks, tasksOfServices } from '../task-state.ts'
import { usedDefinitions } from '../used-definitions.ts'
import type { SchedulerPorts } from './ports.ts'

interface Due {
  readonly at: number
  readonly where: Where
  readonly task: Task
}

export class Retention {
  readonly #ports: Pick<SchedulerPorts, 'state' | 'clock' | 'timers' | 'report'>
  /** In the order in which they stopped. */
  #due: Due[] = []
  #isWaiting = false

  constructor(ports: Pick<SchedulerPorts, 'state' | 'clock' | 'timers' | 'report'>) {
    this.#ports = ports
  }

  start(): void {
    this.#due.sort((a, b) => a.at - b.at)
    this.#sweep()
  }

  stopped(where: Where, task: Task): void {
    this.#due.push({ at: (task.stoppedAt ?? task.createdAt) + SHOWN_MILLISECONDS, where, task })
    this.#wait()
  }

  #wait(): void {
    const [first] = this.#due
    if (this.#isWaiting || first === undefined) return
    this.#isWaiting = true
    // Many at once, rather than each at its time.
    this.#ports.timers.at(Math.max(first.at, this.#ports.clock()) + BATCH_MILLISECONDS, () => {
      this.#isWaiting = false
      this.#forgetTasks()
      this.#wait()
    })
  }

  #forgetTasks(): void {
    const now = this.#ports.clock()
    const first = this.#due.findIndex(({ at }) => at > now)
    const gone = this.#due.splice(0, first < 0 ? this.#due.length : first)
    if (gone.length === 0) return
    this.#transact('stopped tasks', (tx) => {
      for (const { where, task } of gone) {
        tx.delete(tasks, where.accountId, taskKey(where.region, task))
        if (task.service !== undefined)
          tx.delete(tasksOfServices, where.accountId, taskOfServiceKey(where.region, task.cluster, task.service.name, task.id))
      }
    })
  }

  #sweep(): void {
    const { clock, timers } = this.#ports
    const now = clock()
    this.#transact('client tokens and deleted task definitions', (tx) => {
      for (const accountId of tx.accounts(clientTokens))
        for (const { key, value } of tx.list(clientTokens, accountId))
          if (now - value.at > REMEMBERED_MILLISECONDS) tx.delete(clientTokens, accountId, key)
      for (const accountId of tx.accounts(taskDefinitions)) {
        const leaving = tx.list(taskDefinitions, accountId).filter(({ value }) => value.status === 'DELETE_IN_PROGRESS')
        if (leaving.length === 0) continue
        const used = usedDefinitions(tx, accountId)
        for (const { key } of leaving) if (!used.has(key)) tx.delete(taskDefinitions, accountId, key)
      }
    })
    timers.at(now + SWEEP_MILLISECONDS, () => this.#sweep())
  }

  #transact(what: string, work: Parameters<SchedulerPorts['state']['transact']>[0]): void {
    this.#ports.state.transact(work).catch((error: unknown) => this.#ports.report(`${what} cannot be forgotten`, error))
  }
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html */
const SHOWN_MILLISECONDS = 60 * 60 * 1000
const BATCH_MILLISECONDS = 1_000
const SWEEP_MILLISECONDS = 60 * 60 * 1000
