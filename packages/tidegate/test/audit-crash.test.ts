import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { test } from 'vitest'
import { openAuditLog } from '../src/audit/log.ts'
import { parseVerifierKey } from '../src/audit/note.ts'
import { verifyAuditLog } from '../src/audit/verify.ts'
import { temporaryFolder } from './support/audit.ts'

const appender = fileURLToPath(new URL('./support/audit-appender.ts', import.meta.url))
const rounds = 60
const maxMs = 20_000

/** Appends in a process of its own until that is killed; what it printed is what it acknowledged. */
async function killed(folder: string, segmentRecords: number, turn: number, afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--conditions=@tidegate/source', appender, folder, String(segmentRecords), String(turn)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  const opened = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('latin1')
      if (out.startsWith('open ')) resolve()
    })
  })
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_, signal) => resolve(signal)))
  await Promise.race([opened, ended])
  await setTimeout(afterMs)
  child.kill('SIGKILL')
  if ((await ended) !== 'SIGKILL') throw new Error(`the appender ended by itself: ${err}`)
  return out.split('\n').slice(1, -1)
}

test('T-77 T-80 kill -9 at any moment: nothing that was acknowledged is lost, and the log proves itself', async ({ expect }) => {
  const folder = temporaryFolder()
  const acknowledged: string[] = []
  const started = performance.now()
  let done = 0
  for (; done < rounds && performance.now() - started < maxMs; done += 1) {
    acknowledged.push(...(await killed(folder, [7, 60, 1000][done % 3] ?? 7, [1, 16, 200][randomInt(3)] ?? 1, randomInt(60))))
  }
  const log = await openAuditLog({ folder })
  const ids: string[] = []
  for await (const { record, index } of log.search({}, 'oldest')) {
    expect(index).toBe(ids.length)
    ids.push(record.eventID)
  }
  const lost = acknowledged.filter((line) => ids[Number(line.split(' ')[0])] !== line.split(' ')[1])
  expect(lost).toEqual([])
  expect(new Set(ids).size).toBe(ids.length)
  expect(done).toBeGreaterThan(10)
  expect(acknowledged.length).toBeGreaterThan(100)
  await log.close()
  const key = parseVerifierKey(readFileSync(join(folder, 'checkpoint-key.pub'), 'utf8'))
  const report = await verifyAuditLog({ folder, keys: key === undefined ? [] : [key] })
  expect(report).toMatchObject({ status: 'intact', damage: [], records: ids.length, signedRecords: ids.length })
  expect(report.checkpoints).toBeGreaterThan(done / 4)
}, 60_000)
