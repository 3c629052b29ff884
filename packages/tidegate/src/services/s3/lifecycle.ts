/**
 * Rules for the life of objects, as they are put.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
 */
import { createHash } from 'node:crypto'
import type { LifecycleRule } from '@aws-sdk/client-s3'
import { malformedXml, s3Error } from './errors.ts'

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
  const { Days, Date: date, ExpiredObjectDeleteMarker: marker } = Expiration ?? {}
  if (Expiration !== undefined && [Days, date, marker].filter((each) => each !== undefined).length !== 1) {
    throw malformedXml('an expiration has one of days, date and delete marker')
  }
  const days = [Days, NoncurrentVersionExpiration?.NoncurrentDays, AbortIncompleteMultipartUpload?.DaysAfterInitiation]
  if (days.some((each) => each !== undefined && each <= 0)) {
    throw s3Error('InvalidArgument', "'Days' for Expiration action must be a positive integer")
  }
  for (const { Days: after, Date: on, StorageClass } of Transitions) {
    if ((after === undefined) === (on === undefined) || !transitions.has(StorageClass ?? '')) throw malformedXml('a transition')
    if ((after ?? 0) < 0) throw s3Error('InvalidArgument', "'Days' in Transition action must be nonnegative")
  }
  if (NoncurrentVersionTransitions.some(({ StorageClass }) => !transitions.has(StorageClass ?? ''))) throw malformedXml('a transition')
  for (const each of [date, ...Transitions.map(({ Date: on }) => on)]) {
    if (each !== undefined && each.getTime() % DAY !== 0) throw s3Error('InvalidArgument', "'Date' must be at midnight GMT")
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
