import { randomInt } from 'node:crypto'
import { copyFileSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { copyOf, sampleRecord, temporaryFolder } from '../../test/support/audit.ts'
import { signCheckpoint, splitCheckpoints } from './checkpoint.ts'
import type { DamageKind } from './damage.ts'
import { diskFiles } from './file-port.ts'
import { plainName, sealedName } from './folder.ts'
import { openKey } from './key.ts'
import { openAuditLog } from './log.ts'
import { CompactRange, leafHash } from './merkle.ts'
import { type VerifierKey, parseVerifierKey } from './note.ts'
import { PlainSegment } from './plain-segment.ts'
import { parseRecord, recordText } from './record-text.ts'
import { sealSegment } from './seal.ts'
import { SegmentIndex } from './segment-index.ts'
import { SealedSegment } from './segment-reader.ts'
import { recordsOf } from './segment.ts'
import { type VerifyReport, verifyAuditLog } from './verify.ts'

/** A log of 3 sealed segments of 200 records and an open one of 50, checkpoints at 200, 400, 600, 620 and 650. */
interface Made {
  readonly folder: string
  readonly key: VerifierKey
  /** Of 620 records. */
  readonly old: string
}

const segmentRecords = 200
const madeFolder = temporaryFolder(afterAll)

async function made(): Promise<Made> {
  const folder = madeFolder
  let time = Date.UTC(2026, 10, 22, 9)
  const log = await openAuditLog({ folder, segmentRecords, clock: () => (time += 1000) })
  for (const count of [200, 200, 200, 20]) {
    const from = log.size
    await Promise.all(Array.from({ length: count }, (_, index) => log.append(sampleRecord(from + index))))
    await log.checkpoint()
  }
  const old = await log.checkpoint()
  await Promise.all(Array.from({ length: 30 }, (_, index) => log.append(sampleRecord(620 + index))))
  await log.close()
  const key = parseVerifierKey(log.verifierKey)
  if (key === undefined) throw new Error('no key')
  return { folder, key, old }
}

let it: Made
beforeAll(async () => {
  it = await made()
})

async function verified(folder: string, { isAlone = false } = {}): Promise<VerifyReport> {
  return verifyAuditLog({ folder, keys: [it.key], ...(!isAlone && { oldCheckpoint: it.old }) })
}

/** The lines of an open segment, as they are. */
function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8').split('\n').slice(0, -1)
}

/** Seals other records in place of those of a segment; `tags` are those of the records that were there, or of the new ones. */
async function reseal(folder: string, first: number, change: (records: string[]) => string[], tags: 'old' | 'new'): Promise<void> {
  const file = join(folder, sealedName(first))
  const sealed = new SealedSegment(file, sealedName(first))
  const records = sealed.blocks.flatMap((_, block) => recordsOf(sealed.readBlock(block)).map(String))
  sealed.close()
  const plain = plainOf(folder, first, change([...records]))
  const leaves = tags === 'new' ? plain.leaves : records.map((record) => leafHash(Buffer.from(record)))
  await sealSegment(diskFiles(folder), sealedName(first), plain, leaves)
}

function plainOf(folder: string, first: number, records: readonly string[]): PlainSegment & { readBlock(block: number): Buffer } {
  const plain = new PlainSegment(join(folder, 'none'), plainName(first), first)
  for (const record of records) plain.add(parseRecord(record), Buffer.byteLength(record), leafHash(Buffer.from(record)))
  plain.readBlock = (number) => {
    const block = plain.blocks[number] ?? { ordinal: 0, count: 0 }
    return Buffer.from(
      records
        .slice(block.ordinal, block.ordinal + block.count)
        .map((record) => `${record}\n`)
        .join(''),
    )
  }
  return plain
}

const changeOne = (records: string[]): string[] => records.with(120, (records[120] ?? '').replace('"eventName":"', '"eventName":"X'))
const dropOne = (records: string[]): string[] => records.toSpliced(70, 1)
const doubleOne = (records: string[]): string[] => records.toSpliced(70, 0, records[60] ?? '')
const swapTwo = (records: string[]): string[] => records.with(30, records[33] ?? '').with(33, records[30] ?? '')

test('a log that nobody touched is intact, and the report says what stays unproven', async ({ expect }) => {
  const report = await verified(it.folder)
  expect(report).toMatchObject({ status: 'intact', records: 650, segments: 4, signedRecords: 650, damage: [], warnings: [], notProven: [] })
  const alone = await verified(it.folder, { isAlone: true })
  expect(alone).toMatchObject({ status: 'intact', damage: [] })
  expect(alone.notProven).toEqual([
    expect.stringMatching(/^without a checkpoint kept elsewhere it cannot be shown that nothing was cut off/),
  ])
})

describe('T-74 sealed segments', () => {
  const cases: { why: string; change: (records: string[]) => string[]; kind: DamageKind; line: number; rest?: number }[] = [
    { why: 'a record edited', change: changeOne, kind: 'changed', line: 121 },
    { why: 'a record deleted', change: dropOne, kind: 'missing', line: 71 },
    { why: 'the last record deleted', change: (records) => records.slice(0, -1), kind: 'missing', line: 200 },
    { why: 'a record duplicated', change: doubleOne, kind: 'duplicated', line: 71 },
    { why: 'a record inserted', change: (records) => records.toSpliced(5, 0, recordText(sampleRecord(9999))), kind: 'inserted', line: 6 },
    { why: 'two records swapped', change: swapTwo, kind: 'reordered', line: 31 },
  ]
  test.for(cases)('$why: the line is named', async ({ change, kind, line }, { expect }) => {
    const folder = copyOf(it.folder)
    await reseal(folder, 200, change, 'old')
    const { status, damage } = await verified(folder)
    expect(status).toBe('damaged')
    expect(damage).toContainEqual(expect.objectContaining({ kind, segment: '000000000200.sealed', line }))
  })

  test.for(cases)('$why, everything within the segment made to fit: the checkpoint tells', async ({ change, why }, { expect }) => {
    const folder = copyOf(it.folder)
    await reseal(folder, 200, change, 'new')
    const { status, damage } = await verified(folder, { isAlone: true })
    expect({ why, status }).toEqual({ why, status: 'damaged' })
    expect(damage.map(({ kind }) => kind).every((kind) => ['forked', 'segment'].includes(kind))).toBe(true)
    expect(damage[0]?.segment).toMatch(/^000000000[24]00\.sealed$/)
  })

  test('two segments swapped', async ({ expect }) => {
    const folder = copyOf(it.folder)
    const [a, b] = [join(folder, sealedName(0)), join(folder, sealedName(200))]
    const kept = readFileSync(a)
    copyFileSync(b, a)
    writeFileSync(b, kept)
    const { status, damage } = await verified(folder)
    expect(status).toBe('damaged')
    expect(damage.filter(({ kind }) => kind === 'segment').map(({ segment }) => segment)).toEqual([sealedName(0), sealedName(200)])
  })

  test.for([0, 200, 400])('segment %i removed', async (first, { expect }) => {
    const folder = copyOf(it.folder)
    rmSync(join(folder, sealedName(first)))
    const { status, damage } = await verified(folder)
    expect(status).toBe('damaged')
    expect(damage[0]).toMatchObject({ kind: 'segment', message: `the records ${first} to ${first + 199} before it are missing` })
  })

  test('an index that hides a record from searches', async ({ expect }) => {
    const folder = copyOf(it.folder)
    const file = join(folder, sealedName(200))
    const sealed = new SealedSegment(file, sealedName(200))
    const records = sealed.blocks.flatMap((_, block) => recordsOf(sealed.readBlock(block)).map(String))
    sealed.close()
    const plain = plainOf(folder, 200, records)
    const poor = new SegmentIndex()
    for (const text of records) {
      const record = parseRecord(text)
      const { actorChain = [] } = record.additionalEventData
      const isHidden = actorChain[0]?.subject === 's-alice'
      poor.add(isHidden ? { ...record, additionalEventData: {} } : record, Buffer.byteLength(text))
    }
    const { first, range } = plain
    const withPoorIndex = { first, range, index: poor, readBlock: (block: number) => plain.readBlock(block) }
    await sealSegment(diskFiles(folder), sealedName(200), withPoorIndex, plain.leaves)
    const { damage } = await verified(folder)
    expect(damage).toEqual([{ kind: 'index', segment: sealedName(200), message: expect.stringContaining('searches may miss some') }])
  })

  test('no byte of a sealed segment, of the open one or of the checkpoints can be flipped unseen', async ({ expect }) => {
    const folder = copyOf(it.folder)
    const names = [sealedName(0), sealedName(400), plainName(600), 'checkpoints']
    const missed: string[] = []
    for (const name of names) {
      const file = join(folder, name)
      const bytes = readFileSync(file)
      const places = new Set([
        0,
        1,
        7,
        8,
        bytes.length - 1,
        bytes.length - 9,
        bytes.length - 40,
        bytes.length - 64,
        ...Array.from({ length: 25 }, () => randomInt(bytes.length)),
      ])
      for (const place of places) {
        const changed = Buffer.from(bytes)
        changed[place] = (changed[place] ?? 0) ^ (1 << randomInt(8))
        writeFileSync(file, changed)
        const { status, damage, warnings } = await verified(folder)
        // A line feed flipped at the very end makes the last line one that is being written.
        if (status !== 'damaged' && warnings.length === 0) missed.push(`${name} byte ${place} of ${bytes.length}`)
        if (status === 'damaged' && name !== 'checkpoints' && !damage.some(({ segment }) => segment === name))
          missed.push(`${name} byte ${place} is not named`)
      }
      writeFileSync(file, bytes)
    }
    expect(missed).toEqual([])
  }, 60_000)

  test('a byte flipped in a line of the open segment names the line', async ({ expect }) => {
    const folder = copyOf(it.folder)
    const file = join(folder, plainName(600))
    writeFileSync(file, readFileSync(file, 'utf8').replace('"request-617"', '"request-618"'))
    const { damage } = await verified(folder)
    expect(damage[0]).toEqual({ kind: 'changed', segment: plainName(600), line: 18, message: 'this line was changed' })
  })
})

describe('T-74 the open segment', () => {
  const cases: { why: string; change: (lines: string[]) => string[]; kind: DamageKind; line: number }[] = [
    { why: 'a line deleted', change: (lines) => lines.toSpliced(10, 1), kind: 'missing', line: 11 },
    { why: 'the first line deleted', change: (lines) => lines.slice(1), kind: 'missing', line: 1 },
    { why: 'a line duplicated', change: (lines) => lines.toSpliced(10, 0, lines[4] ?? ''), kind: 'duplicated', line: 11 },
    { why: 'two lines swapped', change: (lines) => lines.with(10, lines[20] ?? '').with(20, lines[10] ?? ''), kind: 'missing', line: 11 },
    { why: 'a line that is no record', change: (lines) => lines.with(7, '["00000000",{"a":1}]'), kind: 'changed', line: 8 },
    { why: 'the tail cut off, behind the old checkpoint', change: (lines) => lines.slice(0, 30), kind: 'truncated', line: 30 },
    { why: 'the tail cut off, before the old checkpoint', change: (lines) => lines.slice(0, 10), kind: 'truncated', line: 10 },
  ]
  test.for(cases)('$why', async ({ change, kind, line }, { expect }) => {
    const folder = copyOf(it.folder)
    const file = join(folder, plainName(600))
    writeFileSync(
      file,
      change(linesOf(file))
        .map((each) => `${each}\n`)
        .join(''),
    )
    const { status, damage } = await verified(folder)
    expect(status).toBe('damaged')
    expect(damage).toContainEqual(expect.objectContaining({ kind, segment: plainName(600), line }))
  })

  test('the file removed', async ({ expect }) => {
    const folder = copyOf(it.folder)
    rmSync(join(folder, plainName(600)))
    const { damage } = await verified(folder)
    expect(damage).toEqual([
      expect.objectContaining({
        kind: 'truncated',
        message: expect.stringContaining('has 620 records, the log 600: the last 20 are missing'),
      }),
    ])
  })
})

describe('T-74 truncation, forks and rewriting, everything in the folder made to fit', () => {
  /** A log with the same key that parts from the true one behind `same` records. */
  async function forked(same: number, total: number): Promise<string> {
    const folder = temporaryFolder()
    for (const kind of ['pem', 'pub']) copyFileSync(join(it.folder, `checkpoint-key.${kind}`), join(folder, `checkpoint-key.${kind}`))
    const truth: string[] = []
    for (const name of readdirSync(it.folder).toSorted()) {
      if (name.endsWith('.sealed')) {
        const sealed = new SealedSegment(join(it.folder, name), name)
        truth.push(...sealed.blocks.flatMap((_, block) => recordsOf(sealed.readBlock(block)).map(String)))
        sealed.close()
      }
      if (name.endsWith('.jsonl')) truth.push(...linesOf(join(it.folder, name)).map((line) => line.slice(12, -1)))
    }
    const log = await openAuditLog({ folder, segmentRecords })
    for (let index = 0; index < total; index += 1) {
      const record = index < same ? parseRecord(truth[index] ?? '') : sampleRecord(index)
      void log.append(record)
    }
    await log.close()
    return folder
  }

  const cases = [
    { why: 'the tail cut off with its checkpoints', same: 610, total: 610, kind: 'truncated' },
    { why: 'a fork behind the first record', same: 1, total: 650, kind: 'forked' },
    { why: 'a fork shortly before the old checkpoint', same: 619, total: 700, kind: 'forked' },
  ]
  test.for(cases)('$why: the old checkpoint tells', async ({ same, total, kind }, { expect }) => {
    const folder = await forked(same, total)
    expect(await verified(folder)).toMatchObject({ status: 'damaged', damage: [{ kind }] })
    const alone = await verified(folder, { isAlone: true })
    expect(alone.status).toBe('intact')
    expect(alone.notProven.join()).toContain('without a checkpoint kept elsewhere')
  })

  test('a log that goes on behind the old checkpoint is no fork of it', async ({ expect }) => {
    const folder = await forked(620, 700)
    expect(await verified(folder)).toMatchObject({ status: 'intact', damage: [] })
  })

  test('two histories signed: a stored checkpoint that the records disagree with', async ({ expect }) => {
    const folder = copyOf(it.folder)
    const key = openKey(folder)
    const range = new CompactRange(0)
    for (let index = 0; index < 640; index += 1) range.appendLeaf(leafHash(Buffer.from(String(index))))
    const note = signCheckpoint({ origin: key.name, size: 640, root: range.root(), time: Date.now() }, key)
    const file = join(folder, 'checkpoints')
    const { notes } = splitCheckpoints(readFileSync(file, 'utf8'))
    writeFileSync(file, [...notes.slice(0, -1).map(({ note: each }) => each), note, notes.at(-1)?.note].join(''))
    const { damage } = await verified(folder)
    expect(damage).toEqual([expect.objectContaining({ kind: 'forked', segment: plainName(600), line: 21 })])
  })

  test('rewritten with another key: not OK with the pinned one, and damaged against the old checkpoint', async ({ expect }) => {
    const folder = temporaryFolder()
    const log = await openAuditLog({ folder, segmentRecords })
    for (let index = 0; index < 650; index += 1) void log.append(sampleRecord(index))
    await log.close()
    expect((await verified(folder, { isAlone: true })).status).toBe('unverifiable')
    expect(await verified(folder)).toMatchObject({ status: 'damaged', damage: [{ kind: 'forked' }] })
  })

  test('the checkpoints removed', async ({ expect }) => {
    const folder = copyOf(it.folder)
    rmSync(join(folder, 'checkpoints'))
    expect((await verified(folder, { isAlone: true })).status).toBe('unverifiable')
    const { status, signedRecords, notProven } = await verified(folder)
    expect({ status, signedRecords }).toEqual({ status: 'intact', signedRecords: 620 })
    expect(notProven).toContainEqual('30 records at the end are newer than every checkpoint that could be checked')
  })

  test('the clock rolled back is pointed out', async ({ expect }) => {
    const folder = copyOf(it.folder)
    const log = await openAuditLog({ folder, segmentRecords, clock: () => Date.UTC(2020, 0, 1) })
    await log.append(sampleRecord(650))
    await log.close()
    const { status, warnings } = await verified(folder)
    expect(status).toBe('intact')
    expect(warnings).toEqual([expect.stringContaining('the clock went back')])
  })
})

describe('T-76 keys that are not pinned prove nothing', () => {
  test('no key, another key, a key of the same name', async ({ expect }) => {
    const other = openKey(temporaryFolder())
    const stranger = parseVerifierKey(other.verifierKey)
    for (const keys of [[], stranger === undefined ? [] : [stranger]]) {
      const report = await verifyAuditLog({ folder: it.folder, keys })
      expect(report).toMatchObject({ status: 'unverifiable', signedRecords: 0 })
      expect(report.notProven.join()).toContain('no such key is pinned')
    }
    expect(await verifyAuditLog({ folder: it.folder, keys: [], oldCheckpoint: it.old })).toMatchObject({ status: 'unverifiable' })
  })

  test('damage is damage without any key', async ({ expect }) => {
    const folder = copyOf(it.folder)
    await reseal(folder, 200, changeOne, 'old')
    expect((await verifyAuditLog({ folder, keys: [] })).status).toBe('damaged')
  })

  test('an empty folder is not intact', async ({ expect }) => {
    expect(await verified(temporaryFolder(), { isAlone: true })).toMatchObject({ status: 'unverifiable', records: 0 })
    expect(await verified(temporaryFolder())).toMatchObject({ status: 'damaged', damage: [{ kind: 'truncated' }] })
  })
})

test('T-80 a file that a crash left half written is told from damage', async ({ expect }) => {
  const folder = copyOf(it.folder)
  const file = join(folder, plainName(600))
  writeFileSync(file, `${readFileSync(file, 'utf8')}["1234abcd",{"eventVer`)
  const checkpoints = join(folder, 'checkpoints')
  writeFileSync(checkpoints, `${readFileSync(checkpoints, 'utf8')}tidegate-audit/x\n65`)
  const { status, warnings } = await verified(folder)
  expect(status).toBe('intact')
  expect(warnings).toHaveLength(2)
})
