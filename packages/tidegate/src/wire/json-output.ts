/** A value as JSON text, written by its shape: what the schema does not name is not written. */
import { base64Text, timestampText } from './text.ts'
import type { MapShape, Shape, StructureShape } from './shape.ts'
import { misfit } from './misfit.ts'

export function jsonOutput(shape: Shape, value: unknown): string {
  switch (shape.type) {
    case 'structure':
      return writeStructure(shape, value)
    case 'list':
      if (!Array.isArray(value)) throw misfit(shape, value)
      return `[${value
        .filter((item) => item != null || shape.traits.sparse)
        .map((item: unknown) => (item == null ? 'null' : jsonOutput(shape.item, item)))
        .join(',')}]`
    case 'map':
      return writeMap(shape, value)
    case 'string':
      if (typeof value !== 'string') throw misfit(shape, value)
      return JSON.stringify(value)
    case 'number':
      if (typeof value !== 'number') throw misfit(shape, value)
      return Number.isFinite(value) ? String(value) : `"${value}"`
    case 'boolean':
      if (typeof value !== 'boolean') throw misfit(shape, value)
      return String(value)
    case 'blob':
      if (!(value instanceof Uint8Array)) throw misfit(shape, value)
      return `"${base64Text(value)}"`
    case 'timestamp': {
      if (!(value instanceof Date)) throw misfit(shape, value)
      const text = timestampText(value, shape.format ?? 'epoch-seconds')
      return (shape.format ?? 'epoch-seconds') === 'epoch-seconds' ? text : `"${text}"`
    }
    case 'document':
      return JSON.stringify(value)
  }
}

function writeStructure(shape: StructureShape, value: unknown): string {
  if (typeof value !== 'object' || value === null) throw misfit(shape, value)
  let text = ''
  for (const { name, shape: member } of shape.members) {
    const item: unknown = Reflect.get(value, name)
    if (item == null) continue
    text += `${text === '' ? '' : ','}"${name}":${jsonOutput(member, item)}`
  }
  return `{${text}}`
}

function writeMap(shape: MapShape, value: unknown): string {
  if (typeof value !== 'object' || value === null) throw misfit(shape, value)
  const entries = Object.entries(value).filter(([, item]) => item != null || shape.traits.sparse)
  const texts = entries.map(([key, item]) => `${JSON.stringify(key)}:${item == null ? 'null' : jsonOutput(shape.value, item)}`)
  return `{${texts.join(',')}}`
}
