/** The thread that writes the catalogue: groups come in, each is one commit, what became of it goes back. */
import { parentPort, workerData } from 'node:worker_threads'
import { Catalogue } from './catalogue.ts'
import type { GroupMessage, GroupReply } from './catalogue-client.ts'
import { openToWrite } from './schema.ts'

if (parentPort === null) throw new Error('this file is run as a thread')
const port = parentPort
const catalogue = new Catalogue(openToWrite((workerData as { readonly path: string }).path))

port.on('message', (message: GroupMessage) => {
  if (message === 'close') {
    catalogue.close()
    port.close()
    return
  }
  port.postMessage(replyTo(message))
})

function replyTo(message: Exclude<GroupMessage, 'close'>): GroupReply {
  try {
    return { kind: 'done', outcome: catalogue.run(message) }
  } catch (error) {
    const code = error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined
    return { kind: 'failed', sqliteCode: code, message: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
