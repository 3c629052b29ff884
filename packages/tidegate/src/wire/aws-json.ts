/**
 * The protocols awsJson1_0 and awsJson1_1: one path, the operation in `X-Amz-Target`, JSON both ways.
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
import { headerOf } from '../kernel/wire-request.ts'
import { jsonErrorResponse } from './error-body.ts'
import { eventStreamBody, eventStreamOf, eventStreamType } from './event-stream.ts'
import { readJsonInput } from './json-input.ts'
import { jsonOutput } from './json-output.ts'
import type { Exchange, WireProtocol } from './protocol.ts'
import { structureOf } from './shape.ts'
import { constraintMessage, type MissingStyle, requireMembers } from './validation.ts'

export function awsJson(style: MissingStyle = { code: 'ValidationException', message: constraintMessage }): WireProtocol {
  return {
    parseInput(operation, _request, bytes) {
      const shape = structureOf(operation[4])
      const input = readJsonInput(shape, bytes)
      requireMembers(shape, input, style)
      return input
    },
    writeOutput(operation, output, exchange) {
      const shape = structureOf(operation[5])
      const headers = { 'content-type': `application/x-amz-json-${versionOf(exchange)}`, 'x-amzn-requestid': exchange.requestId }
      const events = eventStreamOf(shape)
      if (events !== undefined) {
        return { status: 200, headers: { ...headers, 'content-type': eventStreamType }, body: eventStreamBody(events, output) }
      }
      // An operation without output answers with an empty body, as AWS does.
      return { status: 200, headers, body: shape.isUnit ? '' : jsonOutput(shape, output ?? {}) }
    },
    writeError: (error, exchange) => jsonErrorResponse(error, exchange, versionOf(exchange)),
  }
}

/** A service may be asked in either version; it answers in the same one. */
function versionOf({ request }: Exchange): string {
  return headerOf(request, 'content-type')?.startsWith('application/x-amz-json-1.0') ? '1.0' : '1.1'
}
