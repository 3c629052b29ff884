import { dataFolder, defaultDataFolder } from '../../data-folder.ts'
import type { RevokedSessions } from '../../sessions/revocation.ts'
import { command } from '../command.ts'
import { dataFlag } from '../data-flag.ts'
import { askRunning } from '../running-instance.ts'
import { UsageError } from '../usage-error.ts'

export const sessionRevoke = command({
  args: {},
  flags: {
    data: dataFlag,
    role: { type: 'string', value: 'ARN', summary: 'sessions of a role' },
    session: { type: 'string', value: 'KEY-ID', summary: 'one session, by its access key id' },
    actor: { type: 'string', value: 'SUBJECT', summary: 'sessions of a person or pipeline and of what acts for it; with --issuer' },
    issuer: { type: 'string', value: 'URL', summary: 'who asserted the subject' },
    'with-workloads': { type: 'boolean', summary: 'with --actor, also those of tasks that the actor started' },
    all: { type: 'boolean', summary: 'every session of the instance' },
    json: { type: 'boolean', summary: 'print an object' },
  },
  details: `
Exactly one of --role, --session, --actor and --all says which. Sessions that are issued later
are not concerned; take away the permission too where they must not be.

exit: 0 revoked, 1 the instance does not answer, 2 wrong usage or no instance

example:
  tidegate session revoke --role arn:aws:iam::111122223333:role/deploy`,
  async run({ flags }, io) {
    const sessions = revoked(flags)
    const folder = dataFolder(flags.data ?? defaultDataFolder)
    const done = await askRunning<{ issuedBefore: string }>(folder.control, { ask: 'revoke', sessions })
    await io.write(flags.json ? `${JSON.stringify({ ...sessions, ...done })}\n` : `revoked: what was issued until ${done.issuedBefore}\n`)
    return 0
  },
})

interface Which {
  readonly role: string | undefined
  readonly session: string | undefined
  readonly actor: string | undefined
  readonly issuer: string | undefined
  readonly 'with-workloads': boolean
  readonly all: boolean
}

function revoked({ role, session, actor, issuer, all, 'with-workloads': includesWorkloads }: Which): RevokedSessions {
  const choices: RevokedSessions[] = [
    ...(role === undefined ? [] : [{ kind: 'role', roleArn: role } as const]),
    ...(session === undefined ? [] : [{ kind: 'session', accessKeyId: session } as const]),
    ...(actor === undefined ? [] : [{ kind: 'actor', subject: actor, issuer: issuer ?? '', includesWorkloads } as const]),
    ...(all ? [{ kind: 'all' } as const] : []),
  ]
  const [choice, second] = choices
  if (choice === undefined || second !== undefined) throw new UsageError('say exactly one of `--role`, `--session`, `--actor` and `--all`')
  if ((actor === undefined) !== (issuer === undefined)) throw new UsageError('`--actor` and `--issuer` go together')
  if (includesWorkloads && actor === undefined) throw new UsageError('`--with-workloads` goes with `--actor`')
  return choice
}
