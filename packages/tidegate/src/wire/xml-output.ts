/** Values as XML elements, written by their shapes. */
import { misfit } from './misfit.ts'
import type { ListShape, MapShape, Member, Shape, StructureShape } from './shape.ts'
import { base64Text, timestampText } from './text.ts'

/** In what the XML of one service differs from that of another. */
export interface XmlStyle {
  /** Whether times have milliseconds also where those are zero. */
  readonly hasMilliseconds: boolean
  /** Whether characters that XML 1.0 cannot hold are written as references all the same, as S3 does with the keys of objects. */
  readonly hasControls: boolean
}

/** One element with the members of a structure in it. */
export function xmlElement(name: string, shape: StructureShape, value: unknown, attributes = '', style: XmlStyle = plainStyle): string {
  return `<${name}${attributes}${xmlAttributes(shape, value, style)}>${xmlMembers(shape.members, value, shape, style)}</${name}>`
}

/** The elements of some members of a structure. */
export function xmlMembers(members: readonly Member[], value: unknown, shape: StructureShape, style: XmlStyle = plainStyle): string {
  if (typeof value !== 'object' || value === null) throw misfit(shape, value)
  let xml = ''
  for (const { name, shape: member } of members) {
    const item: unknown = Reflect.get(value, name)
    if (item != null && !member.traits.xmlAttribute) xml += writerOf(member.traits.xmlName ?? name, member, style)(item)
  }
  return xml
}

/**
 * Text that is safe in an element or an attribute. Characters that XML 1.0 cannot hold, not even as references, become U+FFFD:
 * one of them in a description must not make a whole list unreadable. A carriage return needs a reference, for readers turn it into a newline.
 */
export function xmlText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  if (!/[&<>"\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/.test(text)) return text
  // oxlint-disable-next-line no-control-regex
  return text.toWellFormed().replace(/[&<>"\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, (each) => references[each] ?? '\ufffd')
}

/** As `xmlText`, with references for what XML 1.0 cannot hold: readers of S3's lists take them, and no two keys look the same. */
function referencedText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  if (/[&<>\u0000-\u0008\u000b-\u001f\ud800-\udfff\ufffe\uffff]/.test(text)) {
    // oxlint-disable-next-line no-control-regex
    return text.toWellFormed().replace(/[&<>"\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g, (each) => references[each] ?? reference(each))
  }
  return text.includes('"') ? text.replaceAll('"', '&quot;') : text
}

function reference(char: string): string {
  return `&#x${(char.codePointAt(0) ?? 0).toString(16).toUpperCase()};`
}

/** Writes a value as an element of a certain name, or as several of them where that is what its shape wants. */
type Write = (value: unknown) => string

/** A list has thousands of elements, and what is to be looked up in its shapes is the same for each: a writer is made once. */
function writerOf(name: string, shape: Shape, style: XmlStyle): Write {
  let ofStyle = writers.get(style)
  if (ofStyle === undefined) writers.set(style, (ofStyle = new WeakMap()))
  let byName = ofStyle.get(shape)
  if (byName === undefined) ofStyle.set(shape, (byName = new Map()))
  let write = byName.get(name)
  if (write === undefined) byName.set(name, (write = makeWriter(name, shape, style)))
  return write
}

function makeWriter(name: string, shape: Shape, style: XmlStyle): Write {
  const [start, end] = [`<${name}>`, `</${name}>`]
  switch (shape.type) {
    case 'structure':
      return structureWriter(name, shape, style)
    case 'list':
      return listWriter(name, shape, style)
    case 'map':
      return (value) => map(name, shape, value, style)
    case 'string': {
      const text = style.hasControls ? referencedText : xmlText
      return (value) => start + text(typeof value === 'string' ? value : refuse(shape, value)) + end
    }
    default:
      return (value) => start + scalar(shape, value, style) + end
  }
}

function refuse(shape: Shape, value: unknown): never {
  throw misfit(shape, value)
}

function structureWriter(name: string, shape: StructureShape, style: XmlStyle): Write {
  const end = `</${name}>`
  const hasAttributes = shape.traits.xmlNamespace !== undefined || shape.members.some(({ shape: { traits } }) => traits.xmlAttribute)
  // Made with the first value: structures may contain themselves.
  let members: readonly { readonly name: string; readonly write: Write }[] | undefined
  return (value) => {
    if (typeof value !== 'object' || value === null) throw misfit(shape, value)
    members ??= shape.members
      .filter((member) => !member.shape.traits.xmlAttribute)
      .map((member) => ({ name: member.name, write: writerOf(member.shape.traits.xmlName ?? member.name, member.shape, style) }))
    let xml = hasAttributes ? `<${name}${xmlAttributes(shape, value, style)}>` : `<${name}>`
    for (const member of members) {
      const item: unknown = Reflect.get(value, member.name)
      if (item != null) xml += member.write(item)
    }
    return xml + end
  }
}

function listWriter(name: string, shape: ListShape, style: XmlStyle): Write {
  const isFlat = shape.traits.xmlFlattened
  const itemName = isFlat ? name : (shape.item.traits.xmlName ?? 'member')
  return (value) => {
    if (!Array.isArray(value)) throw misfit(shape, value)
    const write = writerOf(itemName, shape.item, style)
    let items = ''
    for (const item of value as readonly unknown[]) if (item != null) items += write(item)
    return isFlat ? items : `<${name}>${items}</${name}>`
  }
}

function map(name: string, shape: MapShape, value: unknown, style: XmlStyle): string {
  if (typeof value !== 'object' || value === null) throw misfit(shape, value)
  const entryName = shape.traits.xmlFlattened ? name : 'entry'
  const writeKey = writerOf(shape.key.traits.xmlName ?? 'key', shape.key, style)
  const writeValue = writerOf(shape.value.traits.xmlName ?? 'value', shape.value, style)
  let entries = ''
  for (const [key, item] of Object.entries(value)) {
    if (item != null) entries += `<${entryName}>${writeKey(key)}${writeValue(item)}</${entryName}>`
  }
  return shape.traits.xmlFlattened ? entries : `<${name}>${entries}</${name}>`
}

/** The namespace of a structure and those of its members that are attributes (S3's `xsi:type`). */
function xmlAttributes(shape: StructureShape, value: unknown, style: XmlStyle): string {
  const [prefix, uri] = shape.traits.xmlNamespace ?? []
  let attributes = uri === undefined ? '' : ` xmlns${prefix ? `:${prefix}` : ''}="${xmlText(uri)}"`
  if (typeof value !== 'object' || value === null) return attributes
  for (const { name, shape: member } of shape.members) {
    const item: unknown = Reflect.get(value, name)
    if (member.traits.xmlAttribute && item != null) attributes += ` ${member.traits.xmlName ?? name}="${scalar(member, item, style)}"`
  }
  return attributes
}

function scalar(shape: Shape, value: unknown, style: XmlStyle): string {
  switch (shape.type) {
    case 'string':
      if (typeof value !== 'string') throw misfit(shape, value)
      return style.hasControls ? referencedText(value) : xmlText(value)
    case 'number':
      if (typeof value !== 'number') throw misfit(shape, value)
      return String(value)
    case 'boolean':
      if (typeof value !== 'boolean') throw misfit(shape, value)
      return String(value)
    case 'blob':
      if (!(value instanceof Uint8Array)) throw misfit(shape, value)
      return base64Text(value)
    case 'timestamp':
      if (!(value instanceof Date)) throw misfit(shape, value)
      if (style.hasMilliseconds && (shape.format ?? 'date-time') === 'date-time') return withMilliseconds(value)
      return timestampText(value, shape.format ?? 'date-time')
    default:
      throw misfit(shape, value)
  }
}

/** Objects that were put together have one time, whose text is made once. */
function withMilliseconds(date: Date): string {
  const time = date.getTime()
  if (time !== lastTime) {
    lastText = date.toISOString()
    lastTime = time
  }
  return lastText
}

let lastTime = Number.NaN
let lastText = ''

const writers = new WeakMap<XmlStyle, WeakMap<Shape, Map<string, Write>>>()
const plainStyle: XmlStyle = { hasMilliseconds: false, hasControls: false }
const references: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#xD;' }
