/**
 * The SDK's schemas as plain shapes, translated once: what every reader and writer of this folder switches on.
 * A schema says neither the width of a number nor whether it is whole; whoever needs that checks it himself.
 */
import { NormalizedSchema } from '@smithy/core/schema'
import type { $SchemaRef, SchemaTraitsObject } from '@smithy/types'

export type Shape = ScalarShape | TimestampShape | ListShape | MapShape | StructureShape

export interface ScalarShape {
  readonly type: 'string' | 'number' | 'boolean' | 'blob' | 'document'
  readonly traits: SchemaTraitsObject
}

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds'

export interface TimestampShape {
  readonly type: 'timestamp'
  readonly traits: SchemaTraitsObject
  /** Absent where the protocol decides. */
  readonly format: TimestampFormat | undefined
}

export interface ListShape {
  readonly type: 'list'
  readonly traits: SchemaTraitsObject
  readonly item: Shape
}

export interface MapShape {
  readonly type: 'map'
  readonly traits: SchemaTraitsObject
  readonly key: Shape
  readonly value: Shape
}

export interface StructureShape {
  readonly type: 'structure'
  readonly name: string
  readonly traits: SchemaTraitsObject
  readonly isUnion: boolean
  /** Whether it stands for "nothing": an operation without input or output. */
  readonly isUnit: boolean
  readonly members: readonly Member[]
}

export interface Member {
  readonly name: string
  readonly isRequired: boolean
  readonly shape: Shape
}

export function shapeOf(schema: $SchemaRef): Shape {
  const key = typeof schema === 'object' || typeof schema === 'function' ? schema : undefined
  const known = key && shapes.get(key)
  if (known) return known
  const shape = translate(NormalizedSchema.of(schema))
  if (key) shapes.set(key, shape)
  return shape
}

/** The shape of an operation's input or output, which is always a structure. */
export function structureOf(schema: $SchemaRef): StructureShape {
  const shape = shapeOf(schema)
  if (shape.type !== 'structure') throw new Error(`an input or output is a ${shape.type}`)
  return shape
}

function translate(schema: NormalizedSchema): Shape {
  const traits = schema.getMergedTraits()
  if (schema.isUnitSchema()) return { type: 'structure', name: 'Unit', traits, isUnion: false, isUnit: true, members: [] }
  if (schema.isStructSchema()) return structure(schema, traits)
  if (schema.isListSchema()) return { type: 'list', traits, item: translate(schema.getValueSchema()) }
  if (schema.isMapSchema()) {
    return { type: 'map', traits, key: translate(schema.getKeySchema()), value: translate(schema.getValueSchema()) }
  }
  if (schema.isStringSchema()) return { type: 'string', traits }
  if (schema.isNumericSchema()) return { type: 'number', traits }
  if (schema.isBooleanSchema()) return { type: 'boolean', traits }
  if (schema.isBlobSchema()) return { type: 'blob', traits: schema.isStreaming() ? { ...traits, streaming: 1 } : traits }
  if (schema.isTimestampSchema()) return { type: 'timestamp', traits, format: timestampFormats[Number(schema.getSchema())] }
  if (schema.isDocumentSchema()) return { type: 'document', traits }
  throw new Error(`${schema.getName(true)} is of a type that no service here has`)
}

/** Members are translated when they are first asked for: structures may contain themselves. */
function structure(schema: NormalizedSchema, traits: SchemaTraitsObject): StructureShape {
  const id = schema.getSchema()
  if (typeof id !== 'object') throw new Error(`${schema.getName(true)} is no structure`)
  return {
    type: 'structure',
    name: schema.getName() ?? '',
    traits,
    isUnion: schema.isUnionSchema(),
    isUnit: false,
    get members() {
      const known = members.get(id)
      if (known) return known
      // A structure is [3, namespace, name, traits, names, schemas, n]: the first n members are required.
      const requiredCount = Array.isArray(id) && typeof id[6] === 'number' ? id[6] : 0
      const translated = [...schema.structIterator()].map(([name, member], index) => ({
        name,
        isRequired: index < requiredCount,
        shape: translate(member),
      }))
      members.set(id, translated)
      return translated
    },
  }
}

const shapes = new WeakMap<object, Shape>()
const members = new WeakMap<object, readonly Member[]>()

/** By the schema's own numbers for timestamps; 4 leaves the choice to the protocol. */
const timestampFormats: Readonly<Record<number, TimestampFormat>> = { 5: 'date-time', 6: 'http-date', 7: 'epoch-seconds' }
