import fc from 'fast-check'
import { test } from 'vitest'
import { bodyOf, openedStore, plain } from '../../test/support/object-store.ts'
import type { ListQuery, ObjectStore } from '../services/s3/object-store.ts'
import type { OpenObjectStore } from './open-store.ts'

/** The slow and obvious store: every version there ever was, in the order of its writing. */
interface Model {
  readonly key: string
  readonly versionId: string
  readonly isMarker: boolean
  readonly size: number
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** Keys that meet each other: few letters, delimiters of one and more bytes, what UTF-16 would sort elsewhere, what paths would fold. */
const key = fc
  .array(fc.constantFrom('a', 'b', '/', '/', '..', '//', 'ab', 'é', '\uffee', '\u{1f600}', '\u0001', ' '), { minLength: 1, maxLength: 5 })
  .map((letters) => letters.join(''))

const step = fc.record({
  do: fc.constantFrom('put', 'put', 'put', 'delete', 'delete-version', 'copy'),
  key,
  other: key,
  versioning: fc.constantFrom('unversioned', 'enabled', 'suspended'),
  pick: fc.nat(),
  size: fc.nat(40),
} as const)

const query = fc.record({
  prefix: fc.oneof(fc.constant(''), key),
  delimiter: fc.constantFrom('', '/', '/', 'b', '//', 'é'),
  limit: fc.integer({ min: 1, max: 7 }),
})

test('law: pages of every listing, one behind the other, are what the slow and obvious store lists', async (context) => {
  const { expect } = context
  let buckets = 0
  const store = await openedStore(context)
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.array(query, { maxLength: 6 }), async (steps, queries) => {
      const bucketId = `law-${buckets++}`
      await store.createBucket(bucketId)
      let model: readonly Model[] = []
      for (const each of steps) model = await walk(store, bucketId, model, each)
      expect(store.isEmpty(bucketId)).toBe(model.length === 0)
      for (const { prefix, delimiter, limit } of queries) {
        const listed = { bucketId, prefix, delimiter, limit }
        expect(allObjects(store, listed)).toEqual(expectedObjects(model, prefix, delimiter))
        expect(allVersions(store, listed)).toEqual(expectedVersions(model, prefix, delimiter))
      }
    }),
    { numRuns: 80 },
  )
}, 30_000)

test('law: uploads are listed in the order of their keys, then of their beginning', async (context) => {
  const { expect } = context
  let buckets = 0
  const store = await openedStore(context)
  await fc.assert(
    fc.asyncProperty(fc.array(key, { maxLength: 12 }), query, async (keys, { prefix, delimiter, limit }) => {
      const bucketId = `uploads-${buckets++}`
      await store.createBucket(bucketId)
      const made = []
      for (const each of keys)
        made.push(await store.createUpload({ bucketId, key: each, attributes: plain, initiator: { id: 'i', displayName: 'i' } }))
      const pages = pagesOf((after, afterUploadId: string | undefined) => {
        const page = store.listUploads({ bucketId, prefix, delimiter, limit, after, afterUploadId })
        const told = [...page.uploads.map((upload) => [upload.key, upload.uploadId]), ...page.prefixes.map((group) => [group])]
        return { told, next: page.isTruncated ? page.next : undefined, id: page.next?.uploadId }
      })
      const matching = made.filter((upload) => upload.key.startsWith(prefix)).map((upload, i) => ({ upload, i }))
      const sorted = matching.toSorted((a, b) => byBytes(a.upload.key, b.upload.key) || a.i - b.i).map(({ upload }) => upload)
      const single = sorted.filter((upload) => groupOf(upload.key, prefix, delimiter) === undefined)
      const groups = groupsOf(
        sorted.map((upload) => upload.key),
        prefix,
        delimiter,
      )
      expect(pages.filter(([, id]) => id !== undefined)).toEqual(single.map((upload) => [upload.key, upload.uploadId]))
      expect(pages.filter(([, id]) => id === undefined).map(([group]) => group)).toEqual(groups)
    }),
    { numRuns: 40 },
  )
}, 30_000)

test('a page of nothing is not truncated, and a marker that no store has given is refused', async (context) => {
  const { expect } = context
  const store = await openedStore(context)
  await store.putObject({ bucketId: 'b', key: 'k', versioning: 'enabled', attributes: plain, staged: await store.stage(bodyOf('x')) })
  expect(store.listObjects({ bucketId: 'b', prefix: '', delimiter: '', limit: 0 })).toEqual({
    objects: [],
    prefixes: [],
    isTruncated: false,
    next: undefined,
  })
  const marked = { bucketId: 'b', prefix: '', delimiter: '', limit: 5, after: 'k', afterVersionId: 'none' }
  expect(() => store.listVersions(marked)).toThrow('no such version')
})

test('a key that comes after a common prefix and lies in it goes on behind it', async (context) => {
  const { expect } = context
  const store = await openedStore(context)
  for (const each of ['a/1', 'a/2', 'b']) {
    await store.putObject({
      bucketId: 'b',
      key: each,
      versioning: 'unversioned',
      attributes: plain,
      staged: await store.stage(bodyOf('x')),
    })
  }
  const after = (marker: string): readonly string[] => {
    const { objects, prefixes } = store.listObjects({ bucketId: 'b', prefix: '', delimiter: '/', limit: 5, after: marker })
    return [...prefixes, ...objects.map((object) => object.key)]
  }
  expect([after('a'), after('a/'), after('a/1'), after('b')]).toEqual([['a/', 'b'], ['b'], ['b'], []])
})

async function walk(store: OpenObjectStore, bucketId: string, model: readonly Model[], each: Step): Promise<readonly Model[]> {
  const { versioning } = each
  const target = { bucketId, key: each.key, versioning, attributes: plain }
  const withoutNull = (): readonly Model[] =>
    versioning === 'enabled' ? model : model.filter((version) => version.key !== each.key || version.versionId !== 'null')
  if (each.do === 'put') {
    const { versionId } = await store.putObject({ ...target, staged: await store.stage(bodyOf('x'.repeat(each.size))) })
    return [...withoutNull(), { key: each.key, versionId, isMarker: false, size: each.size }]
  }
  if (each.do === 'copy') {
    const source = store.find(bucketId, each.other)
    if (source?.kind !== 'object') return model
    const { versionId } = await store.copyObject({ ...target, source })
    return [...withoutNull(), { key: each.key, versionId, isMarker: false, size: source.size }]
  }
  if (each.do === 'delete') {
    const { versionId, isDeleteMarker } = await store.deleteObject(target)
    // Where there are no versions, what stands in the model is the null version alone, and others that came before.
    return isDeleteMarker && versionId !== undefined
      ? [...withoutNull(), { key: each.key, versionId, isMarker: true, size: 0 }]
      : withoutNull()
  }
  const picked = model[each.pick % Math.max(1, model.length)]
  if (picked === undefined) return model
  await store.deleteObject({ ...target, key: picked.key, versionId: picked.versionId })
  return model.filter((version) => version !== picked)
}

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function expectedVersions(model: readonly Model[], prefix: string, delimiter: string): object {
  const matching = model.map((version, at) => ({ ...version, at })).filter((version) => version.key.startsWith(prefix))
  const sorted = matching.toSorted((a, b) => byBytes(a.key, b.key) || b.at - a.at)
  const versions = sorted
    .filter((version) => groupOf(version.key, prefix, delimiter) === undefined)
    .map(({ key: of, versionId, isMarker }) => {
      const isLatest = sorted.find((other) => other.key === of)?.versionId === versionId
      return { key: of, versionId, isMarker, isLatest }
    })
  return {
    versions,
    prefixes: groupsOf(
      sorted.map((version) => version.key),
      prefix,
      delimiter,
    ),
  }
}

function expectedObjects(model: readonly Model[], prefix: string, delimiter: string): object {
  const newest = new Map<string, Model>()
  for (const version of model) newest.set(version.key, version)
  const sorted = [...newest.values()]
    .filter((version) => !version.isMarker && version.key.startsWith(prefix))
    .toSorted((a, b) => byBytes(a.key, b.key))
  const single = sorted.filter((version) => groupOf(version.key, prefix, delimiter) === undefined)
  return {
    objects: single.map(({ key: of, size }) => ({ key: of, size })),
    prefixes: groupsOf(
      sorted.map((version) => version.key),
      prefix,
      delimiter,
    ),
  }
}

function allObjects(store: ObjectStore, query: ListQuery): object {
  const objects: object[] = []
  const prefixes: string[] = []
  for (let after: string | undefined, isTruncated = true; isTruncated;) {
    const page = store.listObjects({ ...query, after })
    if (page.objects.length + page.prefixes.length > query.limit) throw new Error('a page is longer than was asked for')
    objects.push(...page.objects.map(({ key: of, size }) => ({ key: of, size })))
    prefixes.push(...page.prefixes)
    after = page.next
    isTruncated = page.isTruncated
  }
  return { objects, prefixes }
}

function allVersions(store: ObjectStore, query: ListQuery): object {
  const versions: object[] = []
  const prefixes: string[] = []
  let next: { readonly key: string; readonly versionId: string | undefined } | undefined
  do {
    const page = store.listVersions({ ...query, after: next?.key, afterVersionId: next?.versionId })
    versions.push(
      ...page.versions.map(({ kind, key: of, versionId, isLatest }) => ({
        key: of,
        versionId,
        isMarker: kind === 'delete-marker',
        isLatest,
      })),
    )
    prefixes.push(...page.prefixes)
    next = page.next
  } while (next !== undefined)
  return { versions, prefixes }
}

function pagesOf(
  page: (
    after: string | undefined,
    id: string | undefined,
  ) => {
    readonly told: readonly (readonly string[])[]
    readonly next: { readonly key: string } | undefined
    readonly id: string | undefined
  },
): readonly (readonly string[])[] {
  const all: (readonly string[])[] = []
  let after: string | undefined
  let id: string | undefined
  do {
    const { told, next, id: nextId } = page(after, id)
    all.push(...told)
    after = next?.key
    id = nextId
  } while (after !== undefined)
  return all
}

function groupOf(of: string, prefix: string, delimiter: string): string | undefined {
  const at = delimiter === '' ? -1 : of.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : of.slice(0, at + delimiter.length)
}

function groupsOf(keys: readonly string[], prefix: string, delimiter: string): readonly string[] {
  return [...new Set(keys.flatMap((of) => groupOf(of, prefix, delimiter) ?? []))]
}
