/** A whole instance that dies while clients put and delete objects: what was acknowledged is there, whole, and every change has its record. */
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { test } from 'vitest'
import { search } from '../src/audit/query.ts'
import { withSegments } from '../src/audit/reading.ts'
import { dataFolder } from '../src/data-folder.ts'
import { refusalOf, s3Client } from './support/clients.ts'
import { crashRounds } from './support/crash-rounds.ts'
import { large } from './support/object-store.ts'
import { type RunningInstance, startInstance } from './support/process.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const { rounds, maxMilliseconds, timeout, tell } = crashRounds({ rounds: 8, maxMilliseconds: 12_000, timeout: 90_000 })

/** A key that is put, and every other one is deleted then: how many of these calls were acknowledged. */
interface Life {
  readonly key: string
  readonly bytes: Buffer
  readonly calls: 1 | 2
  acknowledged: number
}

test('kill -9 at any moment: acknowledged objects are whole, and no change is without a record', { timeout }, async (context) => {
  const { expect } = context
  const data = join(temporaryFolder(context), 'data')
  let instance = await startInstance(data)
  const started = performance.now()
  await s3Of(instance).send(new CreateBucketCommand({ Bucket: 'crash' }))
  const changes: string[] = []
  let acknowledged = 0
  for (let round = 0; round < rounds && performance.now() - started < maxMilliseconds; round++) {
    const writing = writeUntilItDies(s3Of(instance), round, randomInt(5, 60))
    await writing.enough
    await delay(randomInt(30))
    expect(await instance.end('SIGKILL')).toBe('SIGKILL')
    const lives = await writing.ended
    instance = await startInstance(data)
    const s3 = s3Of(instance)
    const listed = await keysOf(s3, `${round}/`)
    for (const life of lives) {
      acknowledged += life.acknowledged
      const found = await contentOf(s3, life.key)
      expect([life.key, listed.delete(life.key)]).toEqual([life.key, found !== undefined])
      const isPut = found?.equals(life.bytes) ?? false
      expect([life.key, found === undefined || isPut]).toEqual([life.key, true])
      const taken = isPut ? 1 : life.calls === 2 && life.acknowledged >= 1 ? 2 : 0
      expect([life.key, taken === life.acknowledged || taken === life.acknowledged + 1]).toEqual([life.key, true])
      changes.push(...['PutObject', 'DeleteObject'].slice(0, taken).map((event) => `${event} ${life.key}`))
    }
    expect([...listed]).toEqual([])
  }
  expect(acknowledged).toBeGreaterThan(20)
  tell(`${rounds} kills, ${acknowledged} acknowledged calls, ${changes.length} changes found`)
  expect(await instance.end('SIGTERM')).toBe(0)
  const recorded = await recordedIn(dataFolder(data).audit)
  expect(changes.filter((change) => recorded.get(change) !== 1)).toEqual([])
})

/** `enough` resolves after so many acknowledgements. */
function writeUntilItDies(s3: S3Client, round: number, acknowledgements: number) {
  const { promise: enough, resolve } = Promise.withResolvers<void>()
  let left = acknowledgements
  const acknowledge = (life: Life): void => {
    life.acknowledged++
    if (--left === 0) resolve()
  }
  const lives: Life[] = []
  const liveOn = async (writer: number): Promise<never> => {
    for (let i = 0; ; i++) {
      const life: Life = {
        key: `${round}/${writer}/${i}`,
        bytes: large([500, 20_000, 400_000][i % 3] ?? 1, round + i),
        calls: i % 2 === 0 ? 1 : 2,
        acknowledged: 0,
      }
      lives.push(life)
      await s3.send(new PutObjectCommand({ Bucket: 'crash', Key: life.key, Body: life.bytes }))
      acknowledge(life)
      if (life.calls === 1) continue
      await s3.send(new DeleteObjectCommand({ Bucket: 'crash', Key: life.key }))
      acknowledge(life)
    }
  }
  const ended = Promise.allSettled(Array.from({ length: 6 }, (_, writer) => liveOn(writer))).then((ends) => {
    for (const end of ends) {
      // The connection broke; an answer that refuses would be a fault.
      if (end.status === 'rejected' && end.reason instanceof Error && '$fault' in end.reason && '$response' in end.reason) throw end.reason
    }
    return lives
  })
  return { enough, ended }
}

function s3Of(instance: RunningInstance): S3Client {
  return s3Client(instance.url, instance.rootKey())
}

async function keysOf(s3: S3Client, prefix: string): Promise<Set<string>> {
  const keys = new Set<string>()
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: 'crash', Prefix: prefix })) {
    for (const { Key = '' } of Contents) keys.add(Key)
  }
  return keys
}

async function contentOf(s3: S3Client, key: string): Promise<Buffer | undefined> {
  const get = s3.send(new GetObjectCommand({ Bucket: 'crash', Key: key }))
  if ((await refusalOf(get))?.status === 404) return undefined
  return Buffer.from((await (await get).Body?.transformToByteArray()) ?? [])
}

/** How often each successful change was recorded. */
async function recordedIn(folder: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  await withSegments(folder, async (segments) => {
    for await (const { record } of search(segments, {}, 'oldest')) {
      const { key } = (record.requestParameters ?? {}) as { readonly key?: string }
      if (record.errorCode !== undefined || record.readOnly || key === undefined) continue
      const change = `${record.eventName} ${key}`
      counts.set(change, (counts.get(change) ?? 0) + 1)
    }
  })
  return counts
}
