/** Paths and queries in the one form that both sides of a signature compute. */

/** SigV4's UriEncode: everything but `A-Z a-z 0-9 - . _ ~` as `%XX` of its UTF-8 bytes. */
function uriEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

/**
 * The path as S3 signs it: encoded once, never normalised, since `a//b` and `a/../b` are names of objects.
 * Undefined when it is not an absolute path of percent-encoded UTF-8.
 */
export function canonicalS3Path(path: string): string | undefined {
  if (plainPath.test(path)) return path
  if (!path.startsWith('/')) return undefined
  const decoded = percentDecode(path)
  return decoded === undefined ? undefined : uriEncode(decoded).replaceAll('%2F', '/')
}

/**
 * The path as all other services sign it: without `.`, `..` and empty segments, and what was sent encoded is encoded again.
 * Undefined when it is not an absolute path of percent-encoded UTF-8.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function canonicalPath(path: string): string | undefined {
  if (path === '/') return '/'
  if (!path.startsWith('/') || percentDecode(path) === undefined) return undefined
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(uriEncode(segment))
  }
  if (segments.length === 0) return '/'
  return `/${segments.join('/')}${path.endsWith('/') ? '/' : ''}`
}

/** One parameter of a query. Who dispatches on a query reads these, so that what was signed is what is done. */
export interface QueryParameter {
  readonly name: string
  readonly value: string
  readonly encodedName: string
  readonly encodedValue: string
}

/**
 * The parameters of a query in the order in which they were sent; `+` is a space, a parameter without `=` has an empty value.
 * Undefined when it is not percent-encoded UTF-8. Several readers of one request ask one after the other: the last query is kept.
 */
export function readQuery(query: string): readonly QueryParameter[] | undefined {
  if (query === '') return none
  if (query !== lastQuery) {
    lastParameters = parametersOf(query)
    lastQuery = query
  }
  return lastParameters
}

function parametersOf(query: string): readonly QueryParameter[] | undefined {
  const parameters: QueryParameter[] = []
  for (const part of query.split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = readComponent(equals === -1 ? part : part.slice(0, equals))
    const value = readComponent(equals === -1 ? '' : part.slice(equals + 1))
    if (name === undefined || value === undefined) return undefined
    parameters.push({ name: name.text, value: value.text, encodedName: name.encoded, encodedValue: value.encoded })
  }
  return parameters
}

/** Sorted by name, then by value, both encoded. */
export function canonicalQuery(parameters: readonly QueryParameter[], without?: string): string {
  if (parameters.length === 0) return ''
  const sorted = parameters.filter(({ name }) => name !== without).toSorted(byEncodedNameAndValue)
  return sorted.map(({ encodedName, encodedValue }) => `${encodedName}=${encodedValue}`).join('&')
}

function byEncodedNameAndValue(a: QueryParameter, b: QueryParameter): number {
  if (a.encodedName !== b.encodedName) return a.encodedName < b.encodedName ? -1 : 1
  if (a.encodedValue === b.encodedValue) return 0
  return a.encodedValue < b.encodedValue ? -1 : 1
}

function readComponent(raw: string): { text: string; encoded: string } | undefined {
  if (unreserved.test(raw)) return { text: raw, encoded: raw }
  const text = percentDecode(raw, (visible) => visible.replaceAll('+', ' '))
  return text === undefined ? undefined : { text, encoded: uriEncode(text) }
}

function percentDecode(raw: string, prepare = (visible: string) => visible): string | undefined {
  if (notVisible.test(raw)) return undefined
  try {
    return decodeURIComponent(prepare(raw))
  } catch {
    return undefined
  }
}

const none: readonly QueryParameter[] = []
let lastQuery = ''
let lastParameters: readonly QueryParameter[] | undefined
const plainPath = /^\/[A-Za-z0-9\-._~/]*$/
const unreserved = /^[A-Za-z0-9\-._~]*$/
const notVisible = /[^!-~]/
