/** The SDK's own clients as the other side of our protocols, without a network in between. */
import { type HttpRequest, HttpResponse } from '@smithy/core/transport'
import type { StaticErrorSchema, StaticOperationSchema } from '@smithy/types'
import type { WireRequest, WireResponse } from '../../src/kernel/wire-request.ts'

/** A `@aws-sdk/client-*` package, with everything that it exports. */
export type SdkPackage = Readonly<Record<string, unknown>>

export interface SdkClient {
  send(command: object): Promise<Record<string, unknown>>
}

/** Every operation of a package, from its exports. */
export function operationsOf(sdk: SdkPackage): StaticOperationSchema[] {
  return Object.values(sdk).filter((value): value is StaticOperationSchema => Array.isArray(value) && value[0] === 9)
}

export function errorsOf(sdk: SdkPackage): StaticErrorSchema[] {
  return Object.values(sdk).filter(
    (value): value is StaticErrorSchema => Array.isArray(value) && value[0] === -3 && !String(value[1]).includes('synthetic'),
  )
}

export function command(sdk: SdkPackage, operation: StaticOperationSchema, input: unknown): object {
  const Command = sdk[`${operation[2]}Command`] as new (input: unknown) => object
  return new Command(input)
}

/** A client whose requests are answered by a function. */
export function sdkClient(sdk: SdkPackage, name: string, answer: (request: WireRequest, bytes: Uint8Array) => WireResponse): SdkClient {
  const Client = sdk[name] as new (settings: object) => SdkClient
  return new Client({
    endpoint: 'http://127.0.0.1:1',
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
    requestHandler: {
      async handle(request: HttpRequest) {
        const bytes = bytesOf(request.body)
        const response = answer(wireRequest(request, bytes), bytes)
        const body =
          typeof response.body === 'string' || response.body instanceof Uint8Array ? new Uint8Array(Buffer.from(response.body)) : undefined
        return { response: new HttpResponse({ statusCode: response.status, headers: { ...response.headers }, body }) }
      },
    },
  })
}

function bytesOf(body: unknown): Uint8Array {
  return body instanceof Uint8Array ? new Uint8Array(body) : new Uint8Array(Buffer.from(typeof body === 'string' ? body : ''))
}

function wireRequest({ method, path, query, headers }: HttpRequest, bytes: Uint8Array): WireRequest {
  const pairs = Object.entries(query).map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`)
  return {
    method,
    path,
    query: pairs.join('&'),
    headers: Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value] as const),
    body: {
      bytes: () => Promise.resolve(bytes),
      stream: () => {
        throw new Error('nothing here streams')
      },
    },
    remoteAddress: '127.0.0.1',
    isTls: false,
  }
}
