import { countByHour } from '../../audit/count.ts'
import { type AuditFilter, denialCodes } from '../../audit/filter.ts'
import { search } from '../../audit/query.ts'
import { auditFolder, countFlag, readLog, recordLine, timeFlag } from '../audit-folder.ts'
import { command } from '../command.ts'
import { dataFlag } from '../data-flag.ts'
import { UsageError } from '../usage-error.ts'

const text = (value: string, summary: string) => ({ type: 'string', value, summary }) as const

export const auditGrep = command({
  args: {},
  flags: {
    data: dataFlag,
    actor: text('WHO', 'subject or label of anyone in the actor chain, or ISSUER|SUBJECT'),
    user: text('NAME', 'user name, or name of the role session'),
    arn: text('ARN', 'caller, or the role behind its session'),
    event: text('NAME', 'operation, like RunTask'),
    source: text('HOST', 'service, like ecs.amazonaws.com'),
    error: text('CODE', 'error code'),
    denied: { type: 'boolean', summary: 'every error code that means denied' },
    resource: text('ARN', 'resource, or the name at the end of its ARN'),
    key: text('ID', 'access key id'),
    from: text('TIME', 'at this time or later: 2026-11-22, 2026-11-22T07:00:00Z, 24h'),
    to: text('TIME', 'earlier than this'),
    limit: text('N', 'at most so many'),
    oldest: { type: 'boolean', summary: 'the oldest first, not the newest' },
    count: { type: 'boolean', summary: 'print how many there are in each hour' },
    json: { type: 'boolean', summary: 'print each record as it is stored, a line of JSON' },
  },
  details: `
All that is given must hold. Values are compared as a whole; there are no patterns.

exit: 0 found, 1 nothing found or the log is damaged, 2 wrong usage

examples:
  tidegate audit grep --actor alice@example.com --from 7d
  tidegate audit grep --denied --from 24h --count`,
  run({ flags }, io) {
    if (flags.denied && flags.error !== undefined) throw new UsageError('`--denied` has no effect with `--error`')
    if (flags.count && flags.oldest) throw new UsageError('`--oldest` has no effect with `--count`')
    const limit = countFlag('limit', flags.limit) ?? Infinity
    if (flags.count && limit !== Infinity) throw new UsageError('`--limit` has no effect with `--count`')
    const now = Date.now()
    const filter = present({
      actor: flags.actor,
      username: flags.user,
      principalArn: flags.arn,
      eventName: flags.event,
      eventSource: flags.source,
      errorCode: flags.denied ? denialCodes : flags.error,
      resource: flags.resource,
      accessKeyId: flags.key,
      from: timeFlag('from', flags.from, now),
      to: timeFlag('to', flags.to, now),
    })
    return readLog(auditFolder(flags.data), io, async (segments) => {
      if (flags.count) {
        const hours = await countByHour(segments, filter)
        const line = (hour: string, count: number): string => (flags.json ? `${JSON.stringify({ hour, count })}\n` : `${hour}  ${count}\n`)
        await io.write(hours.map(({ hour, count }) => line(`${new Date(hour).toISOString().slice(0, 19)}Z`, count)).join(''))
        return hours.length > 0 ? 0 : 1
      }
      let found = 0
      for await (const each of search(segments, filter, flags.oldest ? 'oldest' : 'newest')) {
        await io.write(flags.json ? `${each.text}\n` : recordLine(each.record))
        found += 1
        if (found >= limit) break
      }
      return found > 0 ? 0 : 1
    })
  },
})

function present(filter: { readonly [Name in keyof AuditFilter]: AuditFilter[Name] | undefined }): AuditFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
}
