/**
 * The protocol restXml, of S3: input and output are spread over path, query, headers and body, by the traits of their members.
 * @see https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html
 */
import type { StaticOperationSchema } from '@smithy/types'
import { headerOf, type WireRequest, type WireResponse } from '../kernel/wire-request.ts'
import { s3ErrorResponse, s3Ids } from './error-body.ts'
import { parseForm } from './form.ts'
import { misfit } from './misfit.ts'
import type { WireProtocol } from './protocol.ts'
import { type Member, type Shape, type StructureShape, structureOf } from './shape.ts'
import { base64Text, timestampText, utf8Text } from './text.ts'
import { constraintMessage, type MissingStyle, requireMembers } from './validation.ts'
import { refuseXml, wireError } from './wire-error.ts'
import { malformedXml, parseXml, readXmlStructure, scalarOf } from './xml-input.ts'
import { xmlElement, xmlMembers, type XmlStyle, xmlText } from './xml-output.ts'

export function restXml(namespace: string): WireProtocol {
  return {
    parseInput(operation, request, bytes, labels) {
      const shape = structureOf(operation[4])
      const input = readInput(shape, labels ?? labelsOf(httpOf(operation).uri, request.path) ?? noLabels, request, bytes)
      requireMembers(shape, input, missingStyle(shape, bytes))
      return input
    },
    writeOutput(operation, output, { requestId }) {
      const response = writeOutput(structureOf(operation[5]), httpOf(operation).status, output ?? {}, namespace)
      return { ...response, headers: { ...response.headers, ...s3Ids(requestId) } }
    },
    writeError: s3ErrorResponse,
  }
}

/** What is missing in an XML document makes it another document than the schema's. */
function missingStyle({ members }: StructureShape, bytes: Uint8Array): MissingStyle {
  const payload = members.find(({ shape }) => shape.traits.httpPayload)?.name ?? ''
  const payloadPath = payload.charAt(0).toLowerCase() + payload.slice(1)
  const isOfPayload = (path: string): boolean => payload !== '' && (path === payloadPath || path.startsWith(`${payloadPath}.`))
  return {
    code: ([path = '']) => (!isOfPayload(path) ? 'InvalidRequest' : bytes.length === 0 ? 'MissingRequestBodyError' : 'MalformedXML'),
    message: (paths) => {
      const [path = ''] = paths
      if (isOfPayload(path)) return bytes.length === 0 ? 'Request Body is empty' : malformedXml
      return missingTexts[path] ?? constraintMessage(paths)
    },
  }
}

/**
 * The labels that a path has by a template such as `/{Bucket}/{Key+}`: a greedy label takes the rest with its slashes.
 * Segments are split before they are decoded, so that `%2F` never becomes a border. `undefined` where the path does not fit.
 */
export function labelsOf(template: string, path: string): ReadonlyMap<string, string> | undefined {
  const wanted = (template.split('?', 1)[0] ?? '').slice(1).split('/')
  const given = path.slice(1).split('/')
  const labels = new Map<string, string>()
  for (const [index, segment] of wanted.entries()) {
    const [, name, greedy] = /^\{([^}+]+)(\+?)\}$/.exec(segment) ?? []
    const text = greedy ? given.slice(index).join('/') : given[index]
    if (text === undefined) return undefined
    if (name === undefined) {
      if (text !== segment) return undefined
    } else {
      if (text === '') return undefined
      labels.set(name, decodedPath(text))
    }
    if (greedy) return labels
  }
  const rest = given.slice(wanted.length)
  return rest.length === 0 || (rest.length === 1 && rest[0] === '') ? labels : undefined
}

function readInput(shape: StructureShape, labels: ReadonlyMap<string, string>, request: WireRequest, bytes: Uint8Array): object {
  const query = parseForm(request.query)
  const input: Record<string, unknown> = {}
  const bodyMembers: Member[] = []
  for (const member of shape.members) {
    const { name, shape: target } = member
    const { httpLabel, httpQuery, httpQueryParams, httpHeader, httpPrefixHeaders, httpPayload } = target.traits
    let value: unknown
    if (httpLabel) value = bound(target, labels.get(name), name)
    else if (httpQuery !== undefined) value = bound(target, query.get(httpQuery), httpQuery)
    else if (httpQueryParams) value = Object.assign(Object.create(null), Object.fromEntries(query))
    else if (httpHeader !== undefined) value = bound(target, headerOf(request, httpHeader.toLowerCase()), httpHeader, 'http-date')
    else if (httpPrefixHeaders !== undefined) value = prefixed(httpPrefixHeaders.toLowerCase(), request)
    else if (httpPayload) value = readPayload(target, request, bytes)
    else bodyMembers.push(member)
    if (value !== undefined) input[name] = value
  }
  if (bodyMembers.length > 0 && bytes.length > 0) Object.assign(input, readXmlStructure(shape, bodyMembers, parseXml(bytes)))
  return input
}

function bound(shape: Shape, text: string | undefined, name: string, timestamps: 'date-time' | 'http-date' = 'date-time'): unknown {
  if (text === undefined) return undefined
  const refuse = (): never => {
    const members = { ArgumentName: name, ArgumentValue: text.slice(0, 1_000) }
    throw wireError('InvalidArgument', argumentTexts[name] ?? 'Invalid Argument', { members })
  }
  if (shape.type !== 'list') return scalarOf(shape, text, refuse, timestamps)
  return text.split(',').map((item) => scalarOf(shape.item, item.trim(), refuse, timestamps))
}

function prefixed(prefix: string, { headers }: WireRequest): object | undefined {
  const map: Record<string, unknown> = Object.create(null)
  for (const [name] of headers) if (name.startsWith(prefix)) map[name.slice(prefix.length)] = headerOf({ headers }, name)
  return Object.keys(map).length === 0 ? undefined : map
}

function readPayload(shape: Shape, request: WireRequest, bytes: Uint8Array): unknown {
  // A streaming payload is handed on as it comes, without being read whole: the `Body` of PutObject.
  if (shape.type === 'blob') return shape.traits.streaming ? request.body.stream() : bytes
  if (bytes.length === 0) return undefined
  if (shape.type === 'string') return utf8Text(bytes) ?? refuseXml('The body is not UTF-8')
  if (shape.type !== 'structure') return undefined
  const root = parseXml(bytes)
  if (root.name !== (shape.traits.xmlName ?? shape.name)) refuseXml(malformedXml, 'the root element has another name')
  return readXmlStructure(shape, shape.members, root)
}

function writeOutput(shape: StructureShape, defaultStatus: number, output: unknown, namespace: string): WireResponse {
  if (typeof output !== 'object' || output === null) throw misfit(shape, output)
  const headers: Record<string, string> = {}
  const bodyMembers: Member[] = []
  let status = defaultStatus
  let body: WireResponse['body'] = ''
  for (const member of shape.members) {
    const { name, shape: target } = member
    const { httpHeader, httpPrefixHeaders, httpResponseCode, httpPayload } = target.traits
    const value: unknown = Reflect.get(output, name)
    if (httpHeader === undefined && httpPrefixHeaders === undefined && !httpResponseCode && !httpPayload) bodyMembers.push(member)
    else if (value == null) continue
    else if (httpHeader !== undefined) headers[httpHeader.toLowerCase()] = headerText(target, value)
    else if (httpPrefixHeaders !== undefined) {
      for (const [key, text] of Object.entries(value)) headers[`${httpPrefixHeaders}${key}`.toLowerCase()] = String(text)
    } else if (httpResponseCode) status = Number(value)
    else body = writePayload(target, value, headers, namespace)
  }
  if (bodyMembers.length > 0) {
    const root = shape.traits.xmlName ?? shape.name
    const xmlns = ` xmlns="${xmlText(shape.traits.xmlNamespace?.[1] ?? namespace)}"`
    const [only] = bodyMembers
    // GetBucketLocation: the one member is not in the root element, it is the root element.
    const isRoot = bodyMembers.length === 1 && only?.name === root && only.shape.type === 'string'
    const inner = isRoot ? xmlText(String(Reflect.get(output, root) ?? '')) : xmlMembers(bodyMembers, output, shape, s3Style)
    body = `${declaration}<${root}${xmlns}>${inner}</${root}>`
    headers['content-type'] ??= 'application/xml'
  }
  return { status: headers['content-range'] === undefined ? status : 206, headers, body }
}

function writePayload(shape: Shape, value: unknown, headers: Record<string, string>, namespace: string): WireResponse['body'] {
  if (shape.type === 'structure') {
    headers['content-type'] ??= 'application/xml'
    const xmlns = shape.traits.xmlNamespace === undefined ? ` xmlns="${xmlText(namespace)}"` : ''
    return declaration + xmlElement(shape.traits.xmlName ?? shape.name, shape, value, xmlns, s3Style)
  }
  if (typeof value === 'string' || value instanceof Uint8Array || isByteStream(value)) return value
  throw misfit(shape, value)
}

function headerText(shape: Shape, value: unknown): string {
  if (shape.type === 'list' && Array.isArray(value)) return value.map((item) => headerText(shape.item, item)).join(',')
  if (value instanceof Date) return timestampText(value, shape.type === 'timestamp' ? (shape.format ?? 'http-date') : 'http-date')
  if (value instanceof Uint8Array) return base64Text(value)
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') throw misfit(shape, value)
  return String(value)
}

function isByteStream(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

function httpOf(operation: StaticOperationSchema): { readonly uri: string; readonly status: number } {
  const traits = operation[3]
  const http = typeof traits === 'object' ? traits.http : undefined
  if (http === undefined) throw new Error(`${operation[2]} has no HTTP binding`)
  return { uri: http[1], status: statuses[operation[2]] ?? http[2] }
}

function decodedPath(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw wireError('InvalidURI', "Couldn't parse the specified URI.")
  }
}

/** Where S3 answers with another status than its model says. */
const statuses: Readonly<Record<string, number>> = { PutBucketPolicy: 204, PutBucketTagging: 204 }
/** What AWS says of parameters that are not of their type. */
const argumentTexts: Readonly<Record<string, string>> = {
  'max-buckets': 'Provided max-buckets not an integer or within integer range',
  'max-keys': 'Provided max-keys not an integer or within integer range',
  'max-parts': 'Provided max-parts not an integer or within integer range',
  'max-uploads': 'Provided max-uploads not an integer or within integer range',
  'part-number-marker': 'Provided part-number-marker not an integer or within integer range',
  partNumber: 'Part number must be an integer between 1 and 10000, inclusive',
}
/** What AWS says of headers that are missing. */
const missingTexts: Readonly<Record<string, string>> = {
  objectAttributes: 'The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty',
}
const noLabels: ReadonlyMap<string, string> = new Map()
const s3Style: XmlStyle = { hasMilliseconds: true, hasControls: true }
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
