import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'vitest'
import { bodyOf, bytesOf, large, openedStore, plain } from '../../test/support/object-store.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import type { ObjectStore, StoredObject } from '../services/s3/object-store.ts'
import { startCatalogueThread } from './catalogue-client.ts'
import { type OpenObjectStore, openObjectStore } from './open-store.ts'

const unversioned = { bucketId: 'b', versioning: 'unversioned', attributes: plain } as const
const enabled = { ...unversioned, versioning: 'enabled' } as const
const suspended = { ...unversioned, versioning: 'suspended' } as const

const opened = (context: TestContext, folder?: string): Promise<OpenObjectStore> =>
  openedStore(context, folder === undefined ? {} : { folder })

async function put(store: ObjectStore, key: string, text: string | Uint8Array, how: object = {}): Promise<StoredObject> {
  return store.putObject({ ...unversioned, key, staged: await store.stage(bodyOf(text)), ...how })
}

const read = async (store: ObjectStore, key: string, versionId?: string): Promise<string> =>
  (await bytesOf(store, store.find('b', key, versionId))).toString()

const refused = (reason: string): object => ({ name: 'StoreRefusal', reason })

test('nothing is put where there is no bucket, and nothing is left of it', async (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const store = await opened(context, folder)
  await expect(put(store, 'k', large(100_000), { bucketId: 'other' })).rejects.toMatchObject(refused('no-such-bucket'))
  expect(readdirSync(join(folder, 'blobs', '00000001'))).toEqual([])
})

test('conditions are decided in the write: of many that create, one does', async (context) => {
  const { expect } = context
  const store = await opened(context)
  await expect(put(store, 'k', 'x', { conditions: { ifMatch: 'e' } })).rejects.toMatchObject(refused('no-such-key'))
  const all = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => put(store, 'k', `${i}`, { conditions: { ifAbsent: true } })))
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  await expect(put(store, 'k', 'x', { conditions: { ifMatch: 'e' } })).rejects.toMatchObject(refused('precondition-failed'))
  const current = store.find('b', 'k')
  if (current?.kind !== 'object') throw new Error('there is no object')
  await put(store, 'k', 'next', { conditions: { ifMatch: current.etag } })
  expect(await read(store, 'k')).toBe('next')
})

test.for([0, 1, 16_384, 16_385, 262_144, 262_145, 3_000_001])(
  '%i bytes come out as they went in, whole and in ranges',
  async (size, context) => {
    const { expect } = context
    const store = await opened(context)
    const bytes = large(size)
    const staged = await store.stage(bodyOf(...chunked(bytes, 60_000)), { algorithms: ['CRC64NVME', 'SHA256'] })
    expect(staged.size).toBe(size)
    await store.putObject({ ...unversioned, key: 'k', staged })
    expect((await bytesOf(store, store.find('b', 'k'))).equals(bytes)).toBe(true)
    const range = { start: Math.floor(size / 3), end: Math.ceil(size / 2) }
    expect((await bytesOf(store, store.find('b', 'k'), range)).equals(bytes.subarray(range.start, range.end))).toBe(true)
    const object = store.find('b', 'k') as StoredObject
    expect(await store.digest(object, undefined, ['CRC64NVME', 'SHA256'])).toEqual({ md5: staged.md5, checksums: staged.checksums })
  },
)

test('what the body throws is thrown, and its bytes are gone', async (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const store = await opened(context, folder)
  async function* broken() {
    yield large(700_000)
    await Promise.reject(new Error('the client went away'))
  }
  await expect(store.stage(broken())).rejects.toThrow('the client went away')
  await expect(store.stage(bodyOf(large(500_000)), { maxSize: 499_999 })).rejects.toMatchObject(refused('too-large'))
  expect(readdirSync(join(folder, 'blobs', '00000001'))).toEqual([])
})

test('an object is read to its end although it is overwritten and deleted meanwhile, and then its file goes', async (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const store = await opened(context, folder)
  const bytes = large(2_000_000)
  const open = store.open(await put(store, 'k', bytes))
  await put(store, 'k', 'new')
  await store.deleteObject({ ...unversioned, key: 'k' })
  const chunks: Uint8Array[] = []
  for await (const chunk of open) chunks.push(chunk)
  expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
  await expect.poll(() => readdirSync(join(folder, 'blobs', '00000001'))).toEqual([])
})

test('with versions nothing is lost: overwriting adds, deleting hides, deleting a version removes it for good', async (context) => {
  const { expect } = context
  const store = await opened(context)
  const before = await put(store, 'k', 'before')
  const one = await put(store, 'k', 'one', enabled)
  const two = await put(store, 'k', 'two', enabled)
  expect([before.versionId, one.versionId.length, two.isLatest]).toEqual(['null', 32, true])
  const marker = await store.deleteObject({ ...enabled, key: 'k' })
  expect(marker).toMatchObject({ isDeleteMarker: true, existed: true })
  expect(store.find('b', 'k')).toMatchObject({ kind: 'delete-marker', versionId: marker.versionId })
  expect(store.listObjects({ bucketId: 'b', prefix: '', delimiter: '', limit: 10 }).objects).toEqual([])
  expect([await read(store, 'k', 'null'), await read(store, 'k', one.versionId), await read(store, 'k', two.versionId)]).toEqual([
    'before',
    'one',
    'two',
  ])
  await store.deleteObject({ ...enabled, key: 'k', versionId: marker.versionId })
  expect(await read(store, 'k')).toBe('two')
  await store.deleteObject({ ...enabled, key: 'k', versionId: two.versionId })
  expect(store.find('b', 'k')).toMatchObject({ versionId: one.versionId, isLatest: true })
  expect(store.find('b', 'k', two.versionId)).toBeUndefined()
  await expect(store.deleteObject({ ...enabled, key: 'k', versionId: 'no version' })).rejects.toMatchObject(refused('no-such-version'))
})

test('while versions are suspended there is one null version, which puts and deletes replace', async (context) => {
  const { expect } = context
  const store = await opened(context)
  const kept = await put(store, 'k', 'kept', enabled)
  await put(store, 'k', 'one', suspended)
  await put(store, 'k', 'two', suspended)
  const listed = (): unknown =>
    store.listVersions({ bucketId: 'b', prefix: '', delimiter: '', limit: 10 }).versions.map(({ kind, versionId }) => [kind, versionId])
  expect(listed()).toEqual([
    ['object', 'null'],
    ['object', kept.versionId],
  ])
  expect(await store.deleteObject({ ...suspended, key: 'k' })).toEqual({ versionId: 'null', isDeleteMarker: true, existed: true })
  expect(listed()).toEqual([
    ['delete-marker', 'null'],
    ['object', kept.versionId],
  ])
})

test('what is locked is not deleted, and its retention is not made less', async (context) => {
  const { expect } = context
  const store = await opened(context)
  const lock = { retention: { mode: 'GOVERNANCE', until: 1e12 } } as const
  const { versionId } = await put(store, 'k', 'x', { ...enabled, lock })
  const deletion = { ...enabled, key: 'k', versionId }
  await expect(store.deleteObject(deletion)).rejects.toMatchObject(refused('locked'))
  const shorter = { bucketId: 'b', key: 'k', retention: { mode: 'GOVERNANCE', until: 1e11 } } as const
  await expect(store.amendObject(shorter)).rejects.toMatchObject(refused('locked'))
  await store.amendObject({ bucketId: 'b', key: 'k', retention: { mode: 'COMPLIANCE', until: 2e12 }, isHeld: true })
  await expect(store.deleteObject({ ...deletion, bypassesGovernance: true })).rejects.toMatchObject(refused('locked'))
  await store.deleteObject({ ...enabled, key: 'k' })
  expect(store.find('b', 'k', versionId)).toMatchObject({ lock: { isHeld: true } })
})

test('an upload is refused what does not fit together', async (context) => {
  const { expect } = context
  const store = await opened(context)
  const upload = { bucketId: 'b', key: 'k' }
  const { uploadId } = await store.createUpload({ ...upload, attributes: plain, initiator: { id: 'me', displayName: 'me' } })
  const place = { ...upload, uploadId }
  const one = await store.putPart({ ...place, partNumber: 1, staged: await store.stage(bodyOf('one')) })
  const two = await store.putPart({ ...place, partNumber: 2, staged: await store.stage(bodyOf('two')) })
  const complete = (...parts: { partNumber: number; etag: string }[]) =>
    store.completeUpload({ ...place, versioning: 'unversioned', parts, minPartSize: 4 })
  await expect(complete()).rejects.toMatchObject(refused('invalid-part'))
  await expect(complete(two, one)).rejects.toMatchObject(refused('invalid-part-order'))
  await expect(complete({ ...one, etag: two.etag })).rejects.toMatchObject({ reason: 'invalid-part', partNumber: 1 })
  await expect(complete(one, { ...two, partNumber: 3 })).rejects.toMatchObject({ reason: 'invalid-part', partNumber: 3 })
  await expect(complete(one, two)).rejects.toMatchObject({ reason: 'entity-too-small', partNumber: 1 })
  await expect(store.abortUpload('b', 'other', uploadId)).rejects.toMatchObject(refused('no-such-upload'))
  await store.abortUpload('b', 'k', uploadId)
  await expect(complete(one)).rejects.toMatchObject(refused('no-such-upload'))
})

test('parts become an object without their bytes being moved, also those that were copied', async (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const store = await opened(context, folder)
  const files = (): number => readdirSync(join(folder, 'blobs', '00000001')).length
  const source = await put(store, 'source', large(900_000, 7))
  const upload = { bucketId: 'b', key: 'k' }
  const checksum = { algorithm: 'CRC64NVME', type: 'FULL_OBJECT' } as const
  const { uploadId } = await store.createUpload({
    ...upload,
    attributes: plain,
    tags: { a: 'b' },
    checksum,
    initiator: { id: 'me', displayName: 'me' },
  })
  const place = { ...upload, uploadId }
  const algorithms = ['CRC64NVME'] as const
  const first = await store.putPart({ ...place, partNumber: 1, staged: await store.stage(bodyOf(large(400_000)), { algorithms }) })
  await store.putPart({ ...place, partNumber: 1, staged: await store.stage(bodyOf(large(400_000, 3)), { algorithms }) })
  await expect.poll(files).toBe(2)
  const again = await store.putPart({ ...place, partNumber: 1, staged: await store.stage(bodyOf(large(400_000)), { algorithms }) })
  expect(again.etag).toBe(first.etag)
  const copied = await store.copyPart({ ...place, partNumber: 5, source, range: { start: 100, end: 800_100 }, algorithms })
  const last = await store.putPart({ ...place, partNumber: 9, staged: await store.stage(bodyOf('end'), { algorithms }) })
  expect(store.listParts(uploadId, { after: 1, limit: 1 })).toEqual({ parts: [copied], isTruncated: true })
  const completion = { ...place, versioning: 'unversioned', parts: [first, copied, last], minPartSize: 1000 } as const
  const object = await store.completeUpload(completion)
  expect(object).toMatchObject({ partCount: 3, size: 1_200_003, tags: { a: 'b' }, etag: expect.stringMatching(/-3$/) as string })
  const whole = Buffer.concat([large(400_000), large(900_000, 7).subarray(100, 800_100), Buffer.from('end')])
  const sum = (await store.stage(bodyOf(whole), { algorithms })).checksums.CRC64NVME
  expect(object.checksum).toEqual({ ...checksum, value: sum })
  await store.deleteObject({ ...unversioned, key: 'source' })
  expect((await bytesOf(store, store.find('b', 'k'))).equals(whole)).toBe(true)
  expect((await bytesOf(store, store.find('b', 'k'), { start: 399_999, end: 1_200_001 })).equals(whole.subarray(399_999, 1_200_001))).toBe(
    true,
  )
  expect(store.partOf(object, 5)).toMatchObject({ start: 400_000, size: 800_000 })
  expect(await store.completeUpload(completion)).toEqual(object)
  const copy = await store.copyObject({ ...unversioned, key: 'copy', source: object })
  await store.deleteObject({ ...unversioned, key: 'k' })
  expect((await bytesOf(store, copy)).equals(whole)).toBe(true)
})

test('a bucket with something in it stays; one that went takes no more', async (context) => {
  const { expect } = context
  const store = await opened(context)
  await put(store, 'k', 'x')
  await expect(store.deleteBucket('b')).rejects.toMatchObject(refused('bucket-not-empty'))
  await store.deleteObject({ ...unversioned, key: 'k' })
  const staged = await store.stage(bodyOf('x'))
  await store.deleteBucket('b')
  await expect(store.putObject({ ...unversioned, key: 'k', staged })).rejects.toMatchObject(refused('no-such-bucket'))
  await store.deleteBucket('b')
  expect(store.isEmpty('b')).toBe(true)
})

test('when the thread of the catalogue has ended, whoever asks it is told', async (context) => {
  const { expect } = context
  const writer = startCatalogueThread(temporaryFolder(context)) // a folder is no database
  const failed = { kind: 'failed', message: expect.stringContaining('the thread of the catalogue ended') as string }
  expect(await writer.run([])).toMatchObject(failed)
  expect(await writer.run([])).toMatchObject(failed)
  await writer.close()
})

test('all of it is there when it is opened again, and a second process is refused meanwhile', async (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const first = await openedStore(context, { folder, startWriter: startCatalogueThread })
  await put(first, 'small', 'x')
  await put(first, 'large', large(1_000_000))
  await expect(openObjectStore({ folder, clock: () => 0, onProblem: () => {} })).rejects.toThrow('is open in another process')
  await first.close()
  const again = await opened(context, folder)
  expect(await read(again, 'small')).toBe('x')
  expect((await bytesOf(again, again.find('b', 'large'))).equals(large(1_000_000))).toBe(true)
})

function chunked(bytes: Buffer, size: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
}
