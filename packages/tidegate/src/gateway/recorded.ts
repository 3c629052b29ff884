/**
 * Inputs and outputs as CloudTrail writes them: the names of members begin in lower case, the keys of maps stay what they are.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
import type { StaticOperationSchema } from '@smithy/types'
import { type Shape, structureOf } from '../wire/shape.ts'

export function recordedInput(schema: StaticOperationSchema, input: unknown): unknown {
  const recorded = lowered(structureOf(schema[4]), input)
  if (schema[1] !== s3 || !isObject(recorded) || recorded['bucket'] === undefined) return recorded
  const { bucket, ...rest } = recorded
  return { bucketName: bucket, ...rest }
}

/** The namespace whose buckets CloudTrail calls by another name than the API. */
const s3 = 'com.amazonaws.s3'

/** @param paths dotted member names; the rest of the output is left out, and nothing is recorded where nothing is left */
export function recordedOutput(schema: StaticOperationSchema, output: unknown, paths: readonly string[]): unknown {
  if (paths.length === 0) return undefined
  const kept = lowered(structureOf(schema[5]), picked(output, partsOf(paths)))
  return isObject(kept) && Object.keys(kept).length > 0 ? kept : undefined
}

/** The paths of an operation are the same list in every request. */
function partsOf(paths: readonly string[]): readonly (readonly string[])[] {
  let parts = splitPaths.get(paths)
  if (parts === undefined) splitPaths.set(paths, (parts = paths.map((path) => path.split('.'))))
  return parts
}

function lowered(shape: Shape, value: unknown): unknown {
  if (shape.type === 'list' && Array.isArray(value)) return value.map((item: unknown) => lowered(shape.item, item))
  if (!isObject(value)) return value
  if (shape.type === 'map') return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, lowered(shape.value, item)]))
  if (shape.type !== 'structure') return value
  const members: Record<string, unknown> = {}
  for (const { name, shape: member } of shape.members) {
    const item = value[name]
    if (item !== undefined) members[lowerName(name)] = lowered(member, item)
  }
  return members
}

/** Names come from schemas, so there are only so many. */
function lowerName(name: string): string {
  let lower = lowerNames.get(name)
  if (lower === undefined) lowerNames.set(name, (lower = name.charAt(0).toLowerCase() + name.slice(1)))
  return lower
}

function picked(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => picked(item, paths))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const inner = paths.filter(([first]) => first === name).map(([, ...rest]) => rest)
      if (inner.length === 0) return []
      return [[name, inner.some((path) => path.length === 0) ? member : picked(member, inner)]]
    }),
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

const splitPaths = new WeakMap<readonly string[], readonly (readonly string[])[]>()
const lowerNames = new Map<string, string>()
