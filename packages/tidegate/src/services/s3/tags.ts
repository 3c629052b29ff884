/** Tags of buckets and objects. Keys differ by case. */
import type { Tag } from '@aws-sdk/client-s3'
import { invalidArgument, s3Error } from './errors.ts'
import type { Context } from './s3-operation.ts'

export type Tags = Readonly<Record<string, string>>

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/CostAllocTagging.html */
export function assertBucketTags(tags: readonly Tag[]): void {
  if (tags.length > 50) throw s3Error('InvalidTag', 'Bucket tag count cannot be greater than 50')
  tagsOf(tags)
  if (tags.some(({ Key }) => /^aws:/i.test(Key ?? ''))) throw s3Error('InvalidTag', 'System tags cannot be added/updated by requester')
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
export function objectTags(tags: readonly Tag[]): Tags {
  if (tags.length > 10) throw s3Error('BadRequest', 'Object tags cannot be greater than 10')
  const found = tagsOf(tags)
  if (Object.keys(found).some((key) => /^aws:/i.test(key))) throw s3Error('InvalidTag', 'System tags cannot be added/updated by requester')
  return found
}

/** The header `x-amz-tagging`: `key=value&other=value`, URL-encoded. */
export function tagsOfHeader(header: string | undefined): Tags {
  if (header === undefined || header === '') return {}
  const refuse = (): never => {
    throw invalidArgument(
      'x-amz-tagging',
      header.slice(0, 1_000),
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
    )
  }
  const decoded = (text: string): string => {
    try {
      return decodeURIComponent(text.replaceAll('+', ' '))
    } catch {
      return refuse()
    }
  }
  const tags = header.split('&').map((pair) => {
    const equals = pair.indexOf('=')
    return { Key: decoded(equals < 0 ? pair : pair.slice(0, equals)), Value: decoded(equals < 0 ? '' : pair.slice(equals + 1)) }
  })
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length) refuse()
  return objectTags(tags)
}

export function tagSet(tags: Tags): Tag[] {
  return Object.keys(tags)
    .toSorted()
    .map((Key) => ({ Key, Value: tags[Key] ?? '' }))
}

/** As they are written, for the decision: whether they are valid is asked later. */
export function tagsOfSet(tags: readonly Tag[]): Tags {
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]))
}

/** Condition keys of tags that a request puts on an object. */
export function requestObjectTags(tags: Tags): Context {
  const keys = Object.keys(tags)
  if (keys.length === 0) return {}
  const entries = keys.map((key) => [`s3:RequestObjectTag/${key}`, tags[key] ?? ''] as const)
  return { ...Object.fromEntries(entries), 's3:RequestObjectTagKeys': keys }
}

/** Condition keys of the tags that an object has. */
export function existingObjectTags(tags: Tags = {}): Context {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`s3:ExistingObjectTag/${key}`, value]))
}

/** Condition keys of tags that a request puts on a bucket. */
export function requestTags(tags: readonly Tag[]): Context {
  if (tags.length === 0) return {}
  const entries = tags.map(({ Key = '', Value = '' }) => [`aws:RequestTag/${Key}`, Value] as const)
  return { ...Object.fromEntries(entries), 'aws:TagKeys': tags.map(({ Key = '' }) => Key) }
}

function tagsOf(tags: readonly Tag[]): Record<string, string> {
  const found: Record<string, string> = Object.create(null)
  for (const { Key = '', Value = '' } of tags) {
    if (Key.length === 0 || Key.length > 128 || !allowed.test(Key))
      throw s3Error('InvalidTag', 'The TagKey you have provided is invalid', { members: { TagKey: Key.slice(0, 256) } })
    if (Value.length > 256 || !allowed.test(Value))
      throw s3Error('InvalidTag', 'The TagValue you have provided is invalid', { members: { TagKey: Key, TagValue: Value.slice(0, 512) } })
    if (Key in found) throw s3Error('InvalidTag', 'Cannot provide multiple Tags with the same key', { members: { TagKey: Key } })
    found[Key] = Value
  }
  return { ...found }
}

const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u
