import { errorsOf } from '../kernel/aws-error.ts'

/** @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html#API_AssumeRoleWithWebIdentity_Errors */
export const tokenError = errorsOf({
  ExpiredTokenException: { status: 400, fault: 'client' },
  /** SDKs try again. */
  IDPCommunicationError: { status: 400, fault: 'client' },
  IDPRejectedClaim: { status: 403, fault: 'client' },
  InvalidIdentityToken: { status: 400, fault: 'client' },
})
