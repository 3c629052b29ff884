/** Calls the API of our own: signed as every AWS call is, in aws-json 1.1. */
import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import type { StaticOperationSchema } from '@smithy/types'
import { signingName, targetPrefix } from '../api/target.ts'
import { CallRefused, type ClientSettings } from './client.ts'

/** Rejects with `CallRefused`. `Output` is what the operation's schema says, as the file under `src/api` writes it. */
export async function callTidegate<Output>(settings: ClientSettings, operation: StaticOperationSchema, input: object): Promise<Output> {
  const url = new URL(settings.endpoint)
  const body = JSON.stringify(input)
  const { credentials, region } = settings
  const signer = new SignatureV4({ service: signingName, region, credentials, sha256: Sha256 })
  const signed = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: '/',
    query: {},
    headers: { host: url.host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${targetPrefix}.${operation[2]}` },
    body,
  })
  const { host: _, ...headers } = signed.headers
  const response = await fetch(new URL('/', url), { method: 'POST', headers, body, signal: AbortSignal.timeout(60_000) })
  const answer: unknown = JSON.parse((await response.text()) || '{}')
  if (response.ok) return answer as Output
  const { __type = '', message = '' } = answer as { readonly __type?: string; readonly message?: string }
  throw new CallRefused(__type.slice(__type.lastIndexOf('#') + 1), message, response.headers.get('x-amzn-requestid') ?? undefined)
}
