/** What a refused signature is called: every family of services has its own codes and texts for the same situation. */
import { type AwsError, type AwsErrorOptions, errorsOf } from '../../kernel/aws-error.ts'

/** Whose codes and texts an error uses: S3's, those of the aws-query services, or those of the aws-json services. */
export type Dialect = 's3' | 'query' | 'json'

/**
 * Errors of authentication, of all dialects.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export const signatureError = errorsOf({
  AccessDenied: { status: 403, fault: 'client' },
  AuthorizationHeaderMalformed: { status: 400, fault: 'client' },
  AuthorizationQueryParametersError: { status: 400, fault: 'client' },
  BadDigest: { status: 400, fault: 'client' },
  EntityTooLarge: { status: 400, fault: 'client' },
  EntityTooSmall: { status: 400, fault: 'client' },
  ExpiredToken: { status: 403, fault: 'client' },
  ExpiredTokenException: { status: 400, fault: 'client' },
  IncompleteBody: { status: 400, fault: 'client' },
  IncompleteSignature: { status: 400, fault: 'client' },
  IncompleteSignatureException: { status: 400, fault: 'client' },
  InvalidAccessKeyId: { status: 403, fault: 'client' },
  InvalidArgument: { status: 400, fault: 'client' },
  InvalidChunkSizeError: { status: 403, fault: 'client' },
  InvalidClientTokenId: { status: 403, fault: 'client' },
  InvalidDigest: { status: 400, fault: 'client' },
  InvalidPolicyDocument: { status: 400, fault: 'client' },
  InvalidRequest: { status: 400, fault: 'client' },
  InvalidSignatureException: { status: 400, fault: 'client' },
  InvalidToken: { status: 400, fault: 'client' },
  InvalidURI: { status: 400, fault: 'client' },
  MalformedPOSTRequest: { status: 400, fault: 'client' },
  MalformedTrailerError: { status: 400, fault: 'client' },
  MaxPostPreDataLengthExceeded: { status: 400, fault: 'client' },
  MissingAuthenticationToken: { status: 403, fault: 'client' },
  MissingAuthenticationTokenException: { status: 400, fault: 'client' },
  MissingContentLength: { status: 411, fault: 'client' },
  NotImplemented: { status: 501, fault: 'server' },
  RequestTimeTooSkewed: { status: 403, fault: 'client' },
  SignatureDoesNotMatch: { status: 403, fault: 'client' },
  UnrecognizedClientException: { status: 400, fault: 'client' },
  XAmzContentSHA256Mismatch: { status: 400, fault: 'client' },
})

/** S3 answers an expired token with 400 where the other services answer 403. */
const s3TokenError = errorsOf({ ExpiredToken: { status: 400, fault: 'client' } })

/** Nobody signed a request that must be signed. */
export function missingAuthentication(dialect: Dialect): AwsError {
  const message = 'Request is missing Authentication Token'
  if (dialect === 'json') return signatureError('MissingAuthenticationTokenException', message)
  if (dialect === 'query') return signatureError('MissingAuthenticationToken', message)
  return signatureError('AccessDenied', 'Access Denied')
}

/** The parts of a signature are not there or not readable. S3 says so in words of its own. */
export function incompleteSignature(dialect: Dialect, message: string, s3Message: string): AwsError {
  if (dialect === 'json') return signatureError('IncompleteSignatureException', message)
  if (dialect === 'query') return signatureError('IncompleteSignature', message)
  return signatureError('AuthorizationHeaderMalformed', `The authorization header is malformed; ${s3Message}`)
}

/** A request that says the same thing twice, or in a way that two readers could read differently. */
export function ambiguousRequest(dialect: Dialect, message: string): AwsError {
  if (dialect === 'json') return signatureError('IncompleteSignatureException', message)
  if (dialect === 'query') return signatureError('IncompleteSignature', message)
  return signatureError('InvalidRequest', message)
}

/** A path or query that is not percent-encoded UTF-8. */
export function malformedUri(dialect: Dialect): AwsError {
  if (dialect === 's3') return signatureError('InvalidURI', "Couldn't parse the specified URI.")
  return ambiguousRequest(dialect, 'the request target is not percent-encoded UTF-8')
}

/** The signature is complete and wrong; `message` where AWS says what is wrong with it. */
export function signatureMismatch(dialect: Dialect, message = mismatchText(dialect), options?: AwsErrorOptions): AwsError {
  return signatureError(dialect === 'json' ? 'InvalidSignatureException' : 'SignatureDoesNotMatch', message, options)
}

/** Nobody has this access key id, or not with this session token. */
export function unknownAccessKey(dialect: Dialect, accessKeyId: string, hasSessionToken: boolean): AwsError {
  const message = 'The security token included in the request is invalid.'
  if (dialect === 'json') return signatureError('UnrecognizedClientException', message)
  if (dialect === 'query') return signatureError('InvalidClientTokenId', message)
  if (hasSessionToken) return signatureError('InvalidToken', 'The provided token is malformed or otherwise invalid.')
  return signatureError('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', {
    members: { AWSAccessKeyId: accessKeyId },
  })
}

/** The session is over. */
export function expiredToken(dialect: Dialect, options?: AwsErrorOptions): AwsError {
  if (dialect === 's3') return s3TokenError('ExpiredToken', 'The provided token has expired.', options)
  const message = 'The security token included in the request is expired'
  return signatureError(dialect === 'json' ? 'ExpiredTokenException' : 'ExpiredToken', message, options)
}

/** Part of a request as it is quoted in a message: printable ASCII of bounded length. */
export function quoted(text: string): string {
  const printable = text.replaceAll(/[^ -~]/g, '?')
  return printable.length > 200 ? `${printable.slice(0, 200)}…` : printable
}

function mismatchText(dialect: Dialect): string {
  const reason = 'The request signature we calculated does not match the signature you provided.'
  if (dialect === 's3') return `${reason} Check your key and signing method.`
  return `${reason} Check your AWS Secret Access Key and signing method. Consult the service documentation for details.`
}
