/** Deletes what is past the retention of its group. Nobody sees such events any more, deleted or not: this gives their room back. */
import { logGroups } from './state.ts'
import { oldestOf } from './logs-operation.ts'
import type { LogsPorts } from './ports.ts'

/** @param now milliseconds since 1970 */
export async function expireEvents({ state, events }: Pick<LogsPorts, 'state' | 'events'>, now: number): Promise<void> {
  const groups = state.read((view) =>
    view.accounts(logGroups).flatMap((account) => view.list(logGroups, account).map(({ value }) => value)),
  )
  for (const group of groups) if (group.retentionInDays !== undefined) await events.expire(group.id, oldestOf(group, now))
}
