/** Headers that S3 takes beside its model, or more kindly than the model says. */
import { headerOf, type WireRequest } from '../kernel/wire-request.ts'
import { timestampOf } from '../wire/text.ts'

export interface ReadHeaders {
  readonly told: WireRequest
  /** Members of the input that the model does not have. */
  readonly beside: { readonly IfRange?: string; readonly ExpiresText?: string }
}

/**
 * Dates of conditions that are no dates are as if they were not there. What is kept as the `Expires` of an object is any text.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.3
 */
export function readHeaders(request: WireRequest, operation: string): ReadHeaders {
  const isRead = operation === 'GetObject' || operation === 'HeadObject'
  const unread = (isRead ? ['if-modified-since', 'if-unmodified-since'] : ['expires']).filter((name) => {
    const text = headerOf(request, name)
    return text !== undefined && timestampOf(text.trim(), 'http-date') === undefined
  })
  const told = unread.length === 0 ? request : { ...request, headers: request.headers.filter(([name]) => !unread.includes(name)) }
  const range = isRead ? headerOf(request, 'if-range') : undefined
  const expires = unread.includes('expires') ? headerOf(request, 'expires') : undefined
  return { told, beside: { ...(range !== undefined && { IfRange: range }), ...(expires !== undefined && { ExpiresText: expires }) } }
}
