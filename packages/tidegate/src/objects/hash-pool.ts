/** Hashing of large bodies off the thread that serves requests: MD5 alone takes that thread 2 ms for each MiB. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { ChecksumAlgorithm, Digests } from '../services/s3/object-store.ts'

export type HashMessage = { readonly task: number } & (
  | { readonly kind: 'start'; readonly algorithms: readonly ChecksumAlgorithm[] }
  | { readonly kind: 'update'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
)

export interface HashReply {
  readonly task: number
  readonly digests: Digests | undefined
}

/** Fed in order, one step at a time; `end` also where the digests are not wanted any more. */
export interface RemoteHasher {
  /** `bytes` are on shared memory and must stay until it resolves. */
  update(bytes: Uint8Array): Promise<void>
  end(): Promise<Digests>
}

export class HashPool {
  readonly #threads: HashThread[] = []
  #lastTask = 0

  start(algorithms: readonly ChecksumAlgorithm[]): RemoteHasher {
    const thread = this.#leastBusy()
    const task = ++this.#lastTask
    thread.tasks++
    const started = thread.step({ task, kind: 'start', algorithms })
    started.catch(() => {}) // told by the next step
    return {
      update: async (bytes) => void (await thread.step({ task, kind: 'update', bytes })),
      async end() {
        thread.tasks--
        const { digests } = await thread.step({ task, kind: 'end' })
        if (digests === undefined) throw new Error('a hashing thread has forgotten its task')
        return digests
      },
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map((thread) => thread.close()))
  }

  #leastBusy(): HashThread {
    const idle = this.#threads.find(({ tasks }) => tasks === 0)
    if (idle !== undefined) return idle
    if (this.#threads.length < mostThreads) {
      const thread = new HashThread((gone) => {
        const at = this.#threads.indexOf(gone)
        if (at >= 0) this.#threads.splice(at, 1)
      })
      this.#threads.push(thread)
      return thread
    }
    return this.#threads.reduce((least, thread) => (thread.tasks < least.tasks ? thread : least))
  }
}

class HashThread {
  tasks = 0
  readonly #worker: Worker
  /** Answers come in the order of the questions. */
  #waiting: { readonly resolve: (reply: HashReply) => void; readonly reject: (error: unknown) => void }[] = []
  #failure: Error | undefined

  constructor(onGone: (thread: HashThread) => void) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    this.#worker = new Worker(new URL(`./hash-thread.${extension}`, import.meta.url))
    this.#worker.unref()
    this.#worker.on('message', (reply: HashReply) => {
      this.#waiting.shift()?.resolve(reply)
      if (this.#waiting.length === 0) this.#worker.unref()
    })
    this.#worker.on('error', (cause) => {
      onGone(this)
      this.#failure = new Error('a hashing thread ended', { cause })
      for (const { reject } of this.#waiting.splice(0)) reject(this.#failure)
    })
  }

  step(message: HashMessage): Promise<HashReply> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure)
      if (this.#waiting.length === 0) this.#worker.ref()
      this.#waiting.push({ resolve, reject })
      this.#worker.postMessage(message)
    })
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}

/** One core stays for the requests, if there are several. */
const mostThreads = Math.max(1, Math.min(4, availableParallelism() - 1))
