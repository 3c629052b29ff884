import type { StaticOperationSchema } from '@smithy/types'
import { type Given, judgedOperation } from '../../kernel/judged-operation.ts'
import type { Call, Operation, OperationBody } from '../../kernel/operation.ts'
import { checkConstraints } from './constraints.ts'
import { iamError } from './errors.ts'
import type { IamPorts } from './ports.ts'

export type IamCall = Call & IamPorts

/** An operation whose input is held against the constraints of IAM's model. */
export function iamOperation<Input extends object, Output>(
  schema: StaticOperationSchema,
  body: OperationBody<Given<Input>, Omit<Output, '$metadata'>, IamPorts>,
): Operation<IamPorts> {
  return judgedOperation<Input, Output, IamPorts>(schema, body, {
    assertInput: checkConstraints,
    conflict: () => iamError('ConcurrentModification', concurrentModification),
    timeUnit: 1000, // `2026-11-22T08:08:56Z`
  })
}

const concurrentModification =
  'The request was rejected because multiple requests to change this object were submitted simultaneously. Wait a few minutes and submit your request again.'
