import { dataFolder, defaultDataFolder } from '../../data-folder.ts'
import type { RevocationReceipt } from '../../user-revocation.ts'
import { command } from '../command.ts'
import { dataFlag } from '../data-flag.ts'
import { askRunning } from '../running-instance.ts'
import { columns, oneLine } from '../text.ts'
import { UsageError } from '../usage-error.ts'

export const userRevoke = command({
  args: { person: { value: 'PERSON', summary: 'e-mail address or subject' } },
  flags: {
    data: dataFlag,
    issuer: { type: 'string', value: 'URL', summary: 'who asserts the subject, where several people have the name' },
    workloads: {
      type: 'string',
      value: 'WHAT',
      summary: 'tasks that she started: keep their credentials, or cut them',
      choices: ['keep', 'cut'],
    },
    'dry-run': { type: 'boolean', summary: 'print what would be cut, and cut nothing' },
    json: { type: 'boolean', summary: 'print an object' },
  },
  details: `
Cut are all sessions of the person and of what acts for her. Tokens from before make no new ones,
and neither do refresh tokens: she has to sign in again. Take her groups away at the identity
provider where she must not. --workloads is \`revokeWorkloads\` of the configuration by default.

The receipt lists sessions that this gateway has handed out; the cut is for all of them.

exit: 0 cut, 1 the instance does not answer, 2 wrong usage, no instance, nobody of that name

example:
  tidegate user revoke alice@example.com`,
  async run({ args: { person }, flags }, io) {
    const folder = dataFolder(flags.data ?? defaultDataFolder)
    const isDryRun = flags['dry-run']
    const request = { ask: 'revoke-user', person, issuer: flags.issuer, workloads: flags.workloads, isDryRun } as const
    const receipt = await askRunning<RevocationReceipt>(folder.control, request).catch((error: unknown) => {
      if (error instanceof UsageError) throw error
      throw new UsageError(error instanceof Error ? error.message : String(error), 'tidegate audit tail')
    })
    if (flags.json) {
      await io.write(`${JSON.stringify(receipt)}\n`)
      return 0
    }
    const { issuer, subject, label, before, cut, kept, eventId } = receipt
    const dry = isDryRun ? 'dry run: ' : ''
    await io.write(`${dry}${oneLine(`${label ?? subject} (${issuer}#${subject})`)} is cut off from ${before}\n`)
    await io.write(`${dry}sign-ins and refresh tokens from before: dead\n`)
    await io.write(`${dry}sessions cut: ${cut.length}\n${rows(cut)}`)
    if (kept.length > 0) await io.write(`${dry}sessions of tasks, which go on: ${kept.length}\n${rows(kept)}`)
    if (eventId !== undefined) await io.write(`audit record: ${eventId}\n`)
    return 0
  },
})

function rows(sessions: RevocationReceipt['cut']): string {
  const lines = columns(sessions.map(({ accessKeyId, expiresAt, arn }) => [`  ${accessKeyId}`, `until ${expiresAt}`, arn]))
  return lines.map((line) => `${line}\n`).join('')
}
