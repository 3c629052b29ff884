/**
 * How the commands of this machine reach a running instance: a socket in its data folder, for the folder's owner alone. One line of JSON
 * asks, one line answers.
 */
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import type { RevokedSessions } from './sessions/revocation.ts'

export type ControlRequest =
  | { readonly ask: 'status' }
  | { readonly ask: 'accounts' }
  | { readonly ask: 'create-account'; readonly name: string; readonly id?: string | undefined }
  | { readonly ask: 'revoke'; readonly sessions: RevokedSessions }
  | {
      readonly ask: 'revoke-user'
      readonly person: string
      readonly issuer?: string | undefined
      /** As configured where absent. */
      readonly workloads?: 'keep' | 'cut' | undefined
      readonly isDryRun: boolean
    }
  | { readonly ask: 'drift' }

/** What `status` answers. */
export interface InstanceStatus {
  readonly url: string
  readonly pid: number
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly accounts: readonly { readonly id: string; readonly name: string }[]
}

type ControlAnswer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string }

/** Nobody listens there: the instance does not run. */
export class NotRunning extends Error {
  override readonly name = 'NotRunning'
}

/** @param answer what it throws is told to the asker */
export async function listenForControl(path: string, answer: (request: ControlRequest) => Promise<unknown>): Promise<Server> {
  if (existsSync(path)) rmSync(path) // the data folder is locked by us: whoever made it is gone
  const server = createServer((socket) => {
    let text = ''
    socket.setEncoding('utf8')
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: string) => {
      text += chunk
      if (text.length > LONGEST_LINE) socket.destroy()
      const end = text.indexOf('\n')
      if (end < 0) return
      const line = text.slice(0, end)
      text = ''
      void answerLine(line, answer).then((reply) => socket.end(`${JSON.stringify(reply)}\n`))
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  chmodSync(path, 0o600)
  server.unref()
  return server
}

async function answerLine(line: string, answer: (request: ControlRequest) => Promise<unknown>): Promise<ControlAnswer> {
  try {
    return { ok: true, value: await answer(JSON.parse(line) as ControlRequest) }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}

/** @throws NotRunning; Error with the instance's own words when it refuses */
export async function askInstance<T>(path: string, request: ControlRequest): Promise<T> {
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(path)
    let received = ''
    socket.setEncoding('utf8').setTimeout(ANSWER_MILLISECONDS, () => socket.destroy(new Error('the instance does not answer')))
    socket.once('connect', () => socket.write(`${JSON.stringify(request)}\n`))
    socket.on('data', (chunk: string) => (received += chunk))
    socket.once('end', () => resolve(received))
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const isGone = error.code === 'ENOENT' || error.code === 'ECONNREFUSED'
      reject(isGone ? new NotRunning('no instance runs on this data folder') : error)
    })
  })
  const answer = JSON.parse(text) as ControlAnswer
  if (!answer.ok) throw new Error(answer.message)
  return answer.value as T
}

const LONGEST_LINE = 65_536
const ANSWER_MILLISECONDS = 10_000
