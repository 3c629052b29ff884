/**
 * What browsers are told about the console: it loads nothing but its own files, runs no inline script, is shown in no frame, and speaks to
 * nobody but this gateway.
 */
import { headerOf, type WireRequest, type WireResponse } from '../../kernel/wire-request.ts'

export const consoleHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
}

/**
 * What a browser opens as a page of its own gets an origin of its own: an object of a bucket may be HTML with a script, and must not read
 * the credentials that the console keeps on the same host.
 */
export function sandboxed(request: WireRequest, response: WireResponse): WireResponse {
  if (!isOpenedInBrowser(request)) return response
  const policy = 'sandbox allow-scripts allow-forms allow-popups allow-downloads allow-modals'
  return { ...response, headers: { ...response.headers, 'content-security-policy': policy } }
}

/** Navigations and frames, which ask for HTML in every browser; programs do not. Newer browsers also say it in a header. */
function isOpenedInBrowser(request: WireRequest): boolean {
  if (documents.has(headerOf(request, 'sec-fetch-dest') ?? '')) return true
  return headerOf(request, 'accept')?.toLowerCase().includes('text/html') ?? false
}

/** @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-dest-header */
const documents = new Set(['document', 'iframe', 'frame', 'fencedframe', 'object', 'embed'])
