import { errorsOf } from '../../kernel/aws-error.ts'

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html, section Errors of each operation */
export const iamError = errorsOf({
  AccessDenied: { status: 403, fault: 'client' },
  ConcurrentModification: { status: 409, fault: 'client' },
  DeleteConflict: { status: 409, fault: 'client' },
  EntityAlreadyExists: { status: 409, fault: 'client' },
  InvalidAuthenticationCode: { status: 403, fault: 'client' },
  InvalidInput: { status: 400, fault: 'client' },
  LimitExceeded: { status: 409, fault: 'client' },
  MalformedPolicyDocument: { status: 400, fault: 'client' },
  NoSuchEntity: { status: 404, fault: 'client' },
  PolicyNotAttachable: { status: 400, fault: 'client' },
  ReportNotPresent: { status: 410, fault: 'client' },
  UnmodifiableEntity: { status: 400, fault: 'client' },
  ValidationError: { status: 400, fault: 'client' },
})
