/** Session tags: keys differ without regard to case and keep theirs. */
import type { Tag as TagShape } from '@aws-sdk/client-sts'
import type { Session } from '../../kernel/caller.ts'
import { stsError } from './errors.ts'
import type { Tag } from './ports.ts'

/** The tags of a session that is about to be made. */
export interface SessionTags {
  /** Those that the request passes. */
  readonly given: readonly Tag[]
  /** Keys of the given ones that are to be passed on. */
  readonly givenTransitiveKeys: readonly string[]
  /** Transitive tags of the session that asks. */
  readonly inherited: readonly Tag[]
}

/**
 * INVARIANT: what is inherited can't be changed on the way: a given tag with the key of an inherited one is refused.
 * Throws `InvalidParameterValue`.
 * @param caller the session that asks, if it is one
 */
export function sessionTags(given: readonly Tag[], transitiveKeys: readonly string[], caller: Session | undefined): SessionTags {
  const keys = new Set(given.map(({ key }) => folded(key)))
  if (keys.size < given.length) {
    throw stsError('InvalidParameterValue', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.')
  }
  if ([...keys].some((key) => key.startsWith('aws:'))) {
    throw stsError('InvalidParameterValue', 'Tag keys that start with aws: are reserved for system use.')
  }
  const inherited = transitiveTags(caller)
  if (inherited.some(({ key }) => keys.has(folded(key)))) {
    throw stsError(
      'InvalidParameterValue',
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    )
  }
  if (transitiveKeys.some((key) => !keys.has(folded(key)))) {
    throw stsError('InvalidParameterValue', 'The specified transitive tag key must be included in the requested tags.')
  }
  if (given.length + inherited.length > maxTags) {
    throw stsError('InvalidParameterValue', `A session can have at most ${maxTags} tags, together with those of the calling session.`)
  }
  const passedOn = new Set(transitiveKeys.map(folded))
  const givenTransitiveKeys = given.map(({ key }) => key).filter((key) => passedOn.has(folded(key)))
  return { given, givenTransitiveKeys, inherited }
}

export const noTags: SessionTags = { given: [], givenTransitiveKeys: [], inherited: [] }

export function tagsOfShapes(shapes: readonly TagShape[] | undefined): readonly Tag[] {
  return (shapes ?? []).map(({ Key = '', Value = '' }) => ({ key: Key, value: Value }))
}

/** Members of the session that is made. */
export function taggedSession({ given, givenTransitiveKeys, inherited }: SessionTags): Pick<Session, 'tags' | 'transitiveTagKeys'> {
  const tags = [...inherited, ...given]
  const transitiveTagKeys = [...inherited.map(({ key }) => key), ...givenTransitiveKeys]
  return {
    ...(tags.length === 0 ? {} : { tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])) }),
    ...(transitiveTagKeys.length === 0 ? {} : { transitiveTagKeys }),
  }
}

/** Condition keys of the tags that a request passes. */
export function requestTagContext({ given, givenTransitiveKeys }: SessionTags): Record<string, string | readonly string[]> {
  if (given.length === 0) return {}
  return Object.fromEntries([
    ...given.map(({ key, value }) => [`aws:RequestTag/${key}`, value] as const),
    ['aws:TagKeys', given.map(({ key }) => key)] as const,
    ['sts:TransitiveTagKeys', givenTransitiveKeys] as const,
  ])
}

/** Condition keys of the tags of a role that is about to be assumed; inherited transitive tags stand above its own. */
export function roleTagContext(roleTags: readonly Tag[], { inherited }: SessionTags): Record<string, string> {
  const tags = mergedTags(roleTags, inherited)
  return Object.fromEntries(
    tags.flatMap(({ key, value }) => ['aws:ResourceTag/', 'iam:ResourceTag/'].map((prefix) => [prefix + key, value] as const)),
  )
}

/** The tags below, but for those whose keys the tags above have. */
export function mergedTags(below: readonly Tag[], above: readonly Tag[]): readonly Tag[] {
  const keys = new Set(above.map(({ key }) => folded(key)))
  return [...below.filter(({ key }) => !keys.has(folded(key))), ...above]
}

function transitiveTags(session: Session | undefined): readonly Tag[] {
  const { tags = {}, transitiveTagKeys = [] } = session ?? {}
  const keys = new Set(transitiveTagKeys.map(folded))
  return Object.entries(tags).flatMap(([key, value]) => (keys.has(folded(key)) ? [{ key, value }] : []))
}

function folded(key: string): string {
  return key.toLowerCase()
}

const maxTags = 50
