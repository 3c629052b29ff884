/** A thread that hashes: bytes are in shared memory, so nothing is copied; each message is answered in order. */
import { parentPort } from 'node:worker_threads'
import { Hasher } from './hasher.ts'
import type { HashMessage, HashReply } from './hash-pool.ts'

if (parentPort === null) throw new Error('this file is run as a thread')
const port = parentPort
const hashers = new Map<number, Hasher>()

port.on('message', (message: HashMessage) => port.postMessage(answer(message)))

function answer({ task, ...step }: HashMessage): HashReply {
  switch (step.kind) {
    case 'start':
      hashers.set(task, new Hasher(step.algorithms))
      return { task, digests: undefined }
    case 'update':
      hashers.get(task)?.update(step.bytes)
      return { task, digests: undefined }
    case 'end': {
      const digests = hashers.get(task)?.digest()
      hashers.delete(task)
      return { task, digests }
    }
  }
}
