/** Which protocol a service speaks, and which one a request looks like before anything else about it is known. */
import type { Protocol, Service } from '../kernel/operation.ts'
import { headerOf, type WireRequest } from '../kernel/wire-request.ts'
import { awsJson } from './aws-json.ts'
import { awsQuery, faultNamespace } from './aws-query.ts'
import { isForm } from './form.ts'
import type { WireProtocol } from './protocol.ts'
import { restXml } from './rest-xml.ts'
import { missingStyles } from './validation.ts'

/** The protocol of a service; the gateway keeps one for each. */
export function wireProtocol({ name, protocol, version = '' }: Pick<Service, 'name' | 'protocol' | 'version'>): WireProtocol {
  const style = missingStyles[name]
  switch (protocol) {
    case 'aws-json':
      return awsJson(style)
    case 'aws-query':
      return awsQuery(`https://${name}.amazonaws.com/doc/${version}/`, style)
    case 'rest-xml':
      return restXml(`http://${name}.amazonaws.com/doc/${version}/`)
  }
}

/** For answers to requests whose service is not known: `plainProtocols[protocolOf(request)].writeError(…)`. */
export const plainProtocols: Readonly<Record<Protocol, WireProtocol>> = {
  'aws-json': awsJson(),
  'aws-query': awsQuery(faultNamespace),
  'rest-xml': restXml('http://s3.amazonaws.com/doc/2006-03-01/'),
}

/** What a request looks like. Tells how much of its body may be read, and in which form an error is understood. */
export function protocolOf(request: WireRequest): Protocol {
  if (headerOf(request, 'x-amz-target') !== undefined || isRpcV2(request)) return 'aws-json'
  // Whatever a content type says, below the root are buckets and objects; S3 is asked there for something by a parameter, JSON never.
  if (!/^\/+$/.test(request.path)) return 'rest-xml'
  if (/(?:^|&)Action=/.test(request.query)) return 'aws-query'
  if (request.method !== 'POST' || request.query !== '') return 'rest-xml'
  if (isForm(request)) return 'aws-query'
  return /^application\/(?:x-amz-json-1\.[01]|cbor|json) *(?:;|$)/i.test(headerOf(request, 'content-type') ?? '') ? 'aws-json' : 'rest-xml'
}

/** Smithy's protocol after these, in CBOR or JSON: `POST /service/X/operation/Y`. */
export function isRpcV2(request: WireRequest): boolean {
  if (headerOf(request, 'smithy-protocol') !== undefined) return true
  return request.method === 'POST' && request.query === '' && /^\/service\/[^/]+\/operation\/[^/]+\/?$/.test(request.path)
}
