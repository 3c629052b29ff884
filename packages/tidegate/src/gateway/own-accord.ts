/** What services do of their own accord, tied to its record like the change of a caller. */
import type { OwnAccord } from '../kernel/own-accord.ts'
import { awsErrorOf, Exchange } from './exchange.ts'
import { findOperation, innerRequest, serviceCaller } from './front-door.ts'
import { type Plane, record } from './serve.ts'

export function ownAccordOf(plane: Plane): OwnAccord {
  return {
    async do({ principal, accountId, region, resource, because, input, ...deed }, work) {
      plane.audit.assertWritable()
      const exchange = new Exchange(innerRequest(principal), plane.authentication.clock(), region)
      const { service, operation } = findOperation(deed, plane.services)
      exchange.isFor(service, operation)
      exchange.caller = serviceCaller({ name: principal, accountId, sourceArn: resource, actorChain: [] })
      exchange.input = input
      exchange.ownAccord = { resource, because }
      const end = await plane.intents.within(exchange, work).then(
        () => ({ operation, output: undefined }),
        (error: unknown) => ({ error: awsErrorOf(error) }),
      )
      if ('error' in end && end.error.fault === 'server') plane.report(end.error.cause ?? end.error, exchange.requestId)
      await record(exchange, end, plane)
      if ('error' in end) throw end.error
    },
  }
}
