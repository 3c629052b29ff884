/** Static schemas as the SDK's packages export them, for the API of our own: the same readers, writers and clients work with them. */
import type { $SchemaRef, StaticListSchema, StaticOperationSchema, StaticStructureSchema } from '@smithy/types'

const namespace = 'tidegate'

/** A structure whose first `requiredCount` members are required. */
export function structure(name: string, members: Readonly<Record<string, $SchemaRef>>, requiredCount = 0): StaticStructureSchema {
  return [3, namespace, name, 0, Object.keys(members), Object.values(members), requiredCount]
}

export function listOf(name: string, item: $SchemaRef): StaticListSchema {
  return [1, namespace, name, 0, item]
}

export function operationSchema(name: string, input: StaticStructureSchema, output: StaticStructureSchema): StaticOperationSchema {
  return [9, namespace, name, 0, input, output]
}

export const string = 0
export const number = 1
export const boolean = 2
export const strings = listOf('Strings', string)
