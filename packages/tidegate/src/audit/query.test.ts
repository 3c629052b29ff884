import fc from 'fast-check'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { sampleRecord, t0, temporaryFolder } from '../../test/support/audit.ts'
import { type AuditFilter, denialCodes, matches } from './filter.ts'
import { openSegments } from './folder.ts'
import { hourMs } from './hour-counts.ts'
import { type AuditLog, openAuditLog } from './log.ts'
import { InvalidToken } from './page.ts'
import { encodePostings, lookupPostings, termHash } from './postings.ts'
import { search } from './query.ts'
import { parseRecord, recordText } from './record-text.ts'
import type { AuditRecord } from './record.ts'
import { TermIndex } from './term-index.ts'

const folder = temporaryFolder(afterAll)
let log: AuditLog
let records: AuditRecord[]

const count = 1234

beforeAll(async () => {
  log = await openAuditLog({ folder, segmentRecords: 300 })
  // Nine seconds apart: 400 an hour, and one id that carries no time.
  records = Array.from({ length: count }, (_, index) =>
    sampleRecord(index, { now: t0 + index * 9000, ...(index === 777 && { eventId: 'imported-777' }) }),
  )
  for (let from = 0; from < count; from += 100) await Promise.all(records.slice(from, from + 100).map((record) => log.append(record)))
  await log.checkpoint()
})
afterAll(() => log.close())

async function indexes(filter: AuditFilter, order: 'newest' | 'oldest' = 'oldest'): Promise<number[]> {
  const found: number[] = []
  for await (const { index } of log.search(filter, order)) found.push(index)
  return found
}

const wanted = (filter: AuditFilter): number[] => records.flatMap((record, index) => (matches(record, filter) ? [index] : []))

describe('a search finds what a look at every record finds', () => {
  const filters: { why: string; filter: AuditFilter; size: number }[] = [
    { why: 'everything', filter: {}, size: count },
    { why: 'a person by label', filter: { actor: 'alice@example.com' }, size: 177 },
    { why: 'a person by subject', filter: { actor: 's-bob' }, size: 177 },
    { why: 'a person by issuer and subject', filter: { actor: 'https://idp.example.com|s-bob' }, size: 177 },
    { why: 'the subject of another issuer', filter: { actor: 'https://evil.example.com|s-bob' }, size: 0 },
    { why: 'a session name', filter: { username: 'carol' }, size: 176 },
    { why: 'the ARN of a session', filter: { principalArn: 'arn:aws:sts::111122223333:assumed-role/deploy/carol' }, size: 176 },
    { why: 'the ARN of a role', filter: { principalArn: 'arn:aws:iam::111122223333:role/deploy' }, size: count },
    { why: 'a name', filter: { eventName: 'StopTask' }, size: 247 },
    { why: 'a source', filter: { eventSource: 's3.amazonaws.com' }, size: 493 },
    { why: 'denials', filter: { errorCode: denialCodes }, size: 124 },
    { why: 'one error code', filter: { errorCode: 'AccessDeniedException' }, size: 124 },
    { why: 'a resource by ARN', filter: { resource: 'arn:aws:ecs:eu-central-1:111122223333:task/main/t7' }, size: 25 },
    { why: 'a resource by name', filter: { resource: 't7' }, size: 25 },
    { why: 'a resource type', filter: { resourceType: 'AWS::ECS::Task' }, size: count },
    { why: 'an access key', filter: { accessKeyId: 'ASIADAVE' }, size: 176 },
    { why: 'reads', filter: { readOnly: true }, size: 493 },
    { why: 'a person within an hour', filter: { actor: 's-erin', from: t0 + hourMs, to: t0 + 2 * hourMs }, size: 57 },
    {
      why: 'a person, a name and an error',
      filter: { actor: 's-erin', eventName: 'UpdateService', errorCode: 'AccessDeniedException' },
      size: 17,
    },
    { why: 'an account', filter: { recipientAccountId: '999999999999' }, size: 0 },
    { why: 'an id that carries no time', filter: { eventId: 'imported-777' }, size: 1 },
    { why: 'nobody', filter: { actor: 'mallory' }, size: 0 },
    { why: 'an empty string', filter: { actor: '' }, size: 0 },
  ]
  test.for(filters)('$why', async ({ filter, size }, { expect }) => {
    const want = wanted(filter)
    expect(want).toHaveLength(size)
    expect(await indexes(filter)).toEqual(want)
    expect(await indexes(filter, 'newest')).toEqual(want.toReversed())
  })

  test('sealed and opened again by another reader', async ({ expect }) => {
    const segments = openSegments(folder)
    for (const { filter } of filters) {
      const found: number[] = []
      for await (const { index } of search(segments, filter, 'oldest')) found.push(index)
      expect(found).toEqual(wanted(filter))
    }
    for (const segment of segments) segment.close()
  })
})

test('an event is found by its id, and by no other', async ({ expect }) => {
  for (const index of [0, 299, 300, 777, 1233]) {
    const record = records[index]
    expect(await log.get(record?.eventID ?? '')).toMatchObject({ index, text: recordText(record as AuditRecord) })
  }
  expect(await log.get('00000000-0000-7000-8000-000000000000')).toBe(undefined)
  expect(await log.get('no such id')).toBe(undefined)
})

test('pages join to the whole, while records are appended', async ({ expect }) => {
  const own = await openAuditLog({ folder: temporaryFolder(), segmentRecords: 50 })
  await Promise.all(records.slice(0, 170).map((record) => own.append(record)))
  const filter = { actor: 's-alice' }
  const want = wanted(filter).filter((index) => index < 170)
  const found: number[] = []
  let token: string | undefined
  do {
    const page = await own.query(filter, { limit: 4, ...(token !== undefined && { token }) })
    expect(page.records.length).toBeLessThanOrEqual(4)
    found.push(...page.records.map(({ index }) => index))
    token = page.nextToken
    await own.append(records[0] as AuditRecord)
  } while (token !== undefined)
  expect(found).toEqual(want.toReversed())
  await own.close()
})

test('a token of another query is refused', async ({ expect }) => {
  const { nextToken = '' } = await log.query({ actor: 's-alice' }, { limit: 2 })
  await expect(log.query({ actor: 's-bob' }, { token: nextToken })).rejects.toThrow(InvalidToken)
  await expect(log.query({ actor: 's-alice' }, { order: 'oldest', token: nextToken })).rejects.toThrow(InvalidToken)
  await expect(log.query({}, { token: 'garbage' })).rejects.toThrow(InvalidToken)
})

describe('counts by hour are those of a look at every record', () => {
  const ranges = [
    { why: 'all time', from: undefined, to: undefined },
    { why: 'whole hours', from: t0, to: t0 + 2 * hourMs },
    { why: 'parts of hours', from: t0 + 1000_000, to: t0 + 2 * hourMs + 500_000 },
    { why: 'within an hour', from: t0 + 100_000, to: t0 + 900_000 },
    { why: 'before everything', from: 0, to: t0 },
  ]
  const filters: AuditFilter[] = [
    {},
    { errorCode: denialCodes },
    { actor: 's-alice' },
    { errorCode: 'AccessDeniedException', eventName: 'UpdateService' },
  ]
  test.for(ranges)('$why', async ({ from, to }, { expect }) => {
    for (const each of filters) {
      const filter = { ...each, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
      const want = new Map<number, number>()
      for (const index of wanted(filter)) {
        const hour = Math.floor((t0 + index * 9000) / hourMs) * hourMs
        want.set(hour, (want.get(hour) ?? 0) + 1)
      }
      expect(await log.countByHour(filter)).toEqual([...want].map(([hour, events]) => ({ hour, count: events })))
    }
  })
})

test('T-73 hostile strings are found like any other', async ({ expect }) => {
  const own = await openAuditLog({ folder: temporaryFolder(), segmentRecords: 2 })
  const hostile = ['a"b\\c', 'line\u2028break', 'esc\u001b[0m', '__proto__', 'constructor', 'ü', '|', 'x|y', '*', '\ud83d\ude00']
  for (const text of hostile) {
    await own.append(
      sampleRecord(1, {
        actorChain: [{ type: 'human', issuer: 'i', subject: text }],
        eventName: text,
        resources: [{ ARN: `arn:aws:s3:::b/${text}` }],
      }),
    )
  }
  for (const [index, text] of hostile.entries()) {
    for (const filter of [{ actor: text }, { actor: `i|${text}` }, { eventName: text }, { resource: `arn:aws:s3:::b/${text}` }]) {
      expect((await own.query(filter)).records.map((found) => found.index)).toEqual([index])
    }
  }
  await own.close()
})

test('postings give back what was put in, and nothing for what was not', ({ expect }) => {
  const entry = fc.tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.uniqueArray(fc.nat(5000), { minLength: 1, maxLength: 300 }))
  fc.assert(
    fc.property(
      fc.uniqueArray(entry, { selector: ([hash]) => hash, maxLength: 600 }),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      (entries, other) => {
        const terms = new TermIndex()
        const byBlock = entries.flatMap(([hash, blocks]) => blocks.map((block) => [hash, block] as const)).toSorted(([, a], [, b]) => a - b)
        for (const [hash, block] of byBlock) terms.add(hash, block)
        const { table, lists } = encodePostings(terms)
        const read =
          (bytes: Buffer) =>
          (offset: number, length: number): Buffer => {
            if (offset < 0 || offset + length > bytes.length) throw new RangeError(`${offset} + ${length} of ${bytes.length}`)
            return bytes.subarray(offset, offset + length)
          }
        const lookup = (hash: number) => lookupPostings(read(table), table.length, read(lists), lists.length, hash)
        for (const [hash, blocks] of entries) {
          expect(lookup(hash)).toEqual(blocks.toSorted((a, b) => a - b))
          expect(terms.lookup(hash)).toEqual(blocks.toSorted((a, b) => a - b))
        }
        if (entries.every(([hash]) => hash !== other)) expect(lookup(other)).toEqual([])
      },
    ),
    { numRuns: 60 },
  )
})

test('hashes of terms are even: no bucket of the table is crowded', ({ expect }) => {
  const buckets = new Uint32Array(256)
  for (let index = 0; index < 25_600; index += 1) {
    const bucket = termHash('resource', `arn:aws:ecs:eu-central-1:111122223333:task/main/${index}`) >>> 24
    buckets[bucket] = (buckets[bucket] ?? 0) + 1
  }
  expect(Math.max(...buckets)).toBeLessThan(160)
  expect(Math.min(...buckets)).toBeGreaterThan(50)
})

test('the text of a found record is the text that was appended', async ({ expect }) => {
  for await (const { index, text } of log.search({ eventName: 'RunTask' })) {
    expect(text).toBe(recordText(records[index] as AuditRecord))
    expect(parseRecord(text)).toEqual(records[index])
  }
})
