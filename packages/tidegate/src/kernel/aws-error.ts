/** The one error that reaches clients: an AWS error code with AWS's own text. */

export type Fault = 'client' | 'server'

export interface ErrorKind {
  /** HTTP status. */
  readonly status: number
  readonly fault: Fault
}

export interface AwsErrorOptions {
  /** For the audit record only; never sent to the client. */
  readonly detail?: string
  readonly cause?: unknown
  /** Further members of the error's shape, in wire casing. */
  readonly members?: Readonly<Record<string, unknown>>
  /** Headers that the answer has because of it; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
}

export class AwsError extends Error {
  override readonly name = 'AwsError'
  /** As `__type` or `<Code>` carry it. */
  readonly code: string
  readonly status: number
  readonly fault: Fault
  readonly detail: string | undefined
  readonly members: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(code: string, { status, fault }: ErrorKind, message: string, options: AwsErrorOptions = {}) {
    const { detail, cause, members = {}, headers = {} } = options
    super(message, { cause })
    this.code = code
    this.status = status
    this.fault = fault
    this.detail = detail
    this.members = members
    this.headers = headers
  }
}

/**
 * The errors of a service as a table, so that documentation, types and tests read the same thing.
 * @example
 * const stsError = errorsOf({ ExpiredTokenException: { status: 400, fault: 'client' } })
 * throw stsError('ExpiredTokenException', 'The security token included in the request is expired')
 */
export function errorsOf<Code extends string>(kinds: Readonly<Record<Code, ErrorKind>>) {
  return (code: Code, message: string, options?: AwsErrorOptions): AwsError => new AwsError(code, kinds[code], message, options)
}

/**
 * Errors that any service may answer with.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 */
export const commonError = errorsOf({
  AccessDenied: { status: 403, fault: 'client' },
  AccessDeniedException: { status: 400, fault: 'client' },
  ExpiredToken: { status: 403, fault: 'client' },
  IncompleteSignature: { status: 400, fault: 'client' },
  InternalFailure: { status: 500, fault: 'server' },
  InvalidAction: { status: 400, fault: 'client' },
  InvalidClientTokenId: { status: 403, fault: 'client' },
  InvalidParameterCombination: { status: 400, fault: 'client' },
  InvalidRequest: { status: 400, fault: 'client' },
  MissingAuthenticationToken: { status: 403, fault: 'client' },
  MissingParameter: { status: 400, fault: 'client' },
  NotImplemented: { status: 501, fault: 'server' },
  RequestEntityTooLarge: { status: 413, fault: 'client' },
  RequestExpired: { status: 400, fault: 'client' },
  SerializationException: { status: 400, fault: 'client' },
  ServiceUnavailable: { status: 503, fault: 'server' },
  SignatureDoesNotMatch: { status: 403, fault: 'client' },
  Throttling: { status: 400, fault: 'client' },
  UnknownOperationException: { status: 400, fault: 'client' },
  UnrecognizedClientException: { status: 400, fault: 'client' },
  ValidationError: { status: 400, fault: 'client' },
  ValidationException: { status: 400, fault: 'client' },
})
