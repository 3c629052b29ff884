/** An aws-query input: parameters with dotted names (`Tags.member.1.Key`), read by their shape. */
import type { Form } from './form.ts'
import type { ListShape, MapShape, Shape, StructureShape } from './shape.ts'
import { base64Bytes, numberOf, timestampOf } from './text.ts'
import { refuseForm } from './wire-error.ts'

export function readQueryInput(shape: StructureShape, form: Form): object {
  return readStructure(shape, treeOf(form))
}

/** Parameters by the parts of their names. Maps, not objects: a part may be `__proto__`. */
interface Node {
  value: string | undefined
  children: Map<string, Node> | undefined
}

function treeOf(form: Form): Node {
  const root: Node = { value: undefined, children: undefined }
  for (const [name, value] of form) {
    let node = root
    const parts = name.split('.', maxDepth + 1)
    if (parts.length > maxDepth) refuseForm(`A parameter name has more than ${maxDepth} parts`)
    for (const part of parts) {
      node.children ??= new Map()
      let child = node.children.get(part)
      if (child === undefined) node.children.set(part, (child = { value: undefined, children: undefined }))
      node = child
    }
    node.value = value
  }
  return root
}

/** What the parameters at `node` say, `undefined` where they say nothing. */
function readValue(shape: Shape, node: Node): unknown {
  switch (shape.type) {
    case 'structure':
      if (node.value) return refuseForm('Unexpected complex element termination')
      return readStructure(shape, node)
    case 'list':
      return readList(shape, node)
    case 'map':
      return readMap(shape, node)
    case 'document':
      return refuseForm('A document has no form in a query')
    default:
      return node.value === undefined ? undefined : readScalar(shape, node.value)
  }
}

/** Parameters that no member claims are ignored, as AWS does; that is also how those of a presigned URL stay outside. */
function readStructure(shape: StructureShape, node: Node): object {
  const structure: Record<string, unknown> = {}
  let count = 0
  for (const { name, shape: member } of shape.members) {
    const child = node.children?.get(member.traits.xmlName ?? name)
    const value = child && readValue(member, child)
    if (value === undefined) continue
    structure[name] = value
    count++
  }
  if (shape.isUnion && count !== 1) refuseForm(`${shape.name} must have exactly one of its members`)
  return structure
}

function readList({ traits, item }: ListShape, node: Node): unknown[] {
  const items = traits.xmlFlattened ? node : onlyChild(node, item.traits.xmlName ?? 'member')
  return inOrder(items).map((child) => readValue(item, child) ?? refuseForm('Unexpected list element termination'))
}

/** Without a prototype, so that `__proto__`, `constructor` and the like are keys as any other. */
function readMap({ traits, key, value }: MapShape, node: Node): object {
  const entries = traits.xmlFlattened ? node : onlyChild(node, 'entry')
  const map: Record<string, unknown> = Object.create(null)
  for (const { children } of inOrder(entries)) {
    const name = children?.get(key.traits.xmlName ?? 'key')?.value
    const child = children?.get(value.traits.xmlName ?? 'value')
    if (name === undefined || child === undefined) return refuseForm('A map entry needs a key and a value')
    if (Object.hasOwn(map, name)) return refuseForm('A map has the same key twice')
    map[name] = readValue(value, child) ?? refuseForm('A map entry needs a key and a value')
  }
  return map
}

/** `Tags=` is the empty list, and so is a node without the part that its items are under only if it has nothing else. */
function onlyChild(node: Node, name: string): Node {
  const child = node.children?.get(name)
  const isAlone = child === undefined ? node.children === undefined : node.children?.size === 1 && node.value === undefined
  if (!isAlone) refuseForm('Unexpected list element')
  return child ?? node
}

/** Children by their numbers. Gaps are closed, as AWS does; each number has one spelling, so that `1` and `01` can't both be first. */
function inOrder({ value, children }: Node): Node[] {
  if (value !== undefined && (value !== '' || children !== undefined)) return refuseForm('Unexpected list element termination')
  const numbered: { readonly index: number; readonly child: Node }[] = []
  for (const [index, child] of children ?? []) {
    if (!/^[1-9]\d{0,8}$/.test(index)) return refuseForm(`List indexes are whole numbers from 1`)
    numbered.push({ index: Number(index), child })
  }
  return numbered.sort((a, b) => a.index - b.index).map(({ child }) => child)
}

function readScalar(shape: Exclude<Shape, ListShape | MapShape | StructureShape>, text: string): unknown {
  switch (shape.type) {
    case 'string':
      return text
    case 'number': {
      // No aws-query service here has a member that may be a fraction.
      const value = /^-?\d{1,19}$/.test(text) ? numberOf(text) : undefined
      return value ?? refuseForm('An integer is malformed or out of range')
    }
    case 'boolean':
      return text === 'true' || (text === 'false' ? false : refuseForm('A boolean is neither true nor false'))
    case 'blob':
      return base64Bytes(text) ?? refuseForm('A blob is not base64')
    case 'timestamp':
      return timestampOf(text, shape.format ?? 'date-time') ?? refuseForm('timestamp must follow ISO8601')
    case 'document':
      return refuseForm('A document has no form in a query')
  }
}

const maxDepth = 32
