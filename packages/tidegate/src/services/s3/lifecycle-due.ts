/**
 * What the rules of a bucket bring about, and when. Days are counted from the moment at which something came, and end at the midnight
 * (UTC) after.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
 */
import type { LifecycleRule } from '@aws-sdk/client-s3'
import { configurationOf } from './configured.ts'
import type { StoredObject } from './object-store.ts'
import type { Bucket } from './state.ts'
import type { Tags } from './tags.ts'

/** Those that are enabled and take something away. */
export function rulesOf(bucket: Bucket): readonly LifecycleRule[] {
  if (bucket.configurations['lifecycle'] === undefined) return []
  let rules = known.get(bucket)
  if (rules === undefined) {
    const { Rules = [] } = configurationOf<{ readonly Rules?: LifecycleRule[] }>(bucket, 'lifecycle') ?? {}
    rules = Rules.filter((rule) => rule.Status === 'Enabled' && (isOfVersions(rule) || rule.AbortIncompleteMultipartUpload !== undefined))
    known.set(bucket, rules)
  }
  return rules
}

/** Whether a rule may take versions away. */
export function isOfVersions({ Expiration, NoncurrentVersionExpiration }: LifecycleRule): boolean {
  return Expiration !== undefined || NoncurrentVersionExpiration !== undefined
}

/** A version in the row of its key, newest first. */
export interface PlacedVersion {
  readonly key: string
  readonly isDeleteMarker: boolean
  readonly modifiedAt: number
  readonly size: number
  /** `undefined` where they are not known yet: then every tag is taken to be there. */
  readonly tags: Tags | undefined
  /** How it lies: the newest of its key, the only one of it, or behind others. */
  readonly place:
    | { readonly isLatest: true; readonly isAlone: boolean }
    /** `since` is when the version before it came; `newer` is how many there are between it and the latest. */
    | { readonly isLatest: false; readonly since: number; readonly newer: number }
}

/** The rule by which a version goes now. */
export function dueRule(rules: readonly LifecycleRule[], version: PlacedVersion, now: number): LifecycleRule | undefined {
  return rules.find((rule) => isInScope(rule, version) && isDue(rule, version, now))
}

function isDue({ Expiration, NoncurrentVersionExpiration: noncurrent }: LifecycleRule, version: PlacedVersion, now: number): boolean {
  const { place, isDeleteMarker, modifiedAt } = version
  if (!place.isLatest) {
    if (noncurrent?.NoncurrentDays === undefined || place.newer < (noncurrent.NewerNoncurrentVersions ?? 0)) return false
    return endOfDays(place.since, noncurrent.NoncurrentDays) <= now
  }
  if (isDeleteMarker && !place.isAlone) return false
  if (isDeleteMarker && Expiration?.ExpiredObjectDeleteMarker === true) return true
  return (endOf(Expiration, modifiedAt) ?? Infinity) <= now
}

/** When the current version of an object goes, and by which rule: the first that comes. */
function expiryOf(rules: readonly LifecycleRule[], object: Omit<PlacedVersion, 'place' | 'isDeleteMarker'>) {
  let first: { readonly at: number; readonly ruleId: string } | undefined
  for (const rule of rules) {
    const at = isInScope(rule, { ...object, isDeleteMarker: false }) ? endOf(rule.Expiration, object.modifiedAt) : undefined
    if (at !== undefined && at < (first?.at ?? Infinity)) first = { at, ruleId: rule.ID ?? '' }
  }
  return first
}

/** The member of an output that becomes the header `x-amz-expiration`. */
export function expiration(bucket: Bucket, object: StoredObject): { readonly Expiration?: string } {
  const rules = rulesOf(bucket)
  const expiry = rules.length > 0 && object.isLatest ? expiryOf(rules, object) : undefined
  if (expiry === undefined) return {}
  return { Expiration: `expiry-date="${new Date(expiry.at).toUTCString()}", rule-id="${encodeURIComponent(expiry.ruleId)}"` }
}

/** The rule by which an upload in parts that was not completed goes now. */
export function dueAbort(rules: readonly LifecycleRule[], upload: { readonly key: string; readonly initiatedAt: number }, now: number) {
  return rules.find((rule) => {
    const days = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation
    return days !== undefined && upload.key.startsWith(prefixOf(rule)) && endOfDays(upload.initiatedAt, days) <= now
  })
}

/** What every key that a rule can be about begins with. */
export function commonPrefix(rules: readonly LifecycleRule[]): string {
  const [first = '', ...rest] = rules.map(prefixOf)
  let length = first.length
  for (const prefix of rest) while (!prefix.startsWith(first.slice(0, length))) length--
  // Never half of a character.
  return first.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')
}

function prefixOf({ Prefix, Filter }: LifecycleRule): string {
  return Prefix ?? Filter?.Prefix ?? Filter?.And?.Prefix ?? ''
}

function isInScope(rule: LifecycleRule, version: Omit<PlacedVersion, 'place'>): boolean {
  const { Filter: { And, Tag, ...single } = {} } = rule
  const { ObjectSizeGreaterThan: above, ObjectSizeLessThan: below } = And ?? single
  if (!version.key.startsWith(prefixOf(rule))) return false
  if (version.isDeleteMarker && (above ?? below) !== undefined) return false
  if (above !== undefined && version.size <= above) return false
  if (below !== undefined && version.size >= below) return false
  const wanted = [...(Tag === undefined ? [] : [Tag]), ...(And?.Tags ?? [])]
  const { tags } = version
  return tags === undefined || wanted.every(({ Key = '', Value = '' }) => Object.hasOwn(tags, Key) && tags[Key] === Value)
}

function endOf(expiration: LifecycleRule['Expiration'], modifiedAt: number): number | undefined {
  if (expiration?.Date !== undefined) return expiration.Date.getTime()
  return expiration?.Days === undefined ? undefined : endOfDays(modifiedAt, expiration.Days)
}

function endOfDays(since: number, days: number): number {
  return Math.ceil(since / DAY + days) * DAY
}

/** A record stays the same object until it is written again. */
const known = new WeakMap<Bucket, readonly LifecycleRule[]>()
const DAY = 86_400_000
