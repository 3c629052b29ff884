/**
 * Carries out the rules for the life of objects. A pass walks over the versions of a bucket and takes away what is due; it keeps nothing
 * of its own, so what a crash cuts off the next pass does. As on AWS no policy is asked: who puts the rules decides, and what a retention
 * or a legal hold protects stays.
 */
import type { LifecycleRule } from '@aws-sdk/client-s3'
import type { OwnAccord } from '../../kernel/own-accord.ts'
import { AwsError } from '../../kernel/aws-error.ts'
import { commonPrefix, dueAbort, dueRule, isOfVersions, type PlacedVersion, rulesOf } from './lifecycle-due.ts'
import type { ListedVersion, ObjectStore, StoredVersion } from './object-store.ts'
import { answered } from './refusals.ts'
import { bucketArn } from './s3-operation.ts'
import type { Bucket } from './state.ts'

export interface LifecyclePorts {
  readonly objects: ObjectStore
  readonly ownAccord: OwnAccord
  /** Gives what waits a turn. */
  readonly nextTurn: () => Promise<unknown>
}

/** Answers how much was due. */
export async function passOver(bucket: Bucket, ports: LifecyclePorts, now: number, signal: AbortSignal): Promise<number> {
  const rules = rulesOf(bucket)
  if (rules.length === 0) return 0
  const prefix = commonPrefix(rules)
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  let count = 0
  for await (const deed of deedsIn(bucket, { rules, prefix, now }, ports)) {
    if (signal.aborted || failures.length > 0) break
    count++
    const done = carryOut(deed, bucket, ports)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(done))
    running.add(done)
    if (running.size >= MOST_AT_ONCE) await Promise.race(running)
  }
  await Promise.all(running)
  if (failures.length > 0) throw failures[0]
  return count
}

interface Task {
  readonly rules: readonly LifecycleRule[]
  readonly prefix: string
  readonly now: number
}

/** One thing to do: how it is called where a client does it, and how it is done here. */
interface Deed {
  readonly operation: 'DeleteObject' | 'AbortMultipartUpload'
  readonly input: { readonly Key: string; readonly VersionId?: string; readonly UploadId?: string }
  readonly rule: LifecycleRule
  readonly work: () => Promise<unknown>
}

async function* deedsIn(bucket: Bucket, task: Task, ports: LifecyclePorts): AsyncGenerator<Deed> {
  yield* uploadsDue(bucket, task, ports)
  if (!task.rules.some(isOfVersions)) return
  let newer: Walked | undefined
  for await (const [version, next] of withNext(versionsIn(bucket, task.prefix, ports))) {
    const behind = newer !== undefined && newer.version.key === version.key ? newer : undefined
    const place: PlacedVersion['place'] = version.isLatest
      ? { isLatest: true, isAlone: next?.key !== version.key }
      : { isLatest: false, since: behind?.version.modifiedAt ?? task.now, newer: behind === undefined ? 0 : behind.index }
    newer = { version, index: place.isLatest ? 0 : place.newer + 1 }
    const deed = versionDue(bucket, { version, place }, task, ports)
    if (deed !== undefined) yield deed
  }
}

interface Walked {
  readonly version: ListedVersion
  /** How many noncurrent versions there are down to it. */
  readonly index: number
}

function versionDue(
  bucket: Bucket,
  { version, place }: { readonly version: ListedVersion; readonly place: PlacedVersion['place'] },
  { rules, now }: Task,
  { objects }: LifecyclePorts,
): Deed | undefined {
  const { key, modifiedAt, versionId, isLatest } = version
  const isDeleteMarker = version.kind === 'delete-marker'
  const placed = { key, isDeleteMarker, modifiedAt, size: version.kind === 'object' ? version.size : 0, place }
  if (dueRule(rules, { ...placed, tags: undefined }, now) === undefined) return undefined
  // A page of a listing tells no tags and no locks, and it is of a moment ago.
  const seen = objects.find(bucket.id, key, versionId)
  if (seen === undefined || seen.isLatest !== isLatest || seen.modifiedAt !== modifiedAt) return undefined
  const rule = dueRule(rules, { ...placed, tags: seen.kind === 'object' ? seen.tags : {} }, now)
  if (rule === undefined) return undefined
  const isExpiry = isLatest && !isDeleteMarker
  // An expiry in a bucket with versions puts a delete marker in front, and takes nothing that is protected.
  if (!(isExpiry && bucket.versioning === 'enabled') && isProtected(seen, now)) return undefined
  const { sequence } = seen
  const named = { bucketId: bucket.id, key, versioning: bucket.versioning, ...(!isExpiry && { versionId }) }
  return {
    operation: 'DeleteObject',
    input: { Key: key, ...(!isExpiry && { VersionId: versionId }) },
    rule,
    work: () => objects.deleteObject({ ...named, ifStill: { sequence, isLatest } }),
  }
}

function isProtected(version: StoredVersion, now: number): boolean {
  return version.kind === 'object' && (version.lock.isHeld === true || (version.lock.retention?.until ?? 0) > now)
}

async function* uploadsDue(bucket: Bucket, { rules, prefix, now }: Task, { objects, nextTurn }: LifecyclePorts): AsyncGenerator<Deed> {
  if (rules.every(({ AbortIncompleteMultipartUpload: abort }) => abort === undefined)) return
  for (let after: string | undefined, afterUploadId: string | undefined; ;) {
    const page = objects.listUploads({ bucketId: bucket.id, prefix, delimiter: '', after, afterUploadId, limit: PAGE })
    for (const { key, uploadId, initiatedAt } of page.uploads) {
      const rule = dueAbort(rules, { key, initiatedAt }, now)
      if (rule === undefined) continue
      const work = (): Promise<void> => objects.abortUpload(bucket.id, key, uploadId)
      yield { operation: 'AbortMultipartUpload', input: { Key: key, UploadId: uploadId }, rule, work }
    }
    if (page.next === undefined) return
    ;({ key: after, uploadId: afterUploadId } = page.next)
    await nextTurn()
  }
}

async function* versionsIn(bucket: Bucket, prefix: string, { objects, nextTurn }: LifecyclePorts): AsyncGenerator<ListedVersion> {
  for (let after: string | undefined, afterVersionId: string | undefined; ;) {
    const page = objects.listVersions({ bucketId: bucket.id, prefix, delimiter: '', after, afterVersionId, limit: PAGE })
    yield* page.versions
    if (page.next === undefined) return
    ;({ key: after, versionId: afterVersionId } = page.next)
    await nextTurn()
  }
}

async function* withNext<T>(items: AsyncIterable<T>): AsyncGenerator<readonly [T, T | undefined]> {
  let held: { readonly item: T } | undefined
  for await (const item of items) {
    if (held !== undefined) yield [held.item, item]
    held = { item }
  }
  if (held !== undefined) yield [held.item, undefined]
}

/** What changed meanwhile is another matter: the next pass looks at it anew. */
async function carryOut({ operation, input, rule, work }: Deed, bucket: Bucket, { ownAccord }: LifecyclePorts): Promise<void> {
  const deed = {
    service: 's3',
    operation,
    input: { Bucket: bucket.name, ...input },
    principal: 's3.amazonaws.com',
    accountId: bucket.accountId,
    region: bucket.region,
    resource: `${bucketArn(bucket.name)}/${input.Key}`,
    because: { lifecycleRule: rule.ID ?? '' },
  }
  try {
    await ownAccord.do(deed, () => answered({ bucket: bucket.name, key: input.Key }, work))
  } catch (error) {
    if (!(error instanceof AwsError) || error.fault !== 'client') throw error
  }
}

const PAGE = 1000
const MOST_AT_ONCE = 16
