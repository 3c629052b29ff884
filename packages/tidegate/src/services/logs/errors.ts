import { errorsOf } from '../../kernel/aws-error.ts'

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html */
export const logsError = errorsOf({
  InvalidParameterException: { status: 400, fault: 'client' },
  LimitExceededException: { status: 400, fault: 'client' },
  ResourceAlreadyExistsException: { status: 400, fault: 'client' },
  ResourceNotFoundException: { status: 400, fault: 'client' },
  OperationAbortedException: { status: 400, fault: 'client' },
  TooManyTagsException: { status: 400, fault: 'client' },
})
