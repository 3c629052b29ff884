/**
 * The protocol awsQuery: parameters in, XML out.
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
import { queryErrorResponse } from './error-body.ts'
import { formOf } from './form.ts'
import type { WireProtocol } from './protocol.ts'
import { readQueryInput } from './query-input.ts'
import { structureOf } from './shape.ts'
import { constraintMessage, type MissingStyle, requireMembers } from './validation.ts'
import { xmlElement, xmlText } from './xml-output.ts'

export function awsQuery(namespace: string, style: MissingStyle = { code: 'ValidationError', message: constraintMessage }): WireProtocol {
  return {
    parseInput(operation, request, bytes) {
      const shape = structureOf(operation[4])
      const input = readQueryInput(shape, formOf(request, bytes))
      requireMembers(shape, input, style)
      return input
    },
    writeOutput(operation, output, { requestId }) {
      const name = operation[2]
      const shape = structureOf(operation[5])
      const result = shape.isUnit ? '' : xmlElement(`${name}Result`, shape, output ?? {})
      const metadata = `<ResponseMetadata><RequestId>${xmlText(requestId)}</RequestId></ResponseMetadata>`
      return {
        status: 200,
        headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
        body: `<${name}Response xmlns="${xmlText(namespace)}">${result}${metadata}</${name}Response>\n`,
      }
    },
    writeError: (error, exchange) => queryErrorResponse(error, exchange, namespace),
  }
}

/** The namespace in which AWS answers requests that reach no service. */
export const faultNamespace = 'http://webservices.amazon.com/AWSFault/2005-15-09'
