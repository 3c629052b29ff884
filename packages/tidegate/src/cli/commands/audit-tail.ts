import { search } from '../../audit/query.ts'
import { auditFolder, countFlag, readLog, recordLine } from '../audit-folder.ts'
import { command } from '../command.ts'
import { dataFlag } from '../data-flag.ts'

export const auditTail = command({
  args: {},
  flags: {
    data: dataFlag,
    count: { type: 'string', value: 'N', summary: 'how many, 20 when absent' },
    json: { type: 'boolean', summary: 'print each record as it is stored, a line of JSON' },
  },
  details: `
Each line has the time, who, what, the error code or ok, the first resource and the event id.
It reads the files, whether an instance is running or not.

exit: 0 printed, 1 the log is damaged, 2 wrong usage

example:
  tidegate audit tail --count 100 --json | jq -r .eventName | sort | uniq -c`,
  run({ flags }, io) {
    const count = countFlag('count', flags.count) ?? 20
    return readLog(auditFolder(flags.data), io, async (segments) => {
      const lines: string[] = []
      for await (const { record, text } of search(segments, {}, 'newest')) {
        lines.push(flags.json ? `${text}\n` : recordLine(record))
        if (lines.length === count) break
      }
      await io.write(lines.toReversed().join(''))
      return 0
    })
  },
})
