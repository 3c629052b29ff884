import { type BundleVerdict, verifyBundle } from '../../audit/bundle.ts'
import type { Damage } from '../../audit/damage.ts'
import { type VerifierKey, parseVerifierKey } from '../../audit/note.ts'
import { parseRecord, textInRecord } from '../../audit/record-text.ts'
import { type VerifyReport, verifyAuditLog } from '../../audit/verify.ts'
import { auditFolder, recordLine, textOf } from '../audit-folder.ts'
import { command } from '../command.ts'
import { dataFlag } from '../data-flag.ts'
import type { ExitCode, Io } from '../io.ts'
import { UsageError } from '../usage-error.ts'

export const auditVerify = command({
  args: {},
  flags: {
    data: dataFlag,
    key: { type: 'string', value: 'KEY|FILE', summary: 'public key that you kept when the log was made' },
    checkpoint: { type: 'string', value: 'FILE', summary: 'a checkpoint that you kept elsewhere' },
    bundle: { type: 'string', value: 'FILE|-', summary: 'check this proof, as audit prove prints it, not a log' },
    json: { type: 'boolean', summary: 'print one JSON object' },
  },
  details: `
Every record is hashed and every checkpoint worked out again. Damage is a line with the segment,
the line within it and what happened there: changed, missing, inserted, duplicated, reordered,
truncated, forked, segment, unreadable, index, checkpoint.

Without --key nothing is ever proven: a key that lies beside the log may be its forger's.
Without --checkpoint what cannot be shown is said.

exit: 0 intact or proven, 1 damaged or refuted, 2 wrong usage, 3 unverifiable

examples:
  tidegate audit verify --key audit-key.pub --checkpoint kept-last-month.txt
  tidegate audit verify --key audit-key.pub --bundle proof.json`,
  async run({ flags }, io) {
    const keys = flags.key === undefined ? [] : [await keyOf(flags.key, io)]
    const old = flags.checkpoint === undefined ? undefined : await textOf(flags.checkpoint, io)
    if (flags.bundle !== undefined) {
      if (flags.data !== undefined) throw new UsageError('`--data` has no effect with `--bundle`')
      return verdict(await textOf(flags.bundle, io), keys, old, flags.json, io)
    }
    const folder = auditFolder(flags.data)
    const report = await verifyAuditLog({ folder, keys, ...(old !== undefined && { oldCheckpoint: old }) })
    await io.write(flags.json ? `${JSON.stringify(report)}\n` : reportText(report))
    return exits[report.status]
  },
})

async function keyOf(flag: string, io: Io): Promise<VerifierKey> {
  const key = parseVerifierKey(flag) ?? parseVerifierKey(await textOf(flag, io))
  if (key === undefined) throw new UsageError(`\`${flag}\` is not a public key of an audit log (name+hash+key), nor a file with one`)
  return key
}

async function verdict(text: string, keys: readonly VerifierKey[], old: string | undefined, isJson: boolean, io: Io): Promise<ExitCode> {
  const found = verifyBundle(text, keys, old)
  await io.write(isJson ? `${JSON.stringify(found)}\n` : verdictText(found, text))
  return exits[found.status]
}

function verdictText(found: BundleVerdict, text: string): string {
  if (found.status !== 'proven') return `${found.status}: ${found.reason}\n`
  const { record } = JSON.parse(text) as { record: string }
  const signed = `record ${found.index} of ${found.size}, signed by ${found.origin} at ${new Date(found.time).toISOString()}`
  return `proven: ${signed}\n${recordLine(parseRecord(record))}`
}

function reportText({ status, records, segments, checkpoints, signedRecords, root, damage, warnings, notProven }: VerifyReport): string {
  return [
    `${status}: ${records} records in ${segments} segments, ${signedRecords} of them signed, ${checkpoints} checkpoints agree`,
    ...(root === undefined ? [] : [`root: ${root}`]),
    ...damage.slice(0, mostLines).map((each) => `damage: ${damageText(each)}`),
    ...(damage.length > mostLines ? [`damage: ${damage.length - mostLines} more; --json lists all`] : []),
    ...warnings.map((each) => `warning: ${each}`),
    ...notProven.map((each) => `not proven: ${each}`),
    '',
  ].join('\n')
}

function damageText({ kind, segment, line, lastLine, message }: Damage): string {
  const lines = line === undefined ? '' : ` line ${line}${lastLine === undefined ? '' : ` to ${lastLine}`}`
  return `${kind}${segment === undefined ? '' : ` in ${segment}${lines}`}: ${textInRecord(message)}`
}

const exits = { intact: 0, proven: 0, damaged: 1, refuted: 1, unverifiable: 3 } as const
const mostLines = 50
