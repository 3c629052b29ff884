/** The front door from inside: the way of a request behind its wire. */
import { commonError } from '../kernel/aws-error.ts'
import { actorContext } from '../kernel/actor-chain.ts'
import type { Caller } from '../kernel/caller.ts'
import { type FrontDoor, type InnerCall, type InnerCaller, RefusedCall } from '../kernel/front-door.ts'
import { isoSeconds } from '../kernel/iso-seconds.ts'
import type { Operation, Service } from '../kernel/operation.ts'
import type { WireRequest } from '../kernel/wire-request.ts'
import { wholeBody } from '../wire/sigv4/verified-body.ts'
import { awsErrorOf, Exchange } from './exchange.ts'
import { perform, type Plane, record } from './serve.ts'

export function frontDoorOf(plane: Plane): FrontDoor {
  return {
    async call(inner) {
      const exchange = new Exchange(innerRequest(nameOf(inner.as)), plane.authentication.clock(), inner.region)
      const end = await settle(exchange, inner, plane).then(
        (done) => done,
        (error: unknown) => ({ error: awsErrorOf(error) }),
      )
      const refusal = 'error' in end ? end.error : undefined
      if (refusal?.fault === 'server') plane.report(refusal.cause ?? refusal, exchange.requestId)
      await record(exchange, end, plane).catch((error: unknown) => {
        plane.report(error, exchange.requestId)
        throw new RefusedCall(commonError('ServiceUnavailable', 'The request could not be recorded.', { cause: error }), exchange.requestId)
      })
      plane.observe(exchange.outcome(refusal?.status ?? 200))
      if (refusal !== undefined) throw new RefusedCall(refusal, exchange.requestId)
      return 'output' in end ? end.output : undefined
    },
  }
}

async function settle(
  exchange: Exchange,
  inner: InnerCall,
  plane: Plane,
): Promise<{ readonly operation: Operation; readonly output: unknown }> {
  const { service, operation } = findOperation(inner, plane.services)
  exchange.isFor(service, operation)
  const caller = callerOf(inner.as, exchange.now, plane)
  exchange.caller = caller
  const keys = innerKeys(inner, exchange.now)
  return { operation, output: await perform({ exchange, service, operation, caller, input: inner.input, keys }, plane) }
}

export function findOperation(
  inner: Pick<InnerCall, 'service' | 'operation'>,
  services: readonly Service[],
): { readonly service: Service; readonly operation: Operation } {
  const service = services.find(({ name }) => name === inner.service)
  const operation = service?.operations.find(({ name }) => name === inner.operation)
  if (service === undefined || operation === undefined)
    throw commonError('UnknownOperationException', `Nothing here serves ${inner.service}:${inner.operation}.`)
  return { service, operation }
}

function callerOf(as: InnerCaller, now: number, { authentication }: Plane): Caller {
  if (as.kind === 'service') return serviceCaller(as)
  const known = authentication.credentials.find(as.accessKeyId, as.sessionToken, now)
  if (known === undefined) throw commonError('InvalidClientTokenId', 'The security token included in the request is invalid.')
  return known.caller()
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html */
export function serviceCaller({
  name,
  accountId,
  sourceArn,
  actorChain,
}: Omit<InnerCaller & { readonly kind: 'service' }, 'kind'>): Caller {
  return {
    principal: { kind: 'service', name },
    accountId,
    context: {
      'aws:PrincipalIsAWSService': 'true',
      'aws:PrincipalServiceName': name,
      'aws:PrincipalServiceNamesList': [name],
      'aws:SourceArn': sourceArn,
      'aws:SourceAccount': accountId,
      ...actorContext(actorChain),
    },
    policies: [],
    userIdentity: { type: 'AWSService', invokedBy: name },
    credential: { kind: 'none' },
    actorChain,
  }
}

/** There is no client, so no address, no user agent and no referer. */
function innerKeys({ region }: InnerCall, now: number): Record<string, string> {
  return {
    'aws:SecureTransport': 'true',
    'aws:CurrentTime': isoSeconds(now),
    'aws:EpochTime': String(Math.floor(now / 1000)),
    'aws:RequestedRegion': region,
    'aws:ViaAWSService': 'false',
    'tidegate:SourceChannel': 'api',
  }
}

/** What the record shows in place of a client: the service, as CloudTrail does. */
export function innerRequest(from: string): WireRequest {
  return {
    method: 'POST',
    path: '/',
    query: '',
    headers: [['user-agent', from]],
    body: wholeBody(new Uint8Array()),
    remoteAddress: from,
    isTls: true,
  }
}

function nameOf(as: InnerCaller): string {
  return as.kind === 'service' ? as.name : as.through
}
