/**
 * STS's operations are judged on what they find out first: the role, its trust policy, a one-time password, a verified token. That is the
 * plan of a request. It is made once, checks and execution share it, and nothing is executed that was not judged.
 */
import type { StaticOperationSchema } from '@smithy/types'
import type { Given } from '../../kernel/judged-operation.ts'
import { operation } from '../../kernel/operation.ts'
import type { Call, Check, Operation } from '../../kernel/operation.ts'
import { checkConstraints } from './constraints.ts'
import type { StsPorts } from './ports.ts'

export type StsCall = Call & StsPorts

export interface StsOperationBody<Input, Output, Plan> {
  readonly secretInputs?: readonly string[]
  readonly recordedOutputs?: readonly string[]
  readonly isUnsigned?: boolean
  readonly tellsActorChain?: boolean
  /** What depends on the input and the caller only is refused here; what a role says of itself must not be told before the checks. */
  readonly plan: (input: Given<Input>, call: StsCall) => Plan | Promise<Plan>
  readonly authorize: (plan: Plan, call: StsCall) => readonly Check[]
  readonly invoke: (plan: Plan, call: StsCall) => Output | Promise<Output>
}

/** CloudTrail counts all of them as read-only: they change nothing that is stored. */
export function stsOperation<Input extends object, Output, Plan>(
  schema: StaticOperationSchema,
  { plan, authorize, invoke, ...rest }: StsOperationBody<Input, Omit<Output, '$metadata'>, Plan>,
): Operation<StsPorts> & { readonly plan: (input: object, call: StsCall) => Promise<Plan> } {
  const plans = new WeakMap<object, Planned<Plan>>()
  const planned = (input: Given<Input>, call: StsCall): Promise<Plan> => {
    const known = plans.get(input)
    if (known?.requestId === call.requestId) return known.plan
    const made = { requestId: call.requestId, plan: makePlan(schema[2], input, call, plan) }
    plans.set(input, made)
    return made.plan
  }
  return {
    ...operation<Given<Input>, Omit<Output, '$metadata'>, StsPorts>(schema, {
      isReadOnly: true,
      ...rest,
      authorize: async (input, call) => authorize(await planned(input, call), call),
      async invoke(input, call) {
        const judged = plans.get(input)
        plans.delete(input)
        if (judged?.requestId !== call.requestId) throw new Error(`${schema[2]} is about to be executed without having been judged`)
        return invoke(await judged.plan, call)
      },
    }),
    plan: (input, call) => planned(input as Given<Input>, call),
  }
}

/** An input belongs to one request; should it be used for another, that one is planned anew. */
interface Planned<Plan> {
  readonly requestId: string
  readonly plan: Promise<Plan>
}

async function makePlan<Input extends object, Plan>(
  name: string,
  input: Given<Input>,
  call: StsCall,
  plan: (input: Given<Input>, call: StsCall) => Plan | Promise<Plan>,
): Promise<Plan> {
  checkConstraints(name, input)
  return plan(input, call)
}
