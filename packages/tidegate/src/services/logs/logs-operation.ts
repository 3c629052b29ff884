import type { StaticOperationSchema } from '@smithy/types'
import { type Given, judgedOperation } from '../../kernel/judged-operation.ts'
import { type Call, type Check, type Operation, operation, type OperationBody } from '../../kernel/operation.ts'
import type { View } from '../../kernel/state.ts'
import { groupResource, type Where } from './arn.ts'
import { logsError } from './errors.ts'
import type { LogsPorts } from './ports.ts'
import { type LogGroup, logGroups, type LogStream, logStreams, regional, streamKey } from './state.ts'

export type LogsCall = Call & LogsPorts

/** Of operations that change groups, streams and what belongs to them. */
export function logsOperation<Input extends object, Output>(
  schema: StaticOperationSchema,
  body: OperationBody<Given<Input>, Omit<Output, '$metadata'>, LogsPorts>,
): Operation<LogsPorts> {
  return judgedOperation<Input, Output, LogsPorts>(schema, body, {
    assertInput: () => {},
    conflict: () =>
      logsError('OperationAbortedException', 'A conflicting operation is currently in progress against this resource. Please try again.'),
    timeUnit: 1,
  })
}

/** Of operations on events. */
export function eventsOperation<Input extends object, Output>(
  schema: StaticOperationSchema,
  body: OperationBody<Given<Input>, Omit<Output, '$metadata'>, LogsPorts>,
): Operation<LogsPorts> {
  return operation<Given<Input>, Omit<Output, '$metadata'>, LogsPorts>(schema, body)
}

export const whereOf = ({ caller: { accountId }, region }: Call): Where => ({ accountId, region })

export function groupCheck(action: string, group: string, call: LogsCall, context: Check['context'] = {}): Check {
  const known = call.state.read((view) => findGroup(view, whereOf(call), group))
  return { action: `logs:${action}`, resource: groupResource(whereOf(call), group), context: { ...groupTags(known), ...context } }
}

/** Condition keys of the tags of a group. */
export function groupTags(group: LogGroup | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(group?.tags ?? {}).map(([key, value]) => [`aws:ResourceTag/${key}`, value]))
}

export function findGroup(view: View, { accountId, region }: Where, name: string): LogGroup | undefined {
  return view.get(logGroups, accountId, regional(region, name))
}

export function groupOf(view: View, where: Where, name: string): LogGroup {
  const group = findGroup(view, where, name)
  if (group === undefined) throw logsError('ResourceNotFoundException', 'The specified log group does not exist.')
  return group
}

export function streamOf(view: View, where: Where, group: string, stream: string): LogStream {
  groupOf(view, where, group)
  const found = view.get(logStreams, where.accountId, streamKey(where.region, group, stream))
  if (found === undefined) throw logsError('ResourceNotFoundException', 'The specified log stream does not exist.')
  return found
}

/** Events that happened before are gone for whoever reads, whether they are deleted yet or not. */
export function oldestOf({ retentionInDays }: LogGroup, now: number): number {
  return retentionInDays === undefined ? 0 : now - retentionInDays * 86_400_000
}
