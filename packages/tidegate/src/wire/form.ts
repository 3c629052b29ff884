/**
 * The parameters of an aws-query request, from its query string and its form body together. Read once: what routes the request
 * (`Action`) and what the operation gets are the same object, and a name that occurs twice, in one place or in both, is refused.
 */
import { headerOf, type WireRequest } from '../kernel/wire-request.ts'
import { utf8Text } from './text.ts'
import { wireError } from './wire-error.ts'

export type Form = ReadonlyMap<string, string>

export function formOf(request: WireRequest, bytes: Uint8Array): Form {
  const known = forms.get(request)
  if (known?.bytes === bytes) return known.form
  const form = new Map<string, string>()
  addParameters(form, request.query)
  if (isForm(request)) addParameters(form, utf8Text(bytes) ?? malformed('the body is not UTF-8'))
  forms.set(request, { bytes, form })
  return form
}

/** The parameters of one text: `a=1&b=2`. */
export function parseForm(text: string): Form {
  const form = new Map<string, string>()
  addParameters(form, text)
  return form
}

/** Whether the body of a request holds parameters. */
export function isForm(request: Pick<WireRequest, 'headers'>): boolean {
  return /^application\/x-www-form-urlencoded *(?:;|$)/i.test(headerOf(request, 'content-type') ?? '')
}

function addParameters(form: Map<string, string>, text: string): void {
  let start = 0
  while (start < text.length) {
    const ampersand = text.indexOf('&', start)
    const end = ampersand < 0 ? text.length : ampersand
    if (end > start) addParameter(form, text.slice(start, end))
    start = end + 1
  }
}

function addParameter(form: Map<string, string>, pair: string): void {
  const equals = pair.indexOf('=')
  const name = decoded(equals < 0 ? pair : pair.slice(0, equals))
  if (form.has(name)) {
    throw wireError('InvalidQueryParameter', `The parameter ${shown(name)} is given more than once.`)
  }
  if (form.size === maxParameters) throw wireError('InvalidQueryParameter', `There are more than ${maxParameters} parameters.`)
  form.set(name, equals < 0 ? '' : decoded(pair.slice(equals + 1)))
}

function decoded(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    return malformed('a percent sign is not followed by the code of a UTF-8 character')
  }
}

function malformed(detail: string): never {
  throw wireError('MalformedQueryString', 'The query string contains a syntax error.', { detail })
}

/** A name that came from outside, short enough for a message. */
export function shown(name: string): string {
  return name.length <= 128 ? name : `${name.slice(0, 128)}…`
}

const forms = new WeakMap<WireRequest, { readonly bytes: Uint8Array; readonly form: Form }>()
const maxParameters = 10_000
