import type { LifecycleRule } from '@aws-sdk/client-s3'
import { test } from 'vitest'
import { AwsError } from '../../kernel/aws-error.ts'
import { assertLifecycleRules, withRuleIds } from './lifecycle.ts'

const all = { Status: 'Enabled', Filter: { Prefix: '' } } as const
const tagged = { Status: 'Enabled', Filter: { Tag: { Key: 'a', Value: 'b' } } } as const
const malformed = 'The XML you provided was not well-formed or did not validate against our published schema'

test.for<[why: string, rules: LifecycleRule[], code: string, message: string]>([
  ['no rule', [], 'MalformedXML', malformed],
  ['nothing to do', [all], 'InvalidRequest', 'At least one action needs to be specified in a rule'],
  ['no scope', [{ Status: 'Enabled', Expiration: { Days: 1 } }], 'MalformedXML', malformed],
  [
    'two conditions beside each other',
    [{ ...all, Filter: { Prefix: 'a', ObjectSizeLessThan: 5 }, Expiration: { Days: 1 } }],
    'MalformedXML',
    malformed,
  ],
  ['two ends', [{ ...all, Expiration: { Days: 1, ExpiredObjectDeleteMarker: true } }], 'MalformedXML', malformed],
  ['no day', [{ ...all, Expiration: { Days: 0 } }], 'InvalidArgument', "'Days' for Expiration action must be a positive integer"],
  [
    'an hour of the day',
    [{ ...all, Expiration: { Date: new Date('2026-01-01T01:00:00Z') } }],
    'InvalidArgument',
    "'Date' must be at midnight GMT",
  ],
  [
    'versions to keep without days',
    [{ ...all, NoncurrentVersionExpiration: { NewerNoncurrentVersions: 2 } }],
    'InvalidArgument',
    "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer",
  ],
  [
    'parts of tagged uploads',
    [{ ...tagged, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }],
    'InvalidRequest',
    'AbortIncompleteMultipartUpload cannot be specified with Tags.',
  ],
  [
    'delete markers of a size',
    [{ ...all, Filter: { ObjectSizeGreaterThan: 1 }, Expiration: { ExpiredObjectDeleteMarker: true } }],
    'InvalidRequest',
    'ExpiredObjectDeleteMarker cannot be specified with Object Size.',
  ],
  [
    'an id twice',
    [
      { ...all, ID: 'a', Expiration: { Days: 1 } },
      { ...all, ID: 'a', Expiration: { Days: 2 } },
    ],
    'InvalidArgument',
    'Rule ID must be unique. Found same ID for more than one rule',
  ],
])('%s is refused', ([, rules, code, message], { expect }) => {
  expect(refusal(rules)).toEqual([code, message])
})

test('what AWS shows in its examples is taken, with an id of its own where it has none', ({ expect }) => {
  const rules: LifecycleRule[] = [
    { ...all, ID: 'given', Expiration: { Days: 1 }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
    { Status: 'Disabled', Prefix: 'logs/', Expiration: { Date: new Date('2026-01-01T00:00:00Z') } },
    { ...tagged, NoncurrentVersionExpiration: { NoncurrentDays: 30, NewerNoncurrentVersions: 3 } },
    { ...all, Expiration: { ExpiredObjectDeleteMarker: true } },
    {
      Status: 'Enabled',
      Filter: { And: { Prefix: 'a', Tags: [{ Key: 'k', Value: 'v' }], ObjectSizeGreaterThan: 1, ObjectSizeLessThan: 2 } },
      Expiration: { Days: 3650 },
    },
  ]
  expect(refusal(withRuleIds(rules))).toBeUndefined()
  const ids = withRuleIds(rules).map(({ ID }) => ID)
  expect([ids[0], new Set(ids).size, ids]).toEqual(['given', 5, withRuleIds(rules).map(({ ID }) => ID)])
})

function refusal(rules: readonly LifecycleRule[]): readonly [string, string] | undefined {
  try {
    assertLifecycleRules(rules)
    return undefined
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return [error.code, error.message]
  }
}
