import { command } from '../command.ts'
import { contextOf } from '../contexts.ts'
import { credentialsFor, expirationText, roleFlags } from '../role-credentials.ts'
import { exportLines } from '../shell.ts'
import { signInOf } from '../signed-in.ts'

export const credsEnv = command({
  args: {},
  flags: roleFlags,
  details: `
What is in an environment is seen by every program that is started in it, and ends when the
session does. \`tidegate run\` and profiles renew theirs.

exit: 0 printed, 1 the instance does not answer, 2 wrong usage, nobody signed in, or role refused

example:
  eval "$(tidegate creds env --role prod/operator)"`,
  async run({ flags }, io) {
    const context = await contextOf(flags.context)
    const credentials = await credentialsFor(context, flags.role, flags.ttl)
    const { region } = await signInOf(context)
    const lines = {
      AWS_ENDPOINT_URL: context.url,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
      AWS_CREDENTIAL_EXPIRATION: expirationText(credentials),
    }
    await io.write(`${exportLines(lines)}unset AWS_PROFILE\n`)
    return 0
  },
})
