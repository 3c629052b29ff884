/**
 * Orders for the catalogue, from the thread that serves requests. One group is under way at a time; what is ordered meanwhile is the next,
 * so the slower the disk, the larger the groups.
 */
import { Worker } from 'node:worker_threads'
import { StoreRefusal } from '../services/s3/store-refusal.ts'
import type { GroupOutcome, Order } from './commands.ts'
import type { DiskState } from './disk-state.ts'

export type GroupMessage = readonly Order[] | 'close'

export type GroupReply =
  | { readonly kind: 'done'; readonly outcome: GroupOutcome }
  | { readonly kind: 'failed'; readonly sqliteCode: number | undefined; readonly message: string }

/** Commits a group. A port: a thread serves, a test has it at hand. */
export interface GroupWriter {
  run(orders: readonly Order[]): Promise<GroupReply>
  close(): Promise<void>
}

export class CatalogueClient {
  readonly #writer: GroupWriter
  readonly #disk: DiskState
  readonly #onTrash: (trash: GroupOutcome['trash']) => void
  #queue: Pending[] = []
  readonly #later: Pending[] = []
  #running: Promise<void> | undefined
  #isClosed = false

  constructor(writer: GroupWriter, disk: DiskState, onTrash: (trash: GroupOutcome['trash']) => void) {
    this.#writer = writer
    this.#disk = disk
    this.#onTrash = onTrash
  }

  /** Resolves, to what the command answers, when it is durable. */
  order(order: Order): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new StoreRefusal('read-only'))
      if (this.#disk.isBroken) return reject(this.#disk.refusal())
      this.#queue.push({ order, resolve, reject })
      this.#wake()
    })
  }

  /** Like `order` without hurry: it comes along with the next order, or when many have come together. After a crash it may not have happened. */
  orderLater(order: Order): void {
    if (this.#isClosed || this.#disk.isBroken) return
    this.#later.push({ order, resolve: () => {}, reject: () => {} })
    if (this.#later.length >= mostLater) this.#wake()
  }

  /** Finishes what was ordered. */
  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#later.length > 0) this.#wake()
    await this.#running
    await this.#writer.close()
  }

  #wake(): void {
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined
      if (this.#queue.length > 0) this.#wake()
    })
  }

  async #work(): Promise<void> {
    await Promise.resolve() // what is ordered in the same turn comes along
    while (this.#queue.length > 0 || this.#later.length >= mostLater || (this.#isClosed && this.#later.length > 0)) {
      const group = [...this.#later.splice(0), ...this.#queue.splice(0, mostOrders)]
      try {
        settle(group, await this.#run(group))
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
  }

  async #run(group: readonly Pending[]): Promise<GroupOutcome> {
    const reply = await this.#writer.run(group.map(({ order }) => order))
    if (reply.kind === 'failed') throw this.#disk.refusalOf(reply)
    if (reply.outcome.trash.length > 0) this.#onTrash(reply.outcome.trash)
    return reply.outcome
  }
}

/** The writer in a thread of its own, which keeps the process alive only while it has something to do. */
export function startCatalogueThread(path: string): GroupWriter {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./catalogue-thread.${extension}`, import.meta.url), { workerData: { path } })
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  let settleReply: ((reply: GroupReply) => void) | undefined
  let ended: GroupReply | undefined
  const reply = (value: GroupReply): void => {
    worker.unref()
    settleReply?.(value)
    settleReply = undefined
  }
  worker.on('message', reply)
  worker.on('error', ({ message }) => {
    ended = { kind: 'failed', sqliteCode: undefined, message: `the thread of the catalogue ended: ${message}` }
    reply(ended)
  })
  worker.unref()
  return {
    run: (orders) =>
      new Promise((resolve) => {
        if (ended !== undefined) return resolve(ended)
        settleReply = resolve
        worker.ref()
        worker.postMessage(orders satisfies GroupMessage)
      }),
    async close() {
      worker.ref()
      worker.postMessage('close' satisfies GroupMessage)
      await exited
    },
  }
}

interface Pending {
  readonly order: Order
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

function settle(group: readonly Pending[], { outcomes }: GroupOutcome): void {
  for (const [i, { resolve, reject }] of group.entries()) {
    const outcome = outcomes[i]
    if (outcome === undefined) reject(new Error('the catalogue has not answered an order'))
    else if (outcome.kind === 'done') resolve(outcome.value)
    else reject(new StoreRefusal(outcome.reason, outcome.partNumber === undefined ? {} : { partNumber: outcome.partNumber }))
  }
}

/** Bounds what a crash can roll back and how long one commit holds the others up. */
const mostOrders = 512
const mostLater = 256
