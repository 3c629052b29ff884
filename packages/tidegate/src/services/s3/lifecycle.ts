/**
 * Rules for the life of objects, as they are put.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
 */
import { createHash } from 'node:crypto'
import type { LifecycleRule, LifecycleRuleFilter } from '@aws-sdk/client-s3'
import { malformedXml, s3Error } from './errors.ts'
import { objectTags } from './tags.ts'

/** A rule without an id gets one, which stays as long as the rule says the same. */
export function withRuleIds(rules: readonly LifecycleRule[]): LifecycleRule[] {
  return rules.map((rule, i) => {
    if (rule.ID !== undefined && rule.ID !== '') return rule
    return {
      ...rule,
      ID: createHash('sha256')
        .update(`${i} ${JSON.stringify(rule)}`)
        .digest('base64url')
        .slice(0, 32),
    }
  })
}

export function assertLifecycleRules(rules: readonly LifecycleRule[]): void {
  if (rules.length === 0 || rules.length > 1000) throw malformedXml('there are 1 to 1,000 rules')
  const ids = rules.map(({ ID }) => ID)
  if (new Set(ids).size < ids.length) throw s3Error('InvalidArgument', 'Rule ID must be unique. Found same ID for more than one rule')
  for (const rule of rules) assertRule(rule)
}

function assertRule(rule: LifecycleRule): void {
  const { ID = '', Status, Prefix, Filter, Expiration, Transitions = [], NoncurrentVersionTransitions = [] } = rule
  const { NoncurrentVersionExpiration, AbortIncompleteMultipartUpload } = rule
  if (ID.length > 255) throw s3Error('InvalidArgument', 'ID length should not exceed allowed limit of 255')
  if (Status !== 'Enabled' && Status !== 'Disabled') throw malformedXml('a status is neither Enabled nor Disabled')
  if ((Prefix === undefined) === (Filter === undefined)) throw malformedXml('a rule has a filter or a prefix')
  const does = [Expiration, NoncurrentVersionExpiration, AbortIncompleteMultipartUpload, ...Transitions, ...NoncurrentVersionTransitions]
  if (does.every((each) => each === undefined)) {
    throw s3Error('InvalidRequest', 'At least one action needs to be specified in a rule')
  }
  if (Filter !== undefined) assertFilter(Filter)
  const { Days, Date: date, ExpiredObjectDeleteMarker: marker } = Expiration ?? {}
  if (Expiration !== undefined && [Days, date, marker].filter((each) => each !== undefined).length !== 1) {
    throw malformedXml('an expiration has one of days, date and delete marker')
  }
  const { NoncurrentDays, NewerNoncurrentVersions: newer } = NoncurrentVersionExpiration ?? {}
  if (Days !== undefined) assertDays(Days, "'Days' for Expiration action must be a positive integer")
  if (NoncurrentVersionExpiration !== undefined) {
    assertDays(NoncurrentDays ?? 0, "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer")
  }
  if (newer !== undefined && (newer < 1 || newer > 100)) {
    throw s3Error('InvalidArgument', "'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must be between 1 and 100")
  }
  if (AbortIncompleteMultipartUpload !== undefined) {
    const message = "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer"
    assertDays(AbortIncompleteMultipartUpload.DaysAfterInitiation ?? 0, message)
    assertPrefixAlone('AbortIncompleteMultipartUpload', Filter)
  }
  if (marker !== undefined) assertPrefixAlone('ExpiredObjectDeleteMarker', Filter)
  for (const { Days: after, Date: on, StorageClass } of Transitions) {
    if ((after === undefined) === (on === undefined) || !transitions.has(StorageClass ?? '')) throw malformedXml('a transition')
    if ((after ?? 0) < 0) throw s3Error('InvalidArgument', "'Days' in Transition action must be nonnegative")
  }
  if (NoncurrentVersionTransitions.some(({ StorageClass }) => !transitions.has(StorageClass ?? ''))) throw malformedXml('a transition')
  for (const each of [date, ...Transitions.map(({ Date: on }) => on)]) {
    if (each !== undefined && each.getTime() % DAY !== 0) throw s3Error('InvalidArgument', "'Date' must be at midnight GMT")
  }
}

function assertDays(days: number, message: string): void {
  if (!Number.isInteger(days) || days <= 0) throw s3Error('InvalidArgument', message)
}

/** Uploads have no tags and no size yet, delete markers have none. */
function assertPrefixAlone(
  action: string,
  { And, Tag, ObjectSizeGreaterThan: above, ObjectSizeLessThan: below }: LifecycleRuleFilter = {},
): void {
  if (Tag !== undefined || (And?.Tags ?? []).length > 0) throw s3Error('InvalidRequest', `${action} cannot be specified with Tags.`)
  if ([above, below, And?.ObjectSizeGreaterThan, And?.ObjectSizeLessThan].some((size) => size !== undefined)) {
    throw s3Error('InvalidRequest', `${action} cannot be specified with Object Size.`)
  }
}

/** One condition, or several that stand together. */
function assertFilter({ And, Tag, Prefix, ObjectSizeGreaterThan: above, ObjectSizeLessThan: below }: LifecycleRuleFilter): void {
  if ([And, Tag, Prefix, above, below].filter((each) => each !== undefined).length > 1) throw malformedXml('a filter has one condition')
  const tags = [...(Tag === undefined ? [] : [Tag]), ...(And?.Tags ?? [])]
  if (tags.length > 0) objectTags(tags)
  const [least, most] = [above ?? And?.ObjectSizeGreaterThan, below ?? And?.ObjectSizeLessThan]
  if ([least, most].some((size) => size !== undefined && (size < 0 || size > MAX_SIZE))) {
    throw s3Error('InvalidRequest', 'Filter element can only have object sizes between 0 and 5 TB')
  }
  if (least !== undefined && most !== undefined && least >= most) {
    throw s3Error('InvalidRequest', "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.")
  }
}

const transitions: ReadonlySet<string> = new Set([
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
])
const DAY = 86_400_000
const MAX_SIZE = 5 * 1024 ** 4
