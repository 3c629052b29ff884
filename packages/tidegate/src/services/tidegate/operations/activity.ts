import {
  type ActivityFilter,
  CountActivity$,
  type CountActivityInput,
  type CountActivityOutput,
  DescribeEventChain$,
  type DescribeEventChainInput,
  type DescribeEventChainOutput,
  DescribeIntegrity$,
  type DescribeIntegrityOutput,
  LookupActivity$,
  type LookupActivityInput,
  type LookupActivityOutput,
} from '../../../api/activity.ts'
import { operation } from '../../../kernel/operation.ts'
import { tidegateError } from '../errors.ts'
import type { TidegatePorts } from '../ports.ts'

/** What the account's principals did and what was done to what it has, newest first. */
export const lookupActivity = operation<LookupActivityInput, LookupActivityOutput, TidegatePorts>(LookupActivity$, {
  authorize: () => [{ action: 'tidegate:LookupActivity', resource: '*' }],
  async invoke({ MaxResults: limit = 50, NextToken: token, ...filter }, { activity, caller }) {
    if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw tidegateError('ValidationException', 'MaxResults is 1 to 100.')
    const page = await activity.lookUp(checked(filter), caller.accountId, { limit, token })
    if (page === undefined) throw tidegateError('ValidationException', 'NextToken is not of a call with the same parameters.')
    return page
  },
})

/** The same, counted by who and action: a map of denials with DeniedOnly. */
export const countActivity = operation<CountActivityInput, CountActivityOutput, TidegatePorts>(CountActivity$, {
  isReadOnly: true,
  authorize: () => [{ action: 'tidegate:LookupActivity', resource: '*' }],
  invoke: (filter, { activity, caller }) => activity.count(checked(filter), caller.accountId),
})

/** The records that show because of whom an event happened. */
export const describeEventChain = operation<DescribeEventChainInput, DescribeEventChainOutput, TidegatePorts>(DescribeEventChain$, {
  authorize: () => [{ action: 'tidegate:LookupActivity', resource: '*' }],
  async invoke({ EventId }, { activity, caller }) {
    const chain = await activity.chainOf(EventId, caller.accountId)
    if (chain === undefined) throw tidegateError('ResourceNotFoundException', `No event ${EventId} is recorded.`)
    return chain
  },
})

/** How far the audit log is signed, and by which key. To trust neither this answer nor the log, verify the files: docs/audit.md. */
export const describeIntegrity = operation<object, DescribeIntegrityOutput, TidegatePorts>(DescribeIntegrity$, {
  authorize: () => [{ action: 'tidegate:DescribeIntegrity', resource: '*' }],
  invoke: (_, { activity }) => activity.integrity(),
})

function checked<T extends ActivityFilter>(filter: T): T {
  for (const name of ['StartTime', 'EndTime'] as const) {
    const time = filter[name]
    if (time !== undefined && (!/^\d{4}-\d\d-\d\d/.test(time) || Number.isNaN(Date.parse(time)))) {
      throw tidegateError('ValidationException', `${name} is a time like 2026-11-22T07:00:00Z.`)
    }
  }
  return filter
}
