import type { StaticOperationSchema } from '@smithy/types'
import { noPermission, operation } from '../../kernel/operation.ts'
import type { Call, Operation, OperationBody } from '../../kernel/operation.ts'
import type { State, Transaction } from '../../kernel/state.ts'
import { checkConstraints } from './constraints.ts'
import { iamError } from './errors.ts'
import type { IamPorts } from './ports.ts'

export type IamCall = Call & IamPorts

/** An input after parsing: the wire refuses requests without the required members, which the SDK's types leave open. */
export type Given<T> = { readonly [Member in keyof T]: object extends Pick<T, Member> ? T[Member] : Exclude<T[Member], undefined> }

/**
 * An operation whose input is held against the constraints of IAM's model before anybody looks at it.
 *
 * INVARIANT: what was judged is what is changed. Policies speak of an entity's ARN, tags and boundary, and these may change between the
 * decision and the transaction; so a transaction first asks what it would be judged by now, and refuses where that is something else.
 */
export function iamOperation<Input extends object, Output>(
  schema: StaticOperationSchema,
  body: OperationBody<Given<Input>, Omit<Output, '$metadata'>, IamPorts>,
): Operation<IamPorts> {
  const { authorize, invoke } = body
  if (authorize === noPermission) return operation<Given<Input>, Omit<Output, '$metadata'>, IamPorts>(schema, body)
  return operation<Given<Input>, Omit<Output, '$metadata'>, IamPorts>(schema, {
    ...body,
    authorize(input, call) {
      checkConstraints(schema[2], input)
      const checks = authorize(input, call)
      if (!(checks instanceof Promise)) judged.set(input, JSON.stringify(checks))
      return checks
    },
    invoke(input, call) {
      const before = judged.get(input)
      if (before === undefined) throw new Error(`${schema[2]} was not judged`)
      const assertSame = (tx: Transaction) => {
        if (JSON.stringify(authorize(input, { ...call, state: asOf(tx, call.state) })) === before) return
        throw iamError('ConcurrentModification', concurrentModification)
      }
      // IAM keeps whole seconds: `2026-11-22T08:08:56Z`.
      return invoke(input, { ...call, now: Math.floor(call.now / 1000) * 1000, state: guarded(call.state, assertSame) })
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

const concurrentModification =
  'The request was rejected because multiple requests to change this object were submitted simultaneously. Wait a few minutes and submit your request again.'
