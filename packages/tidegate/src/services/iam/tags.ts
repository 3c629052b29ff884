/** Tags of IAM entities: keys differ without regard to case and keep theirs. */
import type { Tag as TagShape } from '@aws-sdk/client-iam'
import { iamError } from './errors.ts'
import type { Tag } from './state.ts'

type Context = Readonly<Record<string, string | readonly string[]>>

export function tagsOf(shapes: readonly TagShape[] | undefined): readonly Tag[] {
  const tags = (shapes ?? []).map(({ Key = '', Value = '' }) => ({ key: Key, value: Value }))
  const keys = new Set(tags.map(({ key }) => key.toLowerCase()))
  if (keys.size < tags.length) {
    throw iamError('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.')
  }
  if (tags.some(({ key }) => /^aws:/i.test(key))) {
    throw iamError('InvalidInput', 'Tag keys that start with aws: are reserved for system use.')
  }
  return tags
}

export function tagShapes(tags: readonly Tag[]): TagShape[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }))
}

/** What a tag operation makes of the tags that are there. Throws `LimitExceeded` beyond 50. */
export function withTags(tags: readonly Tag[], added: readonly Tag[]): readonly Tag[] {
  const result = [
    ...withoutTags(
      tags,
      added.map(({ key }) => key),
    ),
    ...added,
  ]
  if (result.length > maxTags) throw iamError('LimitExceeded', 'The number of tags has reached the maximum limit.')
  return result.toSorted((a, b) => (a.key < b.key ? -1 : 1))
}

export function withoutTags(tags: readonly Tag[], keys: readonly string[]): readonly Tag[] {
  const gone = new Set(keys.map((key) => key.toLowerCase()))
  return tags.filter(({ key }) => !gone.has(key.toLowerCase()))
}

/** `aws:RequestTag/…` and `aws:TagKeys` of a request that carries tags. */
export function requestTags(shapes: readonly TagShape[] | undefined): Context {
  if (shapes === undefined || shapes.length === 0) return {}
  const entries = shapes.map(({ Key = '', Value = '' }) => [`aws:RequestTag/${Key}`, Value] as const)
  return Object.fromEntries([...entries, ['aws:TagKeys', shapes.map(({ Key = '' }) => Key)]])
}

export function requestTagKeys(keys: readonly string[] | undefined): Context {
  return keys === undefined || keys.length === 0 ? {} : { 'aws:TagKeys': keys }
}

/** `aws:ResourceTag/…` of an entity, and `iam:ResourceTag/…` of users and roles. */
export function resourceTags(tags: readonly Tag[], isPrincipal: boolean): Context {
  const prefixes = isPrincipal ? ['aws:ResourceTag/', 'iam:ResourceTag/'] : ['aws:ResourceTag/']
  return Object.fromEntries(tags.flatMap(({ key, value }) => prefixes.map((prefix) => [prefix + key, value] as const)))
}

const maxTags = 50
