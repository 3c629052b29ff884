/**
 * What the credential endpoint says, in the agent's shapes.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
import { isoSeconds } from '../kernel/iso-seconds.ts'
import { type EndpointAnswer, json } from './endpoint-request.ts'
import type { RoleCredentials } from './role-credentials.ts'

/** SDKs want these five; the JavaScript one wants the time with a `Z`. */
export const credentialsAnswer = ({ roleArn, accessKeyId, secretAccessKey, sessionToken, expiresAt }: RoleCredentials): EndpointAnswer =>
  json({
    RoleArn: roleArn,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration: isoSeconds(expiresAt),
  })

export type CredentialsProblem = 'NoIdInRequest' | 'InvalidIdInRequest' | 'CredentialsUninitialized' | 'AccessDenied'

export function credentialsProblem(code: CredentialsProblem, prefix: string): EndpointAnswer {
  const { status, message } = problems[code]
  return json({ code, message: `${prefix}: ${message}`, HTTPErrorCode: status }, status)
}

const problems: Readonly<Record<CredentialsProblem, { readonly status: number; readonly message: string }>> = {
  NoIdInRequest: { status: 400, message: 'No Credential ID in the request' },
  InvalidIdInRequest: { status: 400, message: 'Credentials not found' },
  CredentialsUninitialized: { status: 503, message: 'Credentials uninitialized for ID' },
  AccessDenied: { status: 403, message: 'These credentials belong to another task' },
}
