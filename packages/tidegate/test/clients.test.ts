/** The clients that people have, unmodified, against a listener with one operation. */
import { execFile } from 'node:child_process'
import process from 'node:process'
import { promisify } from 'node:util'
import { GetCallerIdentity$, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, test } from 'vitest'
import { listen, type Listener } from '../src/gateway/listen.ts'
import { resolveOperation } from '../src/gateway/resolve-operation.ts'
import { AwsError } from '../src/kernel/aws-error.ts'
import type { WireRequest, WireResponse } from '../src/kernel/wire-request.ts'
import { bodyLimitBytes } from '../src/wire/protocol.ts'
import { plainProtocols, protocolOf, wireProtocol } from '../src/wire/protocols.ts'
import { awsCli, boto3 } from './support/programs.ts'

const sts = {
  name: 'sts',
  protocol: 'aws-query' as const,
  version: '2011-06-15',
  operations: [{ name: 'GetCallerIdentity', schema: GetCallerIdentity$ }],
  knownOperations: ['GetCallerIdentity', 'GetSessionToken'],
}
const identity = { Account: '111122223333', UserId: 'AIDAEXAMPLE', Arn: 'arn:aws:iam::111122223333:user/alice' }

async function serve(request: WireRequest): Promise<WireResponse> {
  const exchange = { requestId: 'r-1', request }
  const kind = protocolOf(request)
  try {
    const bytes = await request.body.bytes(bodyLimitBytes[kind])
    const { service, operation } = resolveOperation(request, bytes, [sts])
    const protocol = wireProtocol(service)
    protocol.parseInput(operation.schema, request, bytes)
    return protocol.writeOutput(operation.schema, identity, exchange)
  } catch (error) {
    if (error instanceof AwsError) return plainProtocols[kind].writeError(error, exchange)
    throw error
  }
}

const run = promisify(execFile)

let listener: Listener
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  listener = await listen({ port: 0, serve })
  env = {
    ...process.env,
    AWS_ENDPOINT_URL: listener.url,
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_MAX_ATTEMPTS: '1',
  }
})
afterAll(() => listener.close())

test('aws-cli learns who it is, and what is not built', { timeout: 60_000 }, async (context) => {
  awsCli(context)
  const { expect } = context
  const { stdout } = await run('aws', ['sts', 'get-caller-identity', '--output', 'json'], { env })
  expect(JSON.parse(stdout)).toEqual(identity)
  await expect(run('aws', ['sts', 'get-session-token'], { env })).rejects.toMatchObject({
    stderr: expect.stringContaining(
      '(InvalidAction) when calling the GetSessionToken operation: The action sts:GetSessionToken is not built',
    ),
  })
})

test('boto3 learns who it is, and what is not built', { timeout: 60_000 }, async (context) => {
  boto3(context)
  const { expect } = context
  const script = `
import boto3, json
from botocore.exceptions import ClientError
client = boto3.client('sts')
answer = client.get_caller_identity()
metadata = answer.pop('ResponseMetadata')
try:
    client.get_session_token()
except ClientError as error:
    code = error.response['Error']['Code']
print(json.dumps([answer, metadata['RequestId'], code]))
`
  const { stdout } = await run('python3', ['-c', script], { env })
  expect(JSON.parse(stdout)).toEqual([identity, 'r-1', 'InvalidAction'])
})

test('the SDK for JavaScript learns who it is', async ({ expect }) => {
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' }
  const client = new STSClient({ endpoint: listener.url, region: 'eu-central-1', credentials })
  expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject(identity)
  client.destroy()
})
