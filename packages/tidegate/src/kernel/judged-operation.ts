/**
 * Operations on entities that policies speak of: their ARN, tags and boundary.
 *
 * INVARIANT: what was judged is what is changed. An entity may change between the decision and the transaction; so a transaction first
 * asks what it would be judged by now, and refuses where that is something else.
 */
import type { StaticOperationSchema } from '@smithy/types'
import type { AwsError } from './aws-error.ts'
import { noPermission, type Operation, operation, type OperationBody } from './operation.ts'
import type { State, Transaction } from './state.ts'

/** An input after parsing: the wire refuses requests without the required members, which the SDK's types leave open. */
export type Given<T> = { readonly [Member in keyof T]: object extends Pick<T, Member> ? T[Member] : Exclude<T[Member], undefined> }

export interface Judging {
  /** Throws for what the model of the service does not take, before anybody looks at it. */
  readonly assertInput: (operationName: string, input: object) => void
  /** What a change is answered with that would be judged by something else by now. */
  readonly conflict: () => AwsError
  /** The finest time that the service shows, in milliseconds. */
  readonly timeUnit: number
}

export function judgedOperation<Input extends object, Output, Ports extends { readonly state: State }>(
  schema: StaticOperationSchema,
  body: OperationBody<Given<Input>, Omit<Output, '$metadata'>, Ports>,
  { assertInput, conflict, timeUnit }: Judging,
): Operation<Ports> {
  const { authorize, invoke } = body
  if (authorize === noPermission) return operation<Given<Input>, Omit<Output, '$metadata'>, Ports>(schema, body)
  return operation<Given<Input>, Omit<Output, '$metadata'>, Ports>(schema, {
    ...body,
    authorize(input, call) {
      assertInput(schema[2], input)
      const checks = authorize(input, call)
      if (!(checks instanceof Promise)) judged.set(input, JSON.stringify(checks))
      return checks
    },
    invoke(input, call) {
      const before = judged.get(input)
      if (before === undefined) throw new Error(`${schema[2]} was not judged`)
      const assertSame = (tx: Transaction) => {
        if (JSON.stringify(authorize(input, { ...call, state: asOf(tx, call.state) })) !== before) throw conflict()
      }
      return invoke(input, { ...call, now: Math.floor(call.now / timeUnit) * timeUnit, state: guarded(call.state, assertSame) })
    },
  })
}

function guarded(state: State, assertSame: (tx: Transaction) => void): State {
  return {
    read: (work) => state.read(work),
    transact: (work) =>
      state.transact((tx) => {
        assertSame(tx)
        return work(tx)
      }),
  }
}

/** The state as a transaction sees it, for whoever reads only. */
function asOf(tx: Transaction, state: State): State {
  return {
    read: (work) =>
      state.read((snapshot) =>
        work({
          version: snapshot.version,
          changedAt: (collection) => snapshot.changedAt(collection),
          get: (collection, accountId, key) => tx.get(collection, accountId, key),
          list: (collection, accountId, range) => tx.list(collection, accountId, range),
          accounts: (collection) => tx.accounts(collection),
        }),
      ),
    transact: () => Promise.reject(new Error('a judgement changes nothing')),
  }
}

/** The checks of inputs under way. */
const judged = new WeakMap<object, string>()
