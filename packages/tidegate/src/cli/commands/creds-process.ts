import { command } from '../command.ts'
import { contextOf } from '../contexts.ts'
import { credentialsFor, expirationText, roleFlags } from '../role-credentials.ts'

export const credsProcess = command({
  args: {},
  flags: roleFlags,
  details: `
Never asks anything: who is not signed in is told so on standard error. \`tidegate configure\`
writes profiles that use it.

exit: 0 printed, 1 the instance does not answer, 2 wrong usage, nobody signed in, or role refused

example:
  tidegate creds process --role prod/operator`,
  async run({ flags }, io) {
    const credentials = await credentialsFor(await contextOf(flags.context), flags.role, flags.ttl)
    const { accessKeyId, secretAccessKey, sessionToken } = credentials
    const answer = {
      Version: 1,
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: expirationText(credentials),
    }
    await io.write(`${JSON.stringify(answer)}\n`)
    return 0
  },
})
