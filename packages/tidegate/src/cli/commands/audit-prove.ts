import { proofBundle } from '../../audit/bundle.ts'
import { page } from '../../audit/page.ts'
import { checkpointCovering, checkpointSize } from '../../audit/reading.ts'
import { jsonText } from '../../audit/record-text.ts'
import { auditFolder, readLog, textOf } from '../audit-folder.ts'
import { command } from '../command.ts'
import { dataFlag } from '../data-flag.ts'
import { UsageError } from '../usage-error.ts'

export const auditProve = command({
  args: { id: { value: 'ID', summary: 'event id' } },
  flags: {
    data: dataFlag,
    checkpoint: { type: 'string', value: 'FILE', summary: 'older checkpoint that the reader has: prove that the log continues it' },
  },
  details: `
The proof is one JSON object: the record as it was hashed, its place, the hashes up to the root and
the signed checkpoint. There is no key in it, the reader has one: tidegate audit verify --bundle.

exit: 0 printed, 1 no such event, or no checkpoint covers it yet, 2 wrong usage

example:
  tidegate audit prove 01a0f4c5-e239-7e93-aed8-587b51755396 > proof.json`,
  async run({ args, flags }, io) {
    const folder = auditFolder(flags.data)
    const oldSize = flags.checkpoint === undefined ? undefined : checkpointSize(await textOf(flags.checkpoint, io))
    if (flags.checkpoint !== undefined && oldSize === undefined) throw new UsageError(`\`${flags.checkpoint}\` is not a checkpoint`)
    return readLog(folder, io, async (segments) => {
      const { records } = await page(segments, { eventId: args.id }, { limit: 1 })
      const [found] = records
      if (found === undefined) {
        io.note(`no event \`${args.id}\``)
        return 1
      }
      const checkpoint = checkpointCovering(folder, Math.max(found.index, (oldSize ?? 0) - 1))
      if (checkpoint === undefined) {
        io.note('no checkpoint covers the event yet; a running instance signs one every minute')
        return 1
      }
      await io.write(`${jsonText(proofBundle(segments, found, checkpoint, oldSize))}\n`)
      return 0
    })
  },
})
