import { LookupLogLines$, type LookupLogLinesInput, type LookupLogLinesOutput } from '../../../api/log-lines.ts'
import { operation } from '../../../kernel/operation.ts'
import { tidegateError } from '../errors.ts'
import type { TidegatePorts } from '../ports.ts'

/**
 * The lines of a log group with who is behind them, which CloudWatch Logs has no place for. Whoever may read the group by FilterLogEvents
 * may read it so, and nobody else.
 */
export const lookupLogLines = operation<LookupLogLinesInput, LookupLogLinesOutput, TidegatePorts>(LookupLogLines$, {
  authorize: ({ LogGroupName }, { caller, region, logLines }) => [
    { action: 'logs:FilterLogEvents', ...logLines.judgedAs(LogGroupName, { accountId: caller.accountId, region }) },
  ],
  invoke(input, { caller, region, now, logLines }) {
    const { LogGroupName, Actors = [], FilterPattern, StartTime, Position, NextToken } = input
    if (Position !== undefined && (StartTime !== undefined || NextToken !== undefined))
      throw tidegateError('ValidationException', 'Position goes with neither StartTime nor NextToken.')
    for (const [name, value] of Object.entries({ StartTime, Position }))
      if (value !== undefined && (!Number.isSafeInteger(value) || value < 0))
        throw tidegateError('ValidationException', `${name} is a whole number from 0.`)
    const where = { accountId: caller.accountId, region }
    return logLines.lookUp(
      LogGroupName,
      { actors: Actors, pattern: FilterPattern, from: StartTime ?? 0, position: Position, token: NextToken, now },
      where,
    )
  },
})
