/** Secrets of containers: read with the session of the execution role, while a task is launched. */
import type { Secret } from '@aws-sdk/client-ecs'
import type { FrontDoor, InnerCaller } from '../../../kernel/front-door.ts'
import { LaunchFailure, secretFailure } from './launch-failure.ts'

/** Value of each secret, by the name of its environment variable. Rejects with `LaunchFailure`. */
export async function secretValues(
  secrets: readonly Secret[],
  region: string,
  as: () => Promise<InnerCaller>,
  frontDoor: FrontDoor,
): Promise<Readonly<Record<string, string>>> {
  const values: Record<string, string> = {}
  for (const { name = '', valueFrom = '' } of secrets) {
    const reference = secretReference(valueFrom, region)
    const { service } = reference
    const call = { service, operation: reference.operation, input: reference.input, region: reference.region, as: await as() }
    const output = await frontDoor.call(call).catch((error: unknown) => {
      throw secretFailure(service === 'ssm' ? 'ssm' : 'asm', reference.arn, error)
    })
    values[name] = valueOf(reference, output)
  }
  return values
}

interface SecretReference {
  readonly service: 'secretsmanager' | 'ssm'
  readonly operation: string
  readonly input: object
  readonly region: string
  readonly arn: string
  /** Member of a secret that is a JSON object. */
  readonly jsonKey?: string
}

/**
 * `arn:aws:secretsmanager:R:A:secret:NAME[:json-key:version-stage:version-id]`, or the ARN or name of a parameter.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
 */
function secretReference(valueFrom: string, region: string): SecretReference {
  const [arn = '', , service, ownRegion, account, kind, name, jsonKey = '', stage = '', version = ''] = valueFrom.split(':')
  if (arn === 'arn' && service === 'secretsmanager' && kind === 'secret' && name !== undefined) {
    const secretArn = `arn:aws:secretsmanager:${ownRegion}:${account}:secret:${name}`
    const input = { SecretId: secretArn, ...(stage !== '' && { VersionStage: stage }), ...(version !== '' && { VersionId: version }) }
    const operation = 'GetSecretValue'
    return { service, operation, input, region: ownRegion ?? region, arn: secretArn, ...(jsonKey !== '' && { jsonKey }) }
  }
  if (arn === 'arn' && service !== 'ssm') throw new LaunchFailure(`${unable}: invalid secret reference ${valueFrom}`)
  const parameter = arn === 'arn' ? `/${(kind ?? '').replace(/^parameter\/?/, '')}` : valueFrom
  const input = { Names: [parameter], WithDecryption: true }
  return { service: 'ssm', operation: 'GetParameters', input, region: arn === 'arn' ? (ownRegion ?? region) : region, arn: valueFrom }
}

function valueOf({ service, jsonKey, arn }: SecretReference, output: unknown): string {
  const answer = output as { SecretString?: string; Parameters?: readonly { Value?: string }[] }
  const text = service === 'ssm' ? answer.Parameters?.[0]?.Value : answer.SecretString
  if (text === undefined) throw new LaunchFailure(`${unable}: ${arn} has no text`)
  if (jsonKey === undefined) return text
  const value = member(text, jsonKey)
  if (value === undefined) throw new LaunchFailure(`${unable}: retrieved secret from Secrets Manager did not contain json key ${jsonKey}`)
  return value
}

function member(text: string, key: string): string | undefined {
  try {
    const object = JSON.parse(text) as Record<string, unknown> | null
    const value = object !== null && typeof object === 'object' && Object.hasOwn(object, key) ? object[key] : undefined
    return value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value)
  } catch {
    return undefined
  }
}

const unable = 'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed'
