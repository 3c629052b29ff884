import { afterAll, beforeAll, describe, test } from 'vitest'
import { sampleRecord, temporaryFolder } from '../../test/support/audit.ts'
import { type ProofBundle, verifyBundle } from './bundle.ts'
import { type AuditLog, openAuditLog } from './log.ts'
import { type VerifierKey, parseVerifierKey } from './note.ts'

const folder = temporaryFolder(afterAll)
let log: AuditLog
let keys: VerifierKey[]
let first: ProofBundle
let second: ProofBundle
let later: ProofBundle
let old: string

beforeAll(async () => {
  log = await openAuditLog({ folder, segmentRecords: 10 })
  const ids: string[] = []
  for (let index = 0; index < 25; index += 1) ids.push((await log.append(sampleRecord(index))).eventId)
  old = await log.checkpoint()
  keys = [parseVerifierKey(log.verifierKey)].flatMap((key) => key ?? [])
  first = await proof(ids[7])
  second = await proof(ids[20])
  for (let index = 25; index < 40; index += 1) ids.push((await log.append(sampleRecord(index))).eventId)
  later = await proof(ids[7])
})
afterAll(() => log.close())

async function proof(id = ''): Promise<ProofBundle> {
  const bundle = await log.prove(id)
  if (bundle === undefined) throw new Error('no proof')
  return bundle
}

const check = (bundle: object, pinned: readonly VerifierKey[] = keys, kept?: string) => verifyBundle(JSON.stringify(bundle), pinned, kept)

test('every event has a proof, in every segment', async ({ expect }) => {
  for await (const { record, index } of log.search({})) {
    expect(check(await proof(record.eventID))).toMatchObject({ status: 'proven', eventId: record.eventID, index, size: 40 })
  }
  expect(await log.prove('nothing')).toBe(undefined)
})

describe('T-75 valid parts of two proofs prove nothing together', () => {
  const parts = ['eventId', 'record', 'index', 'inclusion', 'checkpoint'] as const
  test.for(parts)('%s of another event', (part, { expect }) => {
    if (part === 'checkpoint') expect(check({ ...first, checkpoint: later.checkpoint }).status).toBe('refuted')
    else expect(check({ ...first, [part]: second[part] }).status).toBe('refuted')
  })

  test('record and id of another event', ({ expect }) => {
    expect(check({ ...first, record: second.record, eventId: second.eventId }).status).toBe('refuted')
  })

  test('a record that only looks the same', ({ expect }) => {
    expect(check({ ...first, record: ` ${first.record}` }).status).toBe('refuted')
    expect(check({ ...first, record: first.record.replace('"readOnly":', '"x":1,"readOnly":') }).status).toBe('refuted')
  })
})

describe('what is no proof', () => {
  const broken: [string, object][] = [
    ['an empty object', {}],
    ['another format', { format: 'x' }],
    ['a fraction of an index', { index: 7.5 }],
    ['a negative index', { index: -1 }],
    ['hashes that are none', { inclusion: ['abc'] }],
    ['a hash more', { inclusion: ['A'.repeat(43) + '='] }],
    ['no checkpoint', { checkpoint: '' }],
  ]
  test.for(broken)('%s', ([, change], { expect }) => {
    const bundle = Object.keys(change).length === 0 ? change : { ...first, ...change }
    expect(check(bundle).status).toBe('refuted')
  })

  test('no JSON', ({ expect }) => {
    for (const text of ['', 'null', '[]', '"x"', '{']) expect(verifyBundle(text, keys).status).toBe('refuted')
  })
})

test('T-76 without the pinned key a proof is unverifiable, never proven', async ({ expect }) => {
  const other = await openAuditLog({ folder: temporaryFolder() })
  const stranger = [parseVerifierKey(other.verifierKey)].flatMap((key) => key ?? [])
  await other.close()
  expect(check(first, []).status).toBe('unverifiable')
  expect(check(first, stranger).status).toBe('unverifiable')
  expect(check({ ...first, key: log.verifierKey }, []).status).toBe('unverifiable')
  // The name and the hint of the pinned key over a signature of another.
  const forged = first.checkpoint.replace(/[A-Za-z0-9+/]{20}(?=[A-Za-z0-9+/]{8}=\n$)/, 'A'.repeat(20))
  expect(forged).not.toBe(first.checkpoint)
  expect(check({ ...first, checkpoint: forged })).toEqual({
    status: 'refuted',
    reason: 'the checkpoint of the bundle has a wrong signature',
  })
})

describe('against an old checkpoint', () => {
  test('a log that continues it', async ({ expect }) => {
    expect(check(await proof(first.eventId), keys, old).status).toBe('unverifiable')
    expect(check((await log.prove(first.eventId, 25)) ?? {}, keys, old)).toMatchObject({ status: 'proven', size: 40 })
  })

  test('a proof without what leads from it', ({ expect }) => {
    expect(check(first, keys, old)).toMatchObject({ status: 'proven' })
    expect(check(later, keys, old)).toMatchObject({ status: 'unverifiable', reason: expect.stringContaining('no consistency proof') })
    expect(check(later, [], old).status).toBe('unverifiable')
    expect(check({ ...later, consistency: { size: 25, proof: [] } }, keys, old).status).toBe('refuted')
    expect(check(later, keys, 'nonsense').status).toBe('refuted')
  })
})
