/** The store on disks that are full, fail, and forget. */
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'vitest'
import { blobFiles, failingIo, forgetfulIo, systemError } from '../../test/support/faulty-io.ts'
import { bodyOf, bytesOf, large, openedStore, plain } from '../../test/support/object-store.ts'
import { contentAfter, contentOf, type Life, stagesOf } from '../../test/support/object-lives.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import type { ObjectStore } from '../services/s3/object-store.ts'
import { scrub } from './scrub.ts'

const put = async (store: ObjectStore, key: string, bytes: Uint8Array) =>
  store.putObject({ bucketId: 'b', key, versioning: 'unversioned', attributes: plain, staged: await store.stage(bodyOf(...halves(bytes))) })

/** One body that comes whole, and one that is written while it comes. */
const bodies = [large(50_000), large(700_000)]

/** How many things the disk is asked for the second body that is put. */
async function asked(context: TestContext, body: Buffer): Promise<{ readonly first: number; readonly last: number }> {
  const io = failingIo(() => undefined)
  const store = await openedStore(context, { io })
  await put(store, 'before', body)
  const first = io.count()
  await put(store, 'k', body)
  return { first, last: io.count() }
}

test.for(bodies)(
  'wherever the disk is full, the write is refused, nothing is lost and nothing is left; later it goes on',
  { timeout: 30_000 },
  async (body, context) => {
    const { expect } = context
    const { first, last } = await asked(context, body)
    expect(last - first).toBeGreaterThan(3)
    for (let at = first; at < last; at++) {
      const folder = temporaryFolder(context)
      const io = failingIo((_, count) => (count === at ? systemError('ENOSPC') : undefined))
      const store = await openedStore(context, { folder, io })
      await put(store, 'before', body)
      await expect(put(store, 'k', body), `at ${at}`).rejects.toMatchObject({ reason: 'disk-full' })
      expect(store.find('b', 'k')).toBeUndefined()
      expect(blobFiles(folder)).toHaveLength(1)
      await put(store, 'k', body)
      expect(await bytesOf(store, store.find('b', 'k'))).toEqual(body)
      expect(await bytesOf(store, store.find('b', 'before'))).toEqual(body)
    }
  },
)

test.for(bodies)('wherever the disk fails, nothing is written any more, and all that was is read', async (body, context) => {
  const { expect } = context
  const { first, last } = await asked(context, body)
  for (let at = first; at < last; at++) {
    const folder = temporaryFolder(context)
    const told: unknown[] = []
    const io = failingIo((_, count) => (count === at ? systemError('EIO') : undefined))
    const store = await openedStore(context, { folder, io, onProblem: (_, error) => told.push(error) })
    await put(store, 'before', body)
    await expect(put(store, 'k', body), `at ${at}`).rejects.toMatchObject({ reason: 'read-only' })
    await expect(put(store, 'small', Buffer.from('x'))).rejects.toMatchObject({ reason: 'read-only' })
    await expect(store.deleteObject({ bucketId: 'b', key: 'before', versioning: 'unversioned' })).rejects.toMatchObject({
      reason: 'read-only',
    })
    expect(told).toMatchObject([{ code: 'EIO' }])
    expect(await bytesOf(store, store.find('b', 'before'))).toEqual(body)
    await store.close()
    const again = await openedStore(context, { folder })
    expect(await bytesOf(again, again.find('b', 'before'))).toEqual(body)
    expect(again.find('b', 'k')).toBeUndefined()
    expect(blobFiles(folder)).toHaveLength(1)
  }
})

test('when the catalogue has no space, the whole group is refused and later goes on', async (context) => {
  const { expect } = context
  let database: DatabaseSync | undefined
  const store = await openedStore(context, { onDatabase: (opened) => (database = opened) })
  await put(store, 'before', large(10_000))
  const [{ page_count: pages } = {}] = database?.prepare('pragma page_count').all() ?? []
  database?.exec(`pragma max_page_count = ${Number(pages) + 2}`)
  const all = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => put(store, `k${i}`, large(15_000))))
  for (const each of all) expect(each).toMatchObject({ status: 'rejected', reason: { reason: 'disk-full' } })
  expect(store.listObjects({ bucketId: 'b', prefix: '', delimiter: '', limit: 10 }).objects.map(({ key }) => key)).toEqual(['before'])
  database?.exec('pragma max_page_count = 1000000')
  await put(store, 'k', large(20_000))
  expect(await bytesOf(store, store.find('b', 'k'))).toEqual(large(20_000))
  expect(await bytesOf(store, store.find('b', 'before'))).toEqual(large(10_000))
})

/** Lives of some keys at once, with the power cut before the n-th thing that the disk is asked. What is wrong afterwards. */
async function afterPowerCut(context: TestContext, at: number, disk: ReturnType<typeof forgetfulIo>): Promise<readonly string[]> {
  const folder = temporaryFolder(context)
  const copy = join(temporaryFolder(context), 'after')
  const store = await openedStore(context, { folder, io: disk.io })
  const luck = lcg(at)
  const sizes = [5000, 16_385, 60_000, 600_000, 600_001]
  const lives = sizes.map((size, i) => ({ key: `${i}`, size, done: -1, begun: -1 }))
  let found: readonly { readonly life: Life; readonly done: number; readonly begun: number }[] | undefined
  let count = 0
  disk.onAsked(() => {
    if (count++ !== at) return
    disk.cutPower(folder, copy, luck)
    found = lives.map((life) => ({ life, done: life.done, begun: life.begun }))
  })
  await Promise.all(
    lives.map(async (life) => {
      for (const [stage, change] of stagesOf(life).entries()) {
        life.begun = stage
        await change(store, contentOf(life, stage))
        life.done = stage
      }
    }),
  )
  if (found === undefined) return ['the power was not cut']
  const wrong: string[] = []
  const after = await openedStore(context, { folder: copy })
  for (const { life, done, begun } of found) {
    const version = after.find('b', life.key)
    const bytes = version && (await bytesOf(after, version).catch((error: unknown) => Buffer.from(String(error))))
    const possible = [contentAfter(life, done), contentAfter(life, begun)]
    if (!possible.some((content) => (content === undefined ? bytes === undefined : bytes?.equals(content)))) wrong.push(life.key)
  }
  await after.close()
  const report = await scrub({ folder: copy, onProgress: () => {} })
  if (report.damaged.length + report.missing.length > 0) wrong.push('scrub')
  if (blobFiles(copy).length !== report.files) wrong.push('orphans')
  return wrong
}

test('wherever the power is cut, what was acknowledged is whole, and of the rest there is all or nothing', async (context) => {
  const { expect } = context
  for (let at = 0; at < 45; at += 3) expect([at, await afterPowerCut(context, at, forgetfulIo())]).toEqual([at, []])
}, 60_000)

test.for(['sync', 'sync-folder'] as const)(
  'this would be seen if the store left out one %s',
  { timeout: 60_000 },
  async (lies, context) => {
    const { expect } = context
    const wrong: string[] = []
    for (let at = 10; at < 60 && wrong.length === 0; at += 7) wrong.push(...(await afterPowerCut(context, at, forgetfulIo(lies))))
    expect(wrong).not.toEqual([])
  },
)

function halves(bytes: Uint8Array): readonly Uint8Array[] {
  return [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)]
}

/** Numbers from 0 to 1 that look random and are always the same. */
function lcg(seed: number): () => number {
  let state = seed + 1
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
}
