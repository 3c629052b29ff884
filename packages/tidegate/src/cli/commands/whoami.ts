import type { Actor } from '../../kernel/caller.ts'
import { command } from '../command.ts'
import { contextFlag, contextOf } from '../contexts.ts'
import type { ExitCode, Io } from '../io.ts'
import { goodTokens, whoIs } from '../signed-in.ts'
import { columns, oneLine } from '../text.ts'

export const whoami = command({
  args: {},
  flags: {
    context: contextFlag,
    chain: { type: 'boolean', summary: 'who is behind the AWS credentials that are in use here, nearest first' },
    json: { type: 'boolean', summary: 'print an object' },
  },
  details: `
With --chain the credentials are those that every AWS client finds: environment, profile,
container. In a task it shows the task, its service, and who deployed it.

exit: 0 told, 1 the instance refused, 2 wrong usage or nobody is signed in

example:
  tidegate whoami --chain`,
  async run({ flags }, io) {
    if (flags.chain) return tellChain(flags.json, io)
    const context = await contextOf(flags.context)
    const person = await whoIs(context, await goodTokens(context))
    if (flags.json) {
      await io.write(`${JSON.stringify(person)}\n`)
      return 0
    }
    const { label, subject, issuer, groups, authenticatedAt, isMultiFactor, roles, askForAccess } = person
    await io.write(`${oneLine(`${label ?? subject}  ${issuer}#${subject}`)}\n`)
    await io.write(`groups: ${groups.length === 0 ? 'none' : oneLine(groups.join(', '))}\n`)
    const factors = isMultiFactor ? 'with a second factor' : 'with one factor, as far as the provider says'
    await io.write(`signed in: ${new Date(authenticatedAt * 1000).toISOString()}, ${factors}\n`)
    if (roles.length === 0) await io.write('roles: none\n')
    const rows = roles.map(({ accountName, name, arn }) => [`  ${accountName}/${name}`, arn])
    if (rows.length > 0) await io.write(`roles:\n${columns(rows).join('\n')}\n`)
    if (askForAccess !== undefined) await io.write(`ask for more: ${askForAccess}\n`)
    return 0
  },
})

/** The instance tells the chain of whoever asks who they are. */
async function tellChain(isJson: boolean, io: Io): Promise<ExitCode> {
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts')
  const { asClient } = await import('../client.ts')
  return asClient(io, async (settings) => {
    const sts = new STSClient({ ...settings })
    let header: string | undefined
    sts.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args)
        header = (result.response as { readonly headers?: Readonly<Record<string, string>> }).headers?.['x-tidegate-actor-chain']
        return result
      },
      { step: 'deserialize', name: 'actorChain' },
    )
    const { Arn = '' } = await sts.send(new GetCallerIdentityCommand({}))
    const chain = header === undefined ? [] : (JSON.parse(Buffer.from(header, 'base64url').toString()) as readonly Actor[])
    if (isJson) await io.write(`${JSON.stringify({ arn: Arn, actorChain: chain })}\n`)
    else {
      await io.write(`${Arn}\n`)
      const rows = chain.map(({ type, label, issuer, subject }) => [`  ${type}`, label ?? '-', `${issuer}#${subject}`])
      await io.write(rows.length === 0 ? '  nobody is known to be behind it\n' : `${columns(rows).join('\n')}\n`)
    }
    return 0
  })
}
