/** Every operation of every client that is installed: what the SDK writes is what we read, what we write is what the SDK reads. */
import * as cloudtrail from '@aws-sdk/client-cloudtrail'
import * as iam from '@aws-sdk/client-iam'
import * as sts from '@aws-sdk/client-sts'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { command, errorsOf, operationsOf, sdkClient, type SdkPackage } from '../../test/support/sdk-client.ts'
import { type Alphabet, anyText, structureArbitrary, xmlText } from '../../test/support/shape-arbitrary.ts'
import { AwsError } from '../kernel/aws-error.ts'
import { wireProtocol } from './protocols.ts'
import { structureOf } from './shape.ts'

const numRuns = 6
const json = { request: { text: anyText, hasFractions: true }, answer: { text: anyText, hasFractions: true } }
const query = { request: { text: anyText, hasFractions: false }, answer: { text: xmlText, hasFractions: false } }

/** Titles for schemas. */
function named<Schema extends readonly [number, string, string, ...unknown[]]>(schemas: readonly Schema[]) {
  return schemas.map((schema) => ({ name: schema[2], schema }))
}

const clients: readonly Client[] = [
  { sdk: sts, client: 'STSClient', name: 'sts', protocol: 'aws-query', version: '2011-06-15', ...query },
  { sdk: iam, client: 'IAMClient', name: 'iam', protocol: 'aws-query', version: '2010-05-08', ...query },
  { sdk: cloudtrail, client: 'CloudTrailClient', name: 'cloudtrail', protocol: 'aws-json', ...json },
]

interface Client {
  readonly sdk: SdkPackage
  readonly client: string
  readonly name: string
  readonly protocol: 'aws-json' | 'aws-query'
  readonly version?: string
  readonly request: Alphabet
  readonly answer: Alphabet
}

describe.for(clients)('$name', ({ sdk, client, request, answer, ...service }) => {
  const protocol = wireProtocol(service)

  test('the package has operations and errors', ({ expect }) => {
    expect(operationsOf(sdk).length).toBeGreaterThan(10)
    expect(errorsOf(sdk).length).toBeGreaterThan(10)
  })

  test.for(named(operationsOf(sdk)))('inputs and outputs of $name survive', async ({ schema: operation }, { expect }) => {
    const inputs = structureArbitrary(structureOf(operation[4]), request)
    const outputs = structureArbitrary(structureOf(operation[5]), answer)
    await fc.assert(
      fc.asyncProperty(inputs, outputs, async (input, output) => {
        let parsed: unknown
        const sender = sdkClient(sdk, client, (wire, bytes) => {
          parsed = protocol.parseInput(operation, wire, bytes)
          return protocol.writeOutput(operation, output, { requestId: 'r-1', request: wire })
        })
        const { $metadata, ...received } = await sender.send(command(sdk, operation, input))
        expect(parsed).toEqual(input)
        expect(received).toEqual(output)
        expect($metadata).toMatchObject({ httpStatusCode: 200, requestId: 'r-1' })
      }),
      { numRuns },
    )
  })

  test.for(named(errorsOf(sdk)))('$name reaches the client', async ({ schema }, { expect }) => {
    const traits = schema[3] as { error: 'client' | 'server'; httpError?: number; awsQueryError?: [string, number] }
    const code = (service.protocol === 'aws-query' ? traits.awsQueryError?.[0] : undefined) ?? schema[2]
    const status = traits.httpError ?? (traits.error === 'client' ? 400 : 500)
    const error = new AwsError(code, { status, fault: traits.error }, 'a <text> & "more"', { detail: 'for the log' })
    const sender = sdkClient(sdk, client, (wire) => protocol.writeError(error, { requestId: 'r-2', request: wire }))
    const [operation] = operationsOf(sdk)
    if (!operation) throw new Error('no operation')
    const input = fc.sample(structureArbitrary(structureOf(operation[4]), request), 1)[0]
    await expect(sender.send(command(sdk, operation, input))).rejects.toMatchObject({
      name: schema[2],
      message: traits.error === 'client' ? 'a <text> & "more"' : expect.stringContaining('r-2'),
      $fault: traits.error,
      $metadata: { httpStatusCode: status, requestId: 'r-2' },
    })
  })
})
