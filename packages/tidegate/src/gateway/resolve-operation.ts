/** Which service and which operation a request asks for. */
import { commonError } from '../kernel/aws-error.ts'
import type { Operation, Service } from '../kernel/operation.ts'
import { headerOf, type WireRequest } from '../kernel/wire-request.ts'
import { formOf, shown } from '../wire/form.ts'
import { isRpcV2, protocolOf } from '../wire/protocols.ts'
import { wireError } from '../wire/wire-error.ts'

/** What routing needs of a service. */
export type Routable = Pick<Service, 'name' | 'protocol' | 'targets' | 'version' | 'knownOperations'> & {
  readonly operations: readonly Pick<Operation<never>, 'name'>[]
}

export interface Resolved<Target extends Routable> {
  readonly service: Target
  readonly operation: Target['operations'][number]
}

/**
 * Throws `UnknownOperationException`, `InvalidAction` or `NotImplemented`, by protocol, for what nothing here serves. Never a 5xx on JSON
 * and query services: clients retry those for minutes.
 *
 * The credential scope is only a hint between services that share a version; whoever checks the signature compares it with the service.
 * @param bytes the whole body; only aws-query needs it
 */
export function resolveOperation<Target extends Routable>(
  request: WireRequest,
  bytes: Uint8Array | undefined,
  services: readonly Target[],
): Resolved<Target> {
  switch (protocolOf(request)) {
    case 'aws-json':
      return resolveTarget(request, services)
    case 'aws-query':
      return resolveAction(request, bytes ?? new Uint8Array(), services)
    case 'rest-xml':
      throw wireError('NotImplemented', `${request.method} ${shown(request.path)} is not an operation that Tidegate serves.`)
  }
}

/** `X-Amz-Target: Prefix.Operation`, where clients of one service may differ in what stands before the last dotted part of the prefix. */
function resolveTarget<Target extends Routable>(request: WireRequest, services: readonly Target[]): Resolved<Target> {
  if (isRpcV2(request)) throw unknownOperation(`${shown(request.path)} is of the protocol rpcv2Cbor, which Tidegate does not serve.`)
  assertPlain(request, (message) => wireError('SerializationException', message))
  const targets = request.headers.filter(([name]) => name === 'x-amz-target')
  const target = targets[0]?.[1]
  if (target === undefined) throw unknownOperation('The request has no X-Amz-Target header.')
  if (targets.length > 1) throw wireError('InvalidRequest', 'The request has more than one X-Amz-Target header.')
  if (request.method !== 'POST' || !isRoot(request.path)) {
    throw unknownOperation(`The operation ${shown(target)} is called by POST on the path /.`)
  }
  const [name = '', prefix = ''] = target.split('.').slice(-2).reverse()
  const service = services.find(({ protocol, targets: prefixes }) => {
    return protocol === 'aws-json' && prefixes?.some((each) => lastPart(each) === prefix)
  })
  if (!service) throw unknownOperation(`The operation ${shown(target)} is of no service that Tidegate serves.`)
  return { service, operation: operationOf(service, name) ?? refuseAction(service, name, unknownOperation) }
}

function resolveAction<Target extends Routable>(request: WireRequest, bytes: Uint8Array, services: readonly Target[]): Resolved<Target> {
  assertPlain(request, (message) => wireError('InvalidRequest', message))
  const form = formOf(request, bytes)
  const action = form.get('Action')
  if (!action) throw wireError('MissingAction', 'The request is missing an action or a required parameter.')
  const version = form.get('Version') ?? 'NO_VERSION_SPECIFIED'
  const notFound = () => invalidAction(`Could not find operation ${shown(action)} for version ${shown(version)}`)
  if ((request.method !== 'POST' && request.method !== 'GET') || !isRoot(request.path)) throw notFound()
  const versioned = services.filter((service) => service.protocol === 'aws-query' && service.version === version)
  const hints = versioned.length > 1 ? [scopeService(request), hostService(request)] : []
  const service = versioned.find(({ name }) => hints.includes(name)) ?? versioned.find((each) => knows(each, action)) ?? versioned[0]
  if (!service) throw notFound()
  const operation = operationOf(service, action)
  if (operation) return { service, operation }
  throw knows(service, action) ? refuseAction(service, action, invalidAction) : notFound()
}

function operationOf<Target extends Routable>(service: Target, name: string): Target['operations'][number] | undefined {
  return service.operations.find((operation) => operation.name === name)
}

function knows(service: Routable, name: string): boolean {
  return service.knownOperations.includes(name) || operationOf(service, name) !== undefined
}

function refuseAction(service: Routable, name: string, error: (message: string) => Error): never {
  const action = `${service.name}:${shown(name)}`
  throw error(knows(service, name) ? `The action ${action} is not built in Tidegate yet.` : `The action ${action} does not exist.`)
}

function unknownOperation(message: string): Error {
  return commonError('UnknownOperationException', message)
}

function invalidAction(message: string): Error {
  return commonError('InvalidAction', message)
}

/** What a proxy or a policy cannot read must not be executed either: bodies come as they are, in UTF-8. */
function assertPlain(request: WireRequest, error: (message: string) => Error): void {
  const encoding = headerOf(request, 'content-encoding') ?? 'identity'
  if (encoding.toLowerCase() !== 'identity') throw error(`The content encoding ${shown(encoding)} is not served: send the body as it is.`)
  const charset = /; *charset *= *"?([^";]*)/i.exec(headerOf(request, 'content-type') ?? '')?.[1]?.trim() ?? 'utf-8'
  if (!/^(?:utf-?8|us-ascii)$/i.test(charset)) throw error(`The character set ${shown(charset)} is not served: send UTF-8.`)
}

/** Clients may end an endpoint in any number of slashes. */
function isRoot(path: string): boolean {
  return /^\/*$/.test(path)
}

/** `sts` of `Credential=AKIA…/20251101/eu-central-1/sts/aws4_request`, in the header or in a presigned URL. */
function scopeService(request: WireRequest): string | undefined {
  const text = headerOf(request, 'authorization') ?? request.query
  const start = text.indexOf('Credential=')
  const credential = start < 0 ? '' : (text.slice(start).split(/[,&\s]/, 1)[0] ?? '')
  return credential.split(/\/|%2F/i).at(-2)
}

/** `sts` of `sts.amazonaws.com` or `sts.eu-central-1.…`. */
function hostService(request: WireRequest): string | undefined {
  return headerOf(request, 'host')?.split('.', 1)[0]?.toLowerCase()
}

function lastPart(dotted: string): string {
  return dotted.slice(dotted.lastIndexOf('.') + 1)
}
