/** How an error looks on each protocol. Nothing else knows where a code is written. */
import { Buffer } from 'node:buffer'
import type { AwsError } from '../kernel/aws-error.ts'
import type { WireResponse } from '../kernel/wire-request.ts'
import type { Exchange } from './protocol.ts'
import { xmlText } from './xml-output.ts'

/** `version` is that of the protocol, `1.0` or `1.1`. */
export function jsonErrorResponse(error: AwsError, { requestId }: Exchange, version: string): WireResponse {
  const { message, members } = toldToClients(error, requestId)
  const body = JSON.stringify({ ...jsonMembers(members), __type: error.code, message })
  return {
    status: error.status,
    headers: {
      'content-type': `application/x-amz-json-${version}`,
      'x-amzn-requestid': requestId,
      'x-amzn-errortype': error.code,
    },
    body,
  }
}

export function queryErrorResponse(error: AwsError, { requestId }: Exchange, namespace: string): WireResponse {
  const { message, members } = toldToClients(error, requestId)
  const type = error.fault === 'client' ? 'Sender' : 'Receiver'
  const fields = `<Type>${type}</Type>${element('Code', error.code)}${element('Message', message)}${xmlScalars(members)}`
  return {
    status: error.status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: `<ErrorResponse xmlns="${xmlText(namespace)}"><Error>${fields}</Error>${element('RequestId', requestId)}</ErrorResponse>\n`,
  }
}

/** S3's errors stand alone, without a namespace; an answer to HEAD has only the status and the ids. */
export function s3ErrorResponse(error: AwsError, { requestId, request }: Exchange): WireResponse {
  const { message, members } = toldToClients(error, requestId)
  const hostId = hostIdOf(requestId)
  const fields = `${element('Code', error.code)}${element('Message', message)}${xmlScalars(members)}`
  const ids = `${element('Resource', request.path)}${element('RequestId', requestId)}${element('HostId', hostId)}`
  return {
    status: error.status,
    headers: { ...(error.status !== 304 && { 'content-type': 'application/xml' }), ...error.headers, ...s3Ids(requestId) },
    body: request.method === 'HEAD' || error.status === 304 ? '' : `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${fields}${ids}</Error>`,
  }
}

export function s3Ids(requestId: string): { readonly 'x-amz-request-id': string; readonly 'x-amz-id-2': string } {
  return { 'x-amz-request-id': requestId, 'x-amz-id-2': hostIdOf(requestId) }
}

/** A fault of ours tells its request id and nothing else: what went wrong is in the log under that id. */
function toldToClients(error: AwsError, requestId: string): Pick<AwsError, 'message' | 'members'> {
  // Except this one, which is about the request: it names what is not implemented.
  if (error.fault === 'client' || error.code === 'NotImplemented') return error
  const message =
    error.status === 503
      ? `The request has failed due to a temporary failure of the server. Request id: ${requestId}`
      : `The request processing has failed because of an unknown error, exception or failure. Request id: ${requestId}`
  return { message, members: {} }
}

function jsonMembers(members: AwsError['members']): Record<string, unknown> {
  const entries = Object.entries(members).map(([name, value]) => [name, value instanceof Date ? value.getTime() / 1000 : value] as const)
  return Object.fromEntries(entries)
}

/** Members of XML errors are scalars in every service. */
function xmlScalars(members: AwsError['members']): string {
  return Object.entries(members)
    .filter(([name, value]) => !reserved.has(name) && ['string', 'number', 'boolean'].includes(typeof value))
    .map(([name, value]) => element(name, String(value)))
    .join('')
}

function element(name: string, text: string): string {
  return `<${name}>${xmlText(text)}</${name}>`
}

function hostIdOf(requestId: string): string {
  return Buffer.from(requestId).toString('base64')
}

const reserved = new Set(['Type', 'Code', 'Message', 'RequestId', 'Resource', 'HostId'])
