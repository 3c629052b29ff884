import { errorsOf } from '../../kernel/aws-error.ts'

export const tidegateError = errorsOf({
  ResourceNotFoundException: { status: 400, fault: 'client' },
  ValidationException: { status: 400, fault: 'client' },
})
