/** The SDK's clients pointed at an instance. */
import * as cloudtrail from '@aws-sdk/client-cloudtrail'
import * as logs from '@aws-sdk/client-cloudwatch-logs'
import * as ecs from '@aws-sdk/client-ecs'
import * as iam from '@aws-sdk/client-iam'
import * as s3 from '@aws-sdk/client-s3'
import * as sts from '@aws-sdk/client-sts'
import type { StaticOperationSchema } from '@smithy/types'
import { signingName, targetPrefix } from '../../src/api/target.ts'
import { CallRefused } from '../../src/cli/client.ts'
import { callTidegate } from '../../src/cli/tidegate-client.ts'
import type { Service } from '../../src/kernel/operation.ts'
import type { Credentials } from './instance.ts'
import { command, type SdkClient, type SdkPackage } from './sdk-client.ts'

/** `undefined` stands for nobody: the request goes out without a signature. */
export type Signer = Credentials | undefined

function settingsFor(url: string, signer: Signer): object {
  // Some operations of Logs put a word before the name of the host, which an address does not bear.
  const common = { endpoint: url, region: 'us-east-1', maxAttempts: 1, disableHostPrefix: true, forcePathStyle: true }
  if (signer !== undefined) return { ...common, credentials: signer }
  const none = { accessKeyId: 'none', secretAccessKey: 'none' }
  return { ...common, credentials: none, signer: { sign: (request: unknown) => Promise.resolve(request) } }
}

export function iamClient(url: string, signer: Signer): iam.IAMClient {
  return new iam.IAMClient(settingsFor(url, signer))
}

export function s3Client(url: string, signer: Signer): s3.S3Client {
  return new s3.S3Client(settingsFor(url, signer))
}

export function stsClient(url: string, signer: Signer): sts.STSClient {
  return new sts.STSClient(settingsFor(url, signer))
}

export function cloudTrailClient(url: string, signer: Signer): cloudtrail.CloudTrailClient {
  return new cloudtrail.CloudTrailClient(settingsFor(url, signer))
}

export function ecsClient(url: string, signer: Signer): ecs.ECSClient {
  return new ecs.ECSClient(settingsFor(url, signer))
}

export function logsClient(url: string, signer: Signer): logs.CloudWatchLogsClient {
  return new logs.CloudWatchLogsClient(settingsFor(url, signer))
}

/** The credentials that an answer of STS holds. */
export function credentialsIn({ Credentials: given }: { readonly Credentials?: sts.Credentials | undefined }): Credentials {
  if (given?.AccessKeyId === undefined || given.SecretAccessKey === undefined) throw new Error('the answer holds no credentials')
  return { accessKeyId: given.AccessKeyId, secretAccessKey: given.SecretAccessKey, sessionToken: given.SessionToken }
}

/** What became of a call: `undefined` where it succeeded. */
export type Refusal = { readonly code: string; readonly message: string; readonly status: number | undefined } | undefined

/** The failure of a call, as the client shows it. Rejects with whatever is no answer of a service. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call
    return undefined
  } catch (error) {
    if (!(error instanceof Error) || !('$metadata' in error)) throw error
    const { httpStatusCode } = error.$metadata as { readonly httpStatusCode?: number }
    return { code: error.name, message: error.message, status: httpStatusCode }
  }
}

/** Calls any operation of a service by its name, as one caller. */
export function anyClient(url: string, signer: Signer): (service: Service, name: string, input: object) => Promise<unknown> {
  const clients = new Map<string, SdkClient>()
  return ({ name: service, operations }, name, input) => {
    const sdk = packages[service]
    const own = operations.find((each) => each.name === name)
    if (service === signingName && own !== undefined) return callOwn(url, signer, own.schema, input)
    const schema = operations.find((each) => each.name === name)?.schema
    if (sdk === undefined || schema === undefined) throw new Error(`no client for ${service}:${name}`)
    let client = clients.get(service)
    if (client === undefined) {
      const Client = sdk.package[sdk.client] as new (settings: object) => SdkClient
      clients.set(service, (client = new Client(settingsFor(url, signer))))
    }
    return client.send(command(sdk.package, schema, input))
  }
}

/** As the SDK's providers answer. */
export function identityOf({ accessKeyId, secretAccessKey, sessionToken }: Credentials) {
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
}

/** The API of our own, for which there is no package. */
async function callOwn(endpoint: string, signer: Signer, operation: StaticOperationSchema, input: object): Promise<unknown> {
  if (signer !== undefined) {
    return callTidegate(
      { endpoint, region: 'us-east-1', credentials: () => Promise.resolve(identityOf(signer)), maxAttempts: 1 },
      operation,
      input,
    )
  }
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${targetPrefix}.${operation[2]}` }
  const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(input) })
  const { __type: code, message } = (await response.json()) as { readonly __type: string; readonly message: string }
  throw new CallRefused(code, message, undefined)
}

const packages: Readonly<Record<string, { readonly package: SdkPackage; readonly client: string }>> = {
  ecs: { package: ecs, client: 'ECSClient' },
  logs: { package: logs, client: 'CloudWatchLogsClient' },
  iam: { package: iam, client: 'IAMClient' },
  s3: { package: s3, client: 'S3Client' },
  sts: { package: sts, client: 'STSClient' },
  cloudtrail: { package: cloudtrail, client: 'CloudTrailClient' },
}
