import { exportFormats, exportRecords } from '../../audit/export.ts'
import { search } from '../../audit/query.ts'
import { auditFolder, readLog, timeFlag } from '../audit-folder.ts'
import { command } from '../command.ts'
import { dataFlag } from '../data-flag.ts'

export const auditExport = command({
  args: {},
  flags: {
    data: dataFlag,
    format: { type: 'string', value: 'FORMAT', summary: 'cloudtrail or ocsf, cloudtrail when absent', choices: exportFormats },
    from: { type: 'string', value: 'TIME', summary: 'at this time or later: 2026-11-22, 2026-11-22T07:00:00Z, 24h' },
    to: { type: 'string', value: 'TIME', summary: 'earlier than this' },
  },
  details: `
cloudtrail is one object {"Records":[...]}, as in the files that CloudTrail writes to S3. ocsf is a
line for each record: an event of the class API Activity (6003). Both are streams.

exit: 0 printed, 1 the log is damaged and the output incomplete, 2 wrong usage

example:
  tidegate audit export --format ocsf --from 24h | gzip > day.jsonl.gz`,
  run({ flags }, io) {
    const now = Date.now()
    const [from, to] = [timeFlag('from', flags.from, now), timeFlag('to', flags.to, now)]
    const filter = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
    return readLog(auditFolder(flags.data), io, async (segments) => {
      let chunk = ''
      for await (const text of exportRecords(search(segments, filter, 'oldest'), flags.format ?? 'cloudtrail')) {
        chunk += text
        if (chunk.length < chunkCharacters) continue
        await io.write(chunk)
        chunk = ''
      }
      await io.write(chunk)
      return 0
    })
  },
})

const chunkCharacters = 64 * 1024
