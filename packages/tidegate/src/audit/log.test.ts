import { randomInt } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { copyOf, sampleRecord, t0, temporaryFolder } from '../../test/support/audit.ts'
import { type FilePort, diskFiles } from './file-port.ts'
import { openSegments, segmentFiles } from './folder.ts'
import { lineHead, lineTail } from './line.ts'
import { type AuditLog, type AuditLogOptions, openAuditLog } from './log.ts'
import { AuditLogDamaged } from './open-folder.ts'
import { search } from './query.ts'
import { recordText } from './record-text.ts'
import type { AuditRecord } from './record.ts'
import { AuditUnavailable } from './segment-writer.ts'

async function textsOf(log: AuditLog): Promise<string[]> {
  const texts: string[] = []
  for await (const { text, index } of log.search({}, 'oldest')) {
    if (index !== texts.length) throw new Error(`record ${texts.length} has index ${index}`)
    texts.push(text)
  }
  return texts
}

async function closed(options: AuditLogOptions, records: readonly AuditRecord[]): Promise<void> {
  const log = await openAuditLog(options)
  await Promise.all(records.map((record) => log.append(record)))
  await log.close()
}

const samples = (count: number, from = 0): AuditRecord[] => Array.from({ length: count }, (_, index) => sampleRecord(from + index))

test('what is appended is read back, in order, after any number of seals and restarts', async ({ expect }) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 30 }),
      async (rounds, segmentRecords) => {
        const folder = temporaryFolder()
        const want: string[] = []
        for (const round of rounds) {
          const log = await openAuditLog({ folder, segmentRecords })
          expect(log.size).toBe(want.length)
          const records = samples(round, want.length)
          const appended = await Promise.all(records.map((record) => log.append(record)))
          expect(appended).toEqual(records.map(({ eventID }, index) => ({ eventId: eventID, index: want.length + index })))
          want.push(...records.map(recordText))
          expect(await textsOf(log)).toEqual(want)
          await log.close()
        }
        const log = await openAuditLog({ folder, segmentRecords })
        expect(await textsOf(log)).toEqual(want)
        await log.close()
        const unsealed = segmentFiles(folder).filter(({ isSealed }) => !isSealed)
        expect(unsealed.length).toBeLessThanOrEqual(1)
      },
    ),
    { numRuns: 25 },
  )
})

test('T-80 a crash at any byte of an unfinished write loses nothing that was acknowledged', async ({ expect }) => {
  const folder = temporaryFolder()
  const log = await openAuditLog({ folder, segmentRecords: 10 })
  const records = samples(13)
  await Promise.all(records.slice(0, 10).map((record) => log.append(record)))
  await Promise.all(records.slice(10).map((record) => log.append(record)))
  const want = await textsOf(log)
  expect(want).toEqual(records.map(recordText))
  await log.checkpoint()
  const crashed = copyOf(folder)
  await log.close()
  const file = segmentFiles(crashed).at(-1)?.name ?? ''
  const next = `["0badf00d",${recordText(sampleRecord(99))}]\n`
  const tails = [
    ...Array.from({ length: 40 }, () => next.slice(0, randomInt(next.length))),
    '',
    '\0'.repeat(300),
    `${'\0'.repeat(50)}\n`,
    next.slice(0, -1),
  ]
  for (const tail of tails) {
    const copy = copyOf(crashed)
    appendFileSync(join(copy, file), tail)
    const again = await openAuditLog({ folder: copy, segmentRecords: 10 })
    expect(await textsOf(again)).toEqual(want)
    await again.append(sampleRecord(100))
    expect(await textsOf(again)).toHaveLength(14)
    await again.close()
    const third = await openAuditLog({ folder: copy, segmentRecords: 10 })
    expect(third.size).toBe(14)
    await third.close()
  }
})

test('T-80 a crash in the middle of sealing leaves the records once', async ({ expect }) => {
  const folder = temporaryFolder()
  const log = await openAuditLog({ folder, segmentRecords: 10 })
  const records = samples(25)
  await Promise.all(records.slice(0, 5).map((record) => log.append(record)))
  const lines = readFileSync(join(folder, '000000000000.jsonl'))
  for (const record of records.slice(5)) await log.append(record)
  await log.close()
  const want = records.map(recordText)
  // The lines are still there, as if the crash came before their removal.
  const both = copyOf(folder)
  writeFileSync(join(both, '000000000000.jsonl'), lines)
  // The sealed form has not got its name yet.
  const half = copyOf(folder)
  writeFileSync(join(half, '000000000010.sealed.tmp'), 'TIDEAUD1 and then nothing')
  for (const copy of [both, half]) {
    const again = await openAuditLog({ folder: copy, segmentRecords: 10 })
    expect(await textsOf(again)).toEqual(want)
    await again.close()
    expect(readdirSync(copy).filter((name) => name.endsWith('.tmp') || name === '000000000000.jsonl')).toEqual([])
  }
})

describe('T-80 a log that is not what it signed does not go on', () => {
  async function damagedCopy(change: (folder: string, open: string) => void): Promise<string> {
    const folder = temporaryFolder()
    await closed({ folder, segmentRecords: 10 }, samples(10))
    await closed({ folder, segmentRecords: 10 }, samples(6, 10))
    const copy = copyOf(folder)
    change(copy, join(copy, segmentFiles(copy).at(-1)?.name ?? ''))
    return copy
  }
  const cut = (file: string, by: number): void => truncateSync(file, statSync(file).size - by)
  const cases: { why: string; change: (folder: string, open: string) => void; message: RegExp }[] = [
    {
      why: 'records are missing at the end',
      change: (_, open) => cut(open, recordText(sampleRecord(15)).length + lineHead + lineTail),
      message: /last checkpoint has 16 records, the segments only 15/,
    },
    { why: 'an older backup was put back', change: (_, open) => truncateSync(open, 0), message: /the segments only 10/ },
    {
      why: 'a line was changed',
      change: (_, open) => writeFileSync(open, readFileSync(open, 'utf8').replace('request-12', 'request-13')),
      message: /line 3 was changed/,
    },
    {
      why: 'a segment is missing',
      change: (folder) => renameSync(join(folder, '000000000000.sealed'), join(folder, 'away')),
      message: /the records 0 to 10 before it are missing/,
    },
    {
      why: 'a checkpoint was changed',
      change: (folder) =>
        writeFileSync(join(folder, 'checkpoints'), readFileSync(join(folder, 'checkpoints'), 'utf8').replace(/\n16\n/, '\n15\n')),
      message: /checkpoint in line \d+ is not one that this log signed/,
    },
    {
      why: 'another key',
      change: (folder) => ['pem', 'pub'].forEach((kind) => renameSync(join(folder, `checkpoint-key.${kind}`), join(folder, `old.${kind}`))),
      message: /of another key/,
    },
  ]
  test.for(cases)('$why', async ({ change, message }, { expect }) => {
    const folder = await damagedCopy(change)
    const opening = openAuditLog({ folder, segmentRecords: 10 })
    await expect(opening).rejects.toBeInstanceOf(AuditLogDamaged)
    await expect(opening).rejects.toThrow(message)
  })
})

describe('T-77 a record that cannot be made durable is refused', () => {
  /** A disk that fails as told, after it wrote a part. */
  function failingFiles(folder: string): {
    files: FilePort
    fail: { write?: boolean; sync?: boolean; open?: boolean; truncate?: boolean }
  } {
    const disk = diskFiles(folder)
    const fail: { write?: boolean; sync?: boolean; open?: boolean; truncate?: boolean } = {}
    const full = (): never => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    }
    const files: FilePort = {
      ...disk,
      open(name) {
        if (fail.open) full()
        const file = disk.open(name)
        return {
          ...file,
          write(bytes, position) {
            if (!fail.write) return file.write(bytes, position)
            file.write(bytes.subarray(0, bytes.length / 2), position)
            full()
          },
          sync: async () => (fail.sync ? full() : file.sync()),
          truncate: (length) => (fail.truncate ? full() : file.truncate(length)),
        }
      },
    }
    return { files, fail }
  }

  const failures = [{ write: true }, { sync: true }, { write: true, truncate: true }, { sync: true, truncate: true }]
  test.for(failures)('while it fails, and not afterwards: %o', async (failure, { expect }) => {
    const folder = temporaryFolder()
    const { files, fail } = failingFiles(folder)
    const log = await openAuditLog({ folder, files, segmentRecords: 5 })
    const want: string[] = []
    for (let round = 0; round < 3; round += 1) {
      const good = samples(4, round * 10)
      await Promise.all(good.map((record) => log.append(record)))
      want.push(...good.map(recordText))
      Object.assign(fail, failure)
      for (const record of samples(3, round * 10 + 4))
        await expect(log.append(record)).rejects.toThrow(
          new AuditUnavailable('the audit log cannot be written: ENOSPC: no space left on device, write'),
        )
      expect(log.size).toBe(want.length)
      for (const name of Object.keys(fail)) Reflect.deleteProperty(fail, name)
    }
    const last = sampleRecord(77)
    expect(await log.append(last)).toMatchObject({ index: 12 })
    await log.close()
    const again = await openAuditLog({ folder })
    expect(await textsOf(again)).toEqual([...want, recordText(last)])
    await again.close()
  })

  test('a full disk at the start of a segment, and while sealing', async ({ expect }) => {
    const folder = temporaryFolder()
    const { files, fail } = failingFiles(folder)
    const problems: unknown[] = []
    const log = await openAuditLog({ folder, files, segmentRecords: 5, onProblem: (error) => problems.push(error) })
    fail.open = true
    await expect(log.append(sampleRecord(0))).rejects.toThrow('ENOSPC')
    fail.open = false
    await Promise.all(samples(4).map((record) => log.append(record)))
    const fifth = log.append(sampleRecord(4))
    await fifth
    fail.open = true
    await expect(log.checkpoint().then(() => log.append(sampleRecord(5)))).rejects.toThrow('ENOSPC')
    fail.open = false
    await Promise.all(samples(7, 5).map((record) => log.append(record)))
    await log.close()
    const again = await openAuditLog({ folder, segmentRecords: 5 })
    expect(await textsOf(again)).toHaveLength(12)
    await again.close()
  })

  test('a folder that cannot be written', async ({ expect }) => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    await expect(openAuditLog({ folder: file })).rejects.toThrow()
  })

  test('after close', async ({ expect }) => {
    const log = await openAuditLog({ folder: temporaryFolder() })
    await log.close()
    await expect(log.append(sampleRecord(0))).rejects.toThrow('closed')
  })

  test('a record without a time is refused alone', async ({ expect }) => {
    const log = await openAuditLog({ folder: temporaryFolder() })
    const bad = { ...sampleRecord(0), eventTime: 'yesterday' }
    const [first, second, third] = await Promise.allSettled([log.append(sampleRecord(1)), log.append(bad), log.append(sampleRecord(2))])
    expect([first?.status, second?.status, third?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(log.size).toBe(2)
    await log.close()
  })
})

test('one fdatasync covers the records of a turn', async ({ expect }) => {
  const folder = temporaryFolder()
  const disk = diskFiles(folder)
  let syncs = 0
  const files: FilePort = {
    ...disk,
    open(name) {
      const file = disk.open(name)
      return { ...file, sync: () => (name.endsWith('.jsonl') && (syncs += 1), file.sync()) }
    },
  }
  const log = await openAuditLog({ folder, files })
  await Promise.all(samples(500).map((record) => log.append(record)))
  expect(syncs).toBe(1)
  for (let turn = 0; turn < 5; turn += 1) await Promise.all(samples(20).map((record) => log.append(record)))
  expect(syncs).toBe(6)
  await log.close()
})

test('a log is open in one place at a time', async ({ expect }) => {
  const folder = temporaryFolder()
  const log = await openAuditLog({ folder })
  await expect(openAuditLog({ folder })).rejects.toThrow('open in another process')
  await log.close()
  await (await openAuditLog({ folder })).close()
})

test('the key is readable by its owner only, and a key that others can read is refused', async ({ expect }) => {
  const folder = temporaryFolder()
  const log = await openAuditLog({ folder })
  const file = join(folder, 'checkpoint-key.pem')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(folder, 'checkpoint-key.pub'), 'utf8')).toBe(`${log.verifierKey}\n`)
  await log.close()
  chmodSync(file, 0o640)
  await expect(openAuditLog({ folder })).rejects.toThrow('can be read by others')
})

test('a search that is under way goes on while segments are sealed', async ({ expect }) => {
  const folder = temporaryFolder()
  const log = await openAuditLog({ folder, segmentRecords: 400 })
  await Promise.all(samples(399).map((record) => log.append(record)))
  const found: string[] = []
  for await (const { text } of log.search({}, 'oldest')) {
    if (found.length === 10) {
      await Promise.all(samples(5, 399).map((record) => log.append(record)))
      await log.checkpoint()
      expect(existsSync(join(folder, '000000000000.jsonl'))).toBe(false)
    }
    found.push(text)
  }
  expect(found.length).toBeGreaterThanOrEqual(400)
  await log.close()
})

test('another process reads while this one writes', async ({ expect }) => {
  const folder = temporaryFolder()
  const log = await openAuditLog({ folder, segmentRecords: 100 })
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(samples(37, round * 37).map((record) => log.append(record)))
    const segments = openSegments(folder)
    const found = []
    for await (const { record } of search(segments, { from: t0 }, 'oldest')) found.push(record.requestID)
    expect(found).toEqual(Array.from({ length: (round + 1) * 37 }, (_, index) => `request-${index}`))
    for (const segment of segments) segment.close()
  }
  await log.close()
})
