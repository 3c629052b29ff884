/** A JSON body, read by its shape. */
import { base64Bytes, epochDate, isExact, timestampOf, utf8Text } from './text.ts'
import type { Shape, StructureShape, TimestampShape } from './shape.ts'
import { refuseJson } from './wire-error.ts'

export function readJsonInput(shape: StructureShape, bytes: Uint8Array): object {
  // Clients of old leave out the body of an operation without input.
  const value = bytes.length === 0 ? {} : parseJson(bytes)
  return readStructure(shape, value)
}

/**
 * The value of a JSON text, without its ambiguities: bytes that are not UTF-8, two members of one name, nesting deeper than any input has.
 * V8 keeps the last of two members with one name. The text has as many members as colons outside its strings; fewer in the value means
 * that some have been lost.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = utf8Text(bytes) ?? refuseJson('the body is not UTF-8')
  const count = countColons(text)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return refuseJson('the body is not JSON', String(error))
  }
  if (countMembers(value) !== count) refuseJson('two members of an object have the same name')
  return value
}

/** Colons outside strings. Refuses deep nesting, before anything recursive sees the text. */
function countColons(text: string): number {
  let colons = 0
  let depth = 0
  let isInString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (isInString) {
      if (code === BACKSLASH) i++
      else if (code === QUOTE) isInString = false
    } else if (code === QUOTE) isInString = true
    else if (code === COLON) colons++
    else if (code === BRACE || code === BRACKET) {
      if (++depth > maxDepth) refuseJson(`values are nested deeper than ${maxDepth} levels`)
    } else if (code === BRACE_END || code === BRACKET_END) depth--
  }
  return colons
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const children: readonly unknown[] = Object.values(value)
  return children.reduce<number>((sum, child) => sum + countMembers(child), Array.isArray(value) ? 0 : children.length)
}

function readValue(shape: Shape, value: unknown): unknown {
  switch (shape.type) {
    case 'structure':
      return readStructure(shape, value)
    case 'list':
      if (!Array.isArray(value)) return refuseJson(unexpected(value, 'list'))
      return value.map((item: unknown) => (item === null ? null : readValue(shape.item, item)))
    case 'map':
      return readMap(shape.value, value)
    case 'string':
      if (typeof value !== 'string') return refuseJson(unexpected(value, 'String'))
      return value.isWellFormed() ? value : refuseJson('a string contains half of a surrogate pair')
    case 'number':
      if (typeof value !== 'number') return refuseJson(unexpected(value, 'Number'))
      return isExact(value) ? value : refuseJson('a number is out of range')
    case 'boolean':
      return typeof value === 'boolean' ? value : refuseJson(unexpected(value, 'Boolean'))
    case 'blob':
      if (typeof value !== 'string') return refuseJson(unexpected(value, 'Blob'))
      return base64Bytes(value) ?? refuseJson('a blob is not base64')
    case 'timestamp':
      return readTimestamp(shape, value)
    case 'document':
      return readDocument(value)
  }
}

function readStructure(shape: StructureShape, value: unknown): object {
  if (!isObject(value)) return refuseJson(unexpected(value, 'structure'))
  const structure: Record<string, unknown> = {}
  let count = 0
  for (const { name, shape: member } of shape.members) {
    if (!Object.hasOwn(value, name)) continue
    const given = value[name]
    if (given === null) continue
    structure[name] = readValue(member, given)
    count++
  }
  if (shape.isUnion && count !== 1) refuseJson(`${shape.name} must have exactly one of its members`)
  return structure
}

/** Without a prototype, so that `__proto__`, `constructor` and the like are keys as any other. */
function readMap(shape: Shape, value: unknown): object {
  if (!isObject(value)) return refuseJson(unexpected(value, 'map'))
  const map: Record<string, unknown> = Object.create(null)
  for (const [key, item] of Object.entries(value)) {
    if (!key.isWellFormed()) refuseJson('a string contains half of a surrogate pair')
    map[key] = item === null ? null : readValue(shape, item)
  }
  return map
}

function readTimestamp({ format = 'epoch-seconds' }: TimestampShape, value: unknown): Date {
  if (format === 'epoch-seconds') {
    if (typeof value !== 'number') return refuseJson(unexpected(value, 'Timestamp'))
    return epochDate(value) ?? refuseJson('a timestamp is out of range')
  }
  if (typeof value !== 'string') return refuseJson(unexpected(value, 'Timestamp'))
  return timestampOf(value, format) ?? refuseJson('a timestamp is malformed')
}

function readDocument(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readDocument)
  if (!isObject(value)) return value
  const copy: Record<string, unknown> = Object.create(null)
  for (const [key, item] of Object.entries(value)) copy[key] = readDocument(item)
  return copy
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** In the words of AWS's own JSON front end. */
function unexpected(value: unknown, expected: string): string {
  if (Array.isArray(value)) return 'Start of list found where not expected'
  if (typeof value === 'object' && value !== null) return 'Start of structure or map found where not expected.'
  if (expected === 'list' || expected === 'map' || expected === 'structure') return 'Unexpected field type'
  const token = typeof value === 'boolean' ? (value ? 'TRUE_VALUE' : 'FALSE_VALUE') : `${(typeof value).toUpperCase()}_VALUE`
  return `${token} can not be converted to a ${expected}`
}

const maxDepth = 64
const QUOTE = 0x22
const COLON = 0x3a
const BRACKET = 0x5b
const BACKSLASH = 0x5c
const BRACKET_END = 0x5d
const BRACE = 0x7b
const BRACE_END = 0x7d
