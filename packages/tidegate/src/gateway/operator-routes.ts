/** What operators ask a gateway: whether it lives, whether it is ready, what it counted. */
import type { WireRequest, WireResponse } from '../kernel/wire-request.ts'

/** Answers of its own by path. `undefined` leaves the request to the services. */
export type Routes = Readonly<Record<string, (request: WireRequest) => WireResponse | Promise<WireResponse> | undefined>>

/**
 * `/healthz` and `/readyz` for everybody, `/metrics` for this machine only. Signed requests go to the services: `/healthz` may be a bucket.
 * @param isReady whether calls would be served now
 */
export function operatorRoutes({ isReady, metrics }: { readonly isReady: () => boolean; readonly metrics: () => string }): Routes {
  return {
    '/healthz': (request) => (isPlain(request) ? text(200, 'ok\n') : undefined),
    '/readyz': (request) => {
      if (!isPlain(request)) return undefined
      return isReady() ? text(200, 'ready\n') : text(503, 'not ready\n')
    },
    '/metrics': (request) => {
      if (!isPlain(request) || !isFromHere(request)) return undefined
      return { status: 200, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, body: metrics() }
    },
  }
}

function isPlain({ method, query, headers }: WireRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && query === '' && headers.every(([name]) => name !== 'authorization')
}

/** From loopback, and not passed on by a proxy that runs here too. */
function isFromHere({ remoteAddress, headers }: WireRequest): boolean {
  const isForwarded = headers.some(
    ([name]) => name === 'via' || name === 'forwarded' || name.startsWith('x-forwarded-') || name === 'x-real-ip',
  )
  return !isForwarded && (remoteAddress === '::1' || remoteAddress.startsWith('127.'))
}

function text(status: number, body: string): WireResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }, body }
}
