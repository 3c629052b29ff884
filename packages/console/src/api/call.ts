/** One signed call of an AWS JSON operation at this gateway. */
import { ApiError, apiErrorOf } from './api-error.ts'
import type { Input, OperationName, Output, ServiceName } from './operations.ts'
import { type Credentials, signedHeaders } from './sigv4.ts'

export interface CallContext {
  readonly credentials: Credentials
  readonly region: string
}

/** Rejects with `ApiError`. */
export async function call<Service extends ServiceName, Name extends OperationName<Service>>(
  service: Service,
  operation: Name,
  input: Input<Service, Name>,
  { credentials, region }: CallContext,
  signal?: AbortSignal,
): Promise<Output<Service, Name>> {
  const { target, version } = protocols[service]
  const body = JSON.stringify(input)
  const headers = { host: location.host, 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': `${target}.${operation}` }
  const signed = await signedHeaders(headers, body, credentials, { region, service, now: Date.now() })
  const response = await send({ method: 'POST', headers: signed, body, ...(signal && { signal }) })
  const text = await response.text()
  if (!response.ok) throw apiErrorOf(response, text)
  return JSON.parse(text) as Output<Service, Name>
}

/** A request to this gateway; rejects with `ApiError` where it cannot be reached. */
export async function send(request: RequestInit, path = '/'): Promise<Response> {
  try {
    return await fetch(path, { ...request, cache: 'no-store', credentials: 'omit', redirect: 'error' })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError('NetworkError', 'The gateway does not answer.', { cause: error })
  }
}

const protocols: Readonly<Record<ServiceName, { readonly target: string; readonly version: '1.0' | '1.1' }>> = {
  ecs: { target: 'AmazonEC2ContainerServiceV20141113', version: '1.1' },
  logs: { target: 'Logs_20140328', version: '1.1' },
  tidegate: { target: 'Tidegate_20261101', version: '1.1' },
}
