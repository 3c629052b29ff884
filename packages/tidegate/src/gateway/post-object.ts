/**
 * An upload by a browser's form: the fields are what headers are elsewhere, and the object is put by the same operation as every other.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
import { Buffer } from 'node:buffer'
import { headerOf, type WireRequest, type WireResponse } from '../kernel/wire-request.ts'
import { readMultipartForm } from '../wire/multipart-form.ts'
import { signatureError } from '../wire/sigv4/errors.ts'
import { isHeaderText } from '../wire/sigv4/header-fields.ts'
import type { PostForm } from '../wire/sigv4/post-form.ts'
import { parseXml, type XmlElement } from '../wire/xml-input.ts'
import { xmlText } from '../wire/xml-output.ts'

export interface PostedObject {
  readonly form: PostForm
  readonly key: string
  /** The request that puts the same object, without its body. */
  readonly put: WireRequest
}

export async function readPost(request: WireRequest, bucket: string): Promise<PostedObject> {
  const { fields: given, fileName, file } = await readMultipartForm(headerOf(request, 'content-type') ?? '', request.body.stream())
  const fields = new Map([...given].map(([name, value]) => [name, value.replaceAll('${filename}', () => fileName)]))
  const key = fields.get('key')
  if (key === undefined || key === '') {
    const message = "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields."
    throw signatureError('InvalidArgument', message, { members: { ArgumentName: 'key', ArgumentValue: '' } })
  }
  const form: PostForm = {
    fields,
    bucket,
    file: { stream: () => file, bytes: () => Promise.reject(new Error('the file of a form is streamed')) },
  }
  return { form, key, put: { ...request, method: 'PUT', query: '', headers: headersOf(request, fields) } }
}

/** What is not a header of an object in a form is of the form itself. */
function headersOf(request: WireRequest, fields: ReadonlyMap<string, string>): WireRequest['headers'] {
  const headers: (readonly [string, string])[] = []
  for (const [name, value] of fields) {
    if (ofForm.has(name)) continue
    if (name === 'acl') headers.push(['x-amz-acl', headerText(name, value)])
    else if (name === 'tagging') headers.push(['x-amz-tagging', tagging(value)])
    else if (name.startsWith('x-amz-') || ofObject.has(name)) headers.push([name, headerText(name, value)])
  }
  for (const name of ['user-agent', 'referer', 'host', 'origin']) {
    const value = headerOf(request, name)
    if (value !== undefined) headers.push([name, value])
  }
  return headers
}

/** Characters of headers stand for bytes. */
function headerText(name: string, value: string): string {
  if (isHeaderText(value)) return Buffer.from(value, 'utf8').toString('latin1')
  throw signatureError('InvalidArgument', 'A field holds a control character.', { members: { ArgumentName: name } })
}

/** A form has its tags as XML. */
function tagging(xml: string): string {
  const root = parseXml(Buffer.from(xml, 'utf8'))
  const tags = root.children.find(({ name }) => name === 'TagSet')?.children ?? []
  const text = (tag: XmlElement, name: string): string => tag.children.find((each) => each.name === name)?.text ?? ''
  return tags.map((tag) => `${encodeURIComponent(text(tag, 'Key'))}=${encodeURIComponent(text(tag, 'Value'))}`).join('&')
}

/** The answer that the form asks for, in place of that of a PUT. */
export function postAnswer({ form, key, put }: PostedObject): (response: WireResponse) => WireResponse {
  return (response) => {
    const etag = response.headers['etag'] ?? ''
    const { fields, bucket } = form
    const scheme = put.isTls ? 'https' : 'http'
    const location = `${scheme}://${headerOf(put, 'host') ?? ''}/${[bucket, ...key.split('/')].map(encodeURIComponent).join('/')}`
    const headers = { ...response.headers, location }
    const redirect = redirection(fields.get('success_action_redirect') ?? fields.get('redirect'), { bucket, key, etag })
    if (redirect !== undefined) return { status: 303, headers: { ...headers, location: redirect }, body: '' }
    const status = fields.get('success_action_status')
    if (status === '201') {
      const element = (name: string, value: string): string => `<${name}>${xmlText(value)}</${name}>`
      const inner = element('Location', location) + element('Bucket', bucket) + element('Key', key) + element('ETag', etag)
      const body = `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>${inner}</PostResponse>`
      return { status: 201, headers: { ...headers, 'content-type': 'application/xml' }, body }
    }
    return { status: status === '200' ? 200 : 204, headers, body: '' }
  }
}

/** Undefined for what is no URL of the web. */
function redirection(text: string | undefined, about: Readonly<Record<string, string>>): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  for (const [name, value] of Object.entries(about)) url.searchParams.set(name, value)
  return url.href
}

const ofForm: ReadonlySet<string> = new Set([
  'awsaccesskeyid',
  'policy',
  'signature',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-signature',
])
const ofObject: ReadonlySet<string> = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-md5',
  'content-type',
  'expires',
  'if-match',
  'if-none-match',
])
