/**
 * XML bodies. The reader knows elements, attributes, text, CDATA, comments and the declaration, and no more: a document type, and with it
 * every entity of its own, is refused, so nothing can expand or be fetched.
 */
import type { Member, Shape, StructureShape } from './shape.ts'
import { base64Bytes, isExact, numberOf, timestampOf, utf8Text } from './text.ts'
import { refuseXml } from './wire-error.ts'

export interface XmlElement {
  /** Without its namespace prefix. */
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  readonly text: string
}

export function parseXml(bytes: Uint8Array): XmlElement {
  const text = utf8Text(bytes) ?? refuseXml(malformedXml, 'not UTF-8')
  return new XmlReader(text.startsWith('\ufeff') ? text.slice(1) : text).document()
}

export function readXmlStructure(shape: StructureShape, members: readonly Member[], element: XmlElement): Record<string, unknown> {
  const structure: Record<string, unknown> = {}
  const byName = Map.groupBy(element.children, ({ name }) => name)
  for (const { name, shape: member } of members) {
    const wireName = member.traits.xmlName ?? name
    if (member.traits.xmlAttribute) {
      const text = element.attributes.get(localName(wireName))
      if (text !== undefined) structure[name] = scalarOf(member, text, refuseXml)
      continue
    }
    const found = byName.get(wireName)
    if (found === undefined) continue
    const isRepeated = (member.type === 'list' || member.type === 'map') && member.traits.xmlFlattened
    if (found.length > 1 && !isRepeated) refuseXml(malformedXml, 'an element is given twice')
    structure[name] = isRepeated ? readMany(member, found) : readValue(member, found[0] ?? element)
  }
  if (shape.isUnion && Object.keys(structure).length !== 1) refuseXml(malformedXml, `${shape.name} is a union`)
  return structure
}

/** A scalar as headers, labels, queries and elements write it. */
export function scalarOf(
  shape: Shape,
  text: string,
  refuse: (message: string, detail?: string) => never,
  timestamps: 'date-time' | 'http-date' = 'date-time',
): unknown {
  switch (shape.type) {
    case 'string':
      return text
    case 'number': {
      const value = numberOf(text.trim())
      return value !== undefined && isExact(value) ? value : refuse(malformedXml, 'a number is malformed or out of range')
    }
    case 'boolean':
      return text.trim() === 'true' || (text.trim() === 'false' ? false : refuse(malformedXml, 'a boolean is neither true nor false'))
    case 'blob':
      return base64Bytes(text.trim()) ?? refuse(malformedXml, 'a blob is not base64')
    case 'timestamp':
      return timestampOf(text.trim(), shape.format ?? timestamps) ?? refuse(malformedXml, 'a timestamp is malformed')
    default:
      return refuse(malformedXml, `a ${shape.type} is not one text`)
  }
}

function readValue(shape: Shape, element: XmlElement): unknown {
  switch (shape.type) {
    case 'structure':
      return readXmlStructure(shape, shape.members, element)
    case 'list': {
      const itemName = shape.item.traits.xmlName ?? 'member'
      return readMany(
        shape,
        element.children.filter(({ name }) => name === itemName),
      )
    }
    case 'map':
      return readMany(
        shape,
        element.children.filter(({ name }) => name === 'entry'),
      )
    default:
      return scalarOf(shape, element.text, refuseXml)
  }
}

function readMany(shape: Shape, elements: readonly XmlElement[]): unknown {
  if (shape.type === 'list') return elements.map((element) => readValue(shape.item, element))
  if (shape.type !== 'map') return refuseXml(malformedXml, 'an element is given twice')
  const map: Record<string, unknown> = Object.create(null)
  for (const { children } of elements) {
    const key = children.find(({ name }) => name === (shape.key.traits.xmlName ?? 'key'))
    const value = children.find(({ name }) => name === (shape.value.traits.xmlName ?? 'value'))
    if (key === undefined || value === undefined || Object.hasOwn(map, key.text)) return refuseXml(malformedXml, 'a map entry')
    map[key.text] = readValue(shape.value, value)
  }
  return map
}

/** One pass over the text, each step from an index that only grows. */
class XmlReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): XmlElement {
    this.#misc()
    const root = this.#element(1)
    this.#misc()
    if (this.#at !== this.#text.length) refuseXml(malformedXml, 'something follows the root element')
    return root
  }

  /** Spaces, comments and the declaration. */
  #misc(): void {
    for (;;) {
      this.#spaces()
      if (this.#starts('<!--')) this.#past('-->')
      else if (this.#starts('<?')) this.#past('?>')
      else return
    }
  }

  #element(depth: number): XmlElement {
    if (depth > maxDepth) refuseXml(malformedXml, 'elements are nested too deeply')
    if (this.#text[this.#at] !== '<') refuseXml(malformedXml, 'an element is expected')
    this.#at++
    const qualified = this.#name()
    const attributes = this.#attributes()
    const children: XmlElement[] = []
    if (this.#starts('/>')) {
      this.#at += 2
      return { name: localName(qualified), attributes, children, text: '' }
    }
    this.#expect('>')
    const texts: string[] = []
    while (!this.#starts('</')) {
      if (this.#at >= this.#text.length) refuseXml(malformedXml, 'an element does not end')
      if (this.#starts('<!--')) this.#past('-->')
      else if (this.#starts('<![CDATA[')) {
        this.#at += 9
        texts.push(this.#past(']]>'))
      } else if (this.#starts('<?')) this.#past('?>')
      else if (this.#text[this.#at] === '<') children.push(this.#element(depth + 1))
      else texts.push(decoded(this.#until('<')))
    }
    this.#at += 2
    if (this.#name() !== qualified) refuseXml(malformedXml, 'an element ends with another name')
    this.#spaces()
    this.#expect('>')
    return { name: localName(qualified), attributes, children, text: texts.join('') }
  }

  #attributes(): ReadonlyMap<string, string> {
    const attributes = new Map<string, string>()
    for (;;) {
      this.#spaces()
      const next = this.#text[this.#at]
      if (next === '>' || next === '/' || next === undefined) return attributes
      const qualified = this.#name()
      this.#spaces()
      this.#expect('=')
      this.#spaces()
      const quote = this.#text[this.#at]
      if (quote !== '"' && quote !== "'") return refuseXml(malformedXml, 'an attribute has no quotes')
      this.#at++
      const value = decoded(this.#until(quote))
      this.#expect(quote)
      // `xmlns:xsi` must not hide behind `xsi:type`'s local name, nor the other way round.
      const name = qualified.startsWith('xmlns') ? qualified : localName(qualified)
      if (attributes.has(name)) refuseXml(malformedXml, 'an attribute is given twice')
      attributes.set(name, value)
    }
  }

  #name(): string {
    namePattern.lastIndex = this.#at
    const name = namePattern.exec(this.#text)?.[0] ?? refuseXml(malformedXml, 'a name is expected')
    this.#at += name.length
    return name
  }

  #spaces(): void {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'x')) this.#at++
  }

  #starts(text: string): boolean {
    return this.#text.startsWith(text, this.#at)
  }

  #expect(text: string): void {
    if (!this.#starts(text)) refuseXml(malformedXml, `${text} is expected`)
    this.#at += text.length
  }

  /** The text before `stop`, which is next then. */
  #until(stop: string): string {
    const end = this.#text.indexOf(stop, this.#at)
    if (end < 0) return refuseXml(malformedXml, `${stop} is expected`)
    const text = this.#text.slice(this.#at, end)
    this.#at = end
    return text
  }

  /** The text before `stop`, which is behind then. */
  #past(stop: string): string {
    const text = this.#until(stop)
    this.#at += stop.length
    return text
  }
}

function decoded(text: string): string {
  if (!text.includes('&')) return text.replaceAll('\r\n', '\n')
  return text.replaceAll('\r\n', '\n').replace(/&([^;&]{0,10});?/g, (whole, body: string) => {
    const named = whole.endsWith(';') ? entities.get(body) : undefined
    if (named !== undefined) return named
    const code = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(body)
    const point = code && whole.endsWith(';') ? Number.parseInt(code[1] ?? code[2] ?? '', code[1] === undefined ? 10 : 16) : -1
    if (point <= 0 || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return refuseXml(malformedXml, 'an entity is not known')
    return String.fromCodePoint(point)
  })
}

function localName(qualified: string): string {
  return qualified.slice(qualified.indexOf(':') + 1)
}

export const malformedXml = 'The XML you provided was not well-formed or did not validate against our published schema'
const namePattern = /[A-Za-z_][\w.:-]*/y
const entities = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])
const maxDepth = 32
