import { errorsOf } from '../../kernel/aws-error.ts'

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html */
export const ecsError = errorsOf({
  ClientException: { status: 400, fault: 'client' },
  ClusterContainsServicesException: { status: 400, fault: 'client' },
  ClusterContainsTasksException: { status: 400, fault: 'client' },
  ClusterNotFoundException: { status: 400, fault: 'client' },
  ConflictException: { status: 400, fault: 'client' },
  InvalidParameterException: { status: 400, fault: 'client' },
  ResourceNotFoundException: { status: 400, fault: 'client' },
  ServiceDeploymentNotFoundException: { status: 400, fault: 'client' },
  ServiceNotActiveException: { status: 400, fault: 'client' },
  ServiceNotFoundException: { status: 400, fault: 'client' },
  TargetNotFoundException: { status: 400, fault: 'client' },
  UpdateInProgressException: { status: 400, fault: 'client' },
})
