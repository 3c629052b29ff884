import type { StaticOperationSchema } from '@smithy/types'
import { judgedOperation, type Given } from '../../kernel/judged-operation.ts'
import type { Call, Operation, OperationBody } from '../../kernel/operation.ts'
import type { Where } from './arn.ts'
import { assertInput } from './constraints.ts'
import { ecsError } from './errors.ts'
import type { EcsPorts } from './ports.ts'

export type EcsCall = Call & EcsPorts

export function ecsOperation<Input extends object, Output>(
  schema: StaticOperationSchema,
  body: OperationBody<Given<Input>, Omit<Output, '$metadata'>, EcsPorts>,
): Operation<EcsPorts> {
  return judgedOperation<Input, Output, EcsPorts>(schema, body, {
    assertInput: (_, input) => assertInput(input),
    conflict: () => ecsError('UpdateInProgressException', 'The resource was changed while the request was made. Try again.'),
    timeUnit: 1,
  })
}

export const whereOf = ({ caller: { accountId }, region }: Call): Where => ({ accountId, region })
