/** Requests of web pages from other origins: what a service's rules let a browser read. */
import type { CrossOriginRequest } from '../kernel/operation.ts'
import { AwsError } from '../kernel/aws-error.ts'
import { headerOf, type WireRequest, type WireResponse } from '../kernel/wire-request.ts'
import { protocolOf } from '../wire/protocols.ts'
import { bucketOfPath } from '../wire/s3-route.ts'
import type { Plane } from './serve.ts'

/**
 * The headers that let a browser ask, before it does. Nobody is authenticated: the answer says what the rules say, whoever asks.
 * @throws AwsError where no rule lets it
 */
export function preflightHeaders(request: WireRequest, plane: Pick<Plane, 'services'>): Readonly<Record<string, string>> {
  const origin = headerOf(request, 'origin')
  const method = headerOf(request, 'access-control-request-method')
  if (origin === undefined) throw corsError('BadRequest', 400, 'Insufficient information. Origin request header needed.')
  if (method === undefined) throw corsError('BadRequest', 400, 'Invalid Access-Control-Request-Method: null')
  const names = headerOf(request, 'access-control-request-headers') ?? ''
  const headers = names.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]))
  const found = allowed(request, plane, { origin, method, headers, isPreflight: true })
  if (found !== undefined) return found
  const message =
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."
  throw corsError('AccessForbidden', 403, message)
}

/** An answer with what lets a browser show it to the page that asked. */
export function withCrossOrigin(response: WireResponse, request: WireRequest, plane: Pick<Plane, 'services'>): WireResponse {
  const origin = headerOf(request, 'origin')
  if (origin === undefined || request.method === 'OPTIONS' || protocolOf(request) !== 'rest-xml') return response
  const headers = allowed(request, plane, { origin, method: request.method, headers: [], isPreflight: false })
  return headers === undefined ? response : { ...response, headers: { ...response.headers, ...headers } }
}

function allowed(request: WireRequest, { services }: Pick<Plane, 'services'>, asked: Omit<CrossOriginRequest, 'bucket'>) {
  const bucket = bucketOfPath(request)
  const service = services.find(({ protocol }) => protocol === 'rest-xml')
  return bucket === undefined ? undefined : service?.crossOrigin?.({ ...asked, bucket })
}

function corsError(code: string, status: number, message: string): AwsError {
  return new AwsError(code, { status, fault: 'client' }, message)
}
