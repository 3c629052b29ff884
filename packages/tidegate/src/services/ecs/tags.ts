/** Tags of ECS resources. Keys differ by case. */
import { ecsError } from './errors.ts'
import type { Tag } from './state.ts'

interface TagShape {
  readonly key?: string | undefined
  readonly value?: string | undefined
}
type Context = Readonly<Record<string, string | readonly string[]>>

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html#tag-restrictions */
export function assertTags(shapes: readonly TagShape[]): void {
  const tags = tagsOf(shapes)
  if (new Set(tags.map(({ key }) => key)).size < tags.length)
    throw ecsError('InvalidParameterException', 'Duplicate tag keys found. Please note that Tag keys are case sensitive.')
  for (const { key, value } of tags) {
    if (/^aws:/i.test(key)) throw ecsError('InvalidParameterException', 'Tag keys that start with aws: are reserved for system use.')
    if (!isKey.test(key)) throw ecsError('InvalidParameterException', `The tag key '${key}' is not valid.`)
    if (!isValue.test(value)) throw ecsError('InvalidParameterException', `The value of the tag '${key}' is not valid.`)
  }
  assertCount(tags)
}

export function tagsOf(shapes: readonly TagShape[] = []): readonly Tag[] {
  return shapes.map(({ key = '', value = '' }) => ({ key, value }))
}

export function withTags(tags: readonly Tag[], added: readonly Tag[]): readonly Tag[] {
  const result = [
    ...withoutTags(
      tags,
      added.map(({ key }) => key),
    ),
    ...added,
  ]
  assertCount(result)
  return result
}

export function withoutTags(tags: readonly Tag[], keys: readonly string[]): readonly Tag[] {
  return tags.filter(({ key }) => !keys.includes(key))
}

/** Condition keys of the tags that a request carries. */
export function requestTags(shapes: readonly TagShape[] = []): Context {
  const tags = tagsOf(shapes)
  if (tags.length === 0) return {}
  const entries = tags.map(({ key, value }) => [`aws:RequestTag/${key}`, value] as const)
  return Object.fromEntries([...entries, ['aws:TagKeys', tags.map(({ key }) => key)]])
}

/** Condition keys of the tags that a resource has. ECS shows them under two names. */
export function resourceTags(tags: readonly Tag[] = []): Context {
  return Object.fromEntries(
    tags.flatMap(({ key, value }) => ['aws:ResourceTag/', 'ecs:ResourceTag/'].map((prefix) => [prefix + key, value] as const)),
  )
}

function assertCount(tags: readonly Tag[]): void {
  if (tags.length > 50) throw ecsError('InvalidParameterException', 'The number of tags has reached the maximum limit of 50.')
}

const isKey = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u
const isValue = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html#managed-tags */
export function managedTags(cluster: string, service?: string): readonly Tag[] {
  return [
    { key: 'aws:ecs:clusterName', value: cluster },
    ...(service === undefined ? [] : [{ key: 'aws:ecs:serviceName', value: service }]),
  ]
}
