/** What rules take away, and what they leave. The store is a real one, the days pass as the test says. */
import type { LifecycleRule } from '@aws-sdk/client-s3'
import { describe, test, type TestContext } from 'vitest'
import { bodyOf, openedStore, plain } from '../../../test/support/object-store.ts'
import type { Deed } from '../../kernel/own-accord.ts'
import { commonPrefix, expiration } from './lifecycle-due.ts'
import { passOver } from './lifecycle-pass.ts'
import type { ObjectLock, StoredObject, Versioning } from './object-store.ts'
import type { Bucket } from './state.ts'

const DAY = 86_400_000
/** Noon, so that days end half a day later. */
const start = Date.UTC(2026, 0, 1, 12)
const never = new AbortController().signal

async function world(context: TestContext, versioning: Versioning, ...rules: readonly LifecycleRule[]) {
  let now = start
  const objects = await openedStore(context, { clock: () => now })
  const bucketOf = (given: readonly LifecycleRule[]): Bucket => ({
    name: 'days',
    id: 'b',
    accountId: '111122223333',
    region: 'us-east-1',
    createdAt: start,
    versioning,
    configurations: { lifecycle: JSON.stringify({ Rules: given.map((rule, i) => ({ ID: `rule ${i}`, ...rule })) }) },
  })
  const bucket = bucketOf(rules)
  const deeds: Deed[] = []
  const ports = {
    objects,
    nextTurn: () => Promise.resolve(),
    ownAccord: {
      async do(deed: Deed, work: () => Promise<unknown>) {
        await work()
        deeds.push(deed)
      },
    },
  }
  return {
    objects,
    bucket,
    deeds,
    ports,
    put: async (key: string, options: { tags?: Record<string, string>; size?: number; lock?: ObjectLock } = {}): Promise<StoredObject> => {
      const { tags = {}, size = 4, lock = {} } = options
      const staged = await objects.stage(bodyOf('x'.repeat(size)))
      return objects.putObject({ bucketId: 'b', key, versioning, attributes: plain, tags, lock, staged })
    },
    remove: (key: string) => objects.deleteObject({ bucketId: 'b', key, versioning }),
    pass: (days: number): Promise<number> => {
      now += days * DAY
      return passOver(bucket, ports, now, never)
    },
    keys: () => objects.listObjects({ bucketId: 'b', prefix: '', delimiter: '', limit: 1000 }).objects.map(({ key }) => key),
    versions: () =>
      objects
        .listVersions({ bucketId: 'b', prefix: '', delimiter: '', limit: 1000 })
        .versions.map(({ key, kind, isLatest }) => `${key} ${kind === 'object' ? 'object' : 'marker'}${isLatest ? ' latest' : ''}`),
  }
}

const all = { Filter: { Prefix: '' } } as const
const days = (Days: number): Pick<LifecycleRule, 'Expiration'> => ({ Expiration: { Days } })
function rule(of: Partial<LifecycleRule>): LifecycleRule {
  return { Status: 'Enabled', ...of }
}

describe('what stays', () => {
  test('an object whose days are not over: they end at the midnight after', async (context) => {
    const { expect } = context
    const { put, pass, keys } = await world(context, 'unversioned', rule({ ...all, ...days(2) }))
    await put('a')
    expect(await pass(2)).toBe(0)
    expect(keys()).toEqual(['a'])
    expect(await pass(0.5)).toBe(1)
    expect(keys()).toEqual([])
  })

  test('what a rule is not about: another prefix, another tag, another size, a rule that is off', async (context) => {
    const { expect } = context
    const { put, pass, keys } = await world(
      context,
      'unversioned',
      rule({ Filter: { Prefix: 'logs/' }, ...days(1) }),
      rule({ Filter: { Tag: { Key: 'keep', Value: 'no' } }, ...days(1) }),
      rule({ Filter: { And: { Prefix: 'big/', ObjectSizeGreaterThan: 10, ObjectSizeLessThan: 20 } }, ...days(1) }),
      rule({ ...all, ...days(1), Status: 'Disabled' }),
    )
    await put('log')
    await put('tagged', { tags: { keep: 'yes', Keep: 'no' } })
    await put('big/10', { size: 10 })
    await put('big/20', { size: 20 })
    await put('logs/1')
    await put('tagged too', { tags: { keep: 'no', other: 'x' } })
    await put('big/11', { size: 11 })
    expect(await pass(3)).toBe(3)
    expect(keys()).toEqual(['big/10', 'big/20', 'log', 'tagged'])
  })

  test('what retention or a hold protects, until it ends', async (context) => {
    const { expect } = context
    const noncurrent = rule({ ...all, NoncurrentVersionExpiration: { NoncurrentDays: 1 } })
    const { put, pass, versions } = await world(context, 'enabled', noncurrent)
    await put('a', { lock: { retention: { mode: 'COMPLIANCE', until: start + 10 * DAY } } })
    await put('h', { lock: { isHeld: true } })
    await put('a')
    await put('h')
    expect(await pass(5)).toBe(0)
    expect(await pass(6)).toBe(1)
    expect(versions()).toEqual(['a object latest', 'h object latest', 'h object'])
  })

  test('an object that was written again while the pass went on', async (context) => {
    const { expect } = context
    const { put, bucket, ports, keys, deeds } = await world(context, 'unversioned', rule({ ...all, ...days(1) }))
    await put('a')
    const objects = {
      ...ports.objects,
      async deleteObject(deletion: Parameters<typeof ports.objects.deleteObject>[0]) {
        await put('a')
        return ports.objects.deleteObject(deletion)
      },
    }
    expect(await passOver(bucket, { ...ports, objects }, start + 3 * DAY, never)).toBe(1)
    expect([keys(), deeds]).toEqual([['a'], []])
  })

  test('a delete marker that hides a version', async (context) => {
    const { expect } = context
    const { put, remove, pass, versions } = await world(
      context,
      'enabled',
      rule({ ...all, Expiration: { ExpiredObjectDeleteMarker: true } }),
    )
    await put('a')
    await remove('a')
    await remove('b')
    expect(await pass(0)).toBe(1)
    expect(versions()).toEqual(['a marker latest', 'a object'])
  })
})

describe('what goes', () => {
  test('with versions an expired object is hidden, then removed, and its marker last', async (context) => {
    const { expect } = context
    const { put, pass, versions, deeds } = await world(
      context,
      'enabled',
      rule({ ID: 'hide', ...all, ...days(3) }),
      rule({ ID: 'remove', ...all, NoncurrentVersionExpiration: { NoncurrentDays: 2 } }),
      rule({ ID: 'sweep', ...all, Expiration: { ExpiredObjectDeleteMarker: true } }),
    )
    const { versionId } = await put('a')
    await pass(4)
    expect(versions()).toEqual(['a marker latest', 'a object'])
    expect(await pass(2)).toBe(0)
    await pass(1)
    expect(versions()).toEqual(['a marker latest'])
    await pass(0)
    expect(versions()).toEqual([])
    expect(deeds.map(({ operation, because }) => [operation, because['lifecycleRule']])).toEqual([
      ['DeleteObject', 'hide'],
      ['DeleteObject', 'remove'],
      ['DeleteObject', 'sweep'],
    ])
    expect(deeds[0]?.input).toEqual({ Bucket: 'days', Key: 'a' })
    expect(deeds[1]).toMatchObject({
      input: { Bucket: 'days', Key: 'a', VersionId: versionId },
      principal: 's3.amazonaws.com',
      resource: 'arn:aws:s3:::days/a',
    })
  })

  test('noncurrent versions beyond those that are to be kept, counted from the newest, on every page', async (context) => {
    const { expect } = context
    const keepTwo = rule({ ...all, NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 2 } })
    const { put, pass, versions } = await world(context, 'enabled', keepTwo)
    for (let i = 0; i < 5; i++) await put('a')
    await put('b')
    expect(await pass(3)).toBe(2)
    expect(versions()).toEqual(['a object latest', 'a object', 'a object', 'b object latest'])
  })

  test('everything on a date, as soon as it has come', async (context) => {
    const { expect } = context
    const { put, pass, keys } = await world(context, 'suspended', rule({ ...all, Expiration: { Date: new Date(Date.UTC(2026, 0, 3)) } }))
    await put('a')
    expect(await pass(1)).toBe(0)
    expect([await pass(1), keys()]).toEqual([1, []])
  })

  test('uploads that were never completed', async (context) => {
    const { expect } = context
    const abort = rule({ Filter: { Prefix: 'up/' }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } })
    const { objects, pass, deeds } = await world(context, 'unversioned', abort)
    const begin = (key: string) =>
      objects.createUpload({ bucketId: 'b', key, attributes: plain, initiator: { id: 'someone', displayName: 'someone' } })
    await begin('up/a')
    await begin('other')
    expect(await pass(1)).toBe(0)
    expect(await pass(1)).toBe(1)
    const { uploads } = objects.listUploads({ bucketId: 'b', prefix: '', delimiter: '', limit: 10 })
    expect([uploads.map(({ key }) => key), deeds.map(({ operation }) => operation)]).toEqual([['other'], ['AbortMultipartUpload']])
  })

  test('more than a page of objects, and no other', async (context) => {
    const { expect } = context
    const { put, pass, keys } = await world(context, 'unversioned', rule({ Filter: { Prefix: 'tmp/' }, ...days(1) }))
    for (let i = 0; i < 1_100; i++) await put(`tmp/${i}`)
    await put('tmp')
    expect([await pass(2), keys()]).toEqual([1_100, ['tmp']])
  })
})

describe('when an object goes', () => {
  test('is told of the current version: the first rule that comes, at its midnight', async (context) => {
    const { expect } = context
    const { put, bucket, objects } = await world(
      context,
      'enabled',
      rule({ ID: 'later', ...all, ...days(30) }),
      rule({ ID: 'for a & b', Filter: { Tag: { Key: 'a', Value: 'b' } }, ...days(1) }),
    )
    const plainObject = await put('plain')
    const tagged = await put('tagged', { tags: { a: 'b' } })
    expect(expiration(bucket, plainObject)).toEqual({ Expiration: 'expiry-date="Sun, 01 Feb 2026 00:00:00 GMT", rule-id="later"' })
    const soon = { Expiration: 'expiry-date="Sat, 03 Jan 2026 00:00:00 GMT", rule-id="for%20a%20%26%20b"' }
    expect(expiration(bucket, tagged)).toEqual(soon)
    await put('tagged')
    const old = objects.find('b', 'tagged', tagged.versionId)
    expect(old?.kind === 'object' && expiration(bucket, old)).toEqual({})
  })

  test('rules are walked over their common prefix alone', ({ expect }) => {
    const prefixed = (Prefix: string): LifecycleRule => rule({ Prefix, ...days(1) })
    expect([commonPrefix([]), commonPrefix([prefixed('a/b'), rule({ Filter: { And: { Prefix: 'a/c' } } })])]).toEqual(['', 'a/'])
    expect(commonPrefix([prefixed('x😀'), prefixed('x😁')])).toBe('x')
  })
})
