import { errorsOf } from '../../kernel/aws-error.ts'

/**
 * `AccessDenied` here is what no policy can lift: a kind of credentials that may not make the call, a one-time password that is wrong.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html, section Errors of each operation
 */
export const stsError = errorsOf({
  AccessDenied: { status: 403, fault: 'client' },
  ExpiredTokenException: { status: 400, fault: 'client' },
  InvalidAuthorizationMessageException: { status: 400, fault: 'client' },
  InvalidIdentityToken: { status: 400, fault: 'client' },
  InvalidParameterValue: { status: 400, fault: 'client' },
  MalformedPolicyDocument: { status: 400, fault: 'client' },
  PackedPolicyTooLarge: { status: 400, fault: 'client' },
  ValidationError: { status: 400, fault: 'client' },
})
