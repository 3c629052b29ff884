import { command } from '../command.ts'
import { contextOf } from '../contexts.ts'
import { serveCredentials } from '../credential-server.ts'
import { credentialsFor, roleFlags } from '../role-credentials.ts'
import { exportLines } from '../shell.ts'
import { signInOf } from '../signed-in.ts'
import { UsageError } from '../usage-error.ts'

export const credsServe = command({
  args: {},
  flags: { ...roleFlags, port: { type: 'string', value: 'PORT', summary: 'of 127.0.0.1; a free one by default' } },
  details: `
Prints the shell lines that point AWS clients at it, then serves until it is interrupted. It
answers whoever can read the file with the token, and no page of a browser.

exit: 0 ended by a signal, 1 no instance answers, 2 wrong usage, nobody signed in, role refused

example:
  tidegate creds serve --role prod/operator`,
  async run({ flags }, io) {
    const { port = '0' } = flags
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new UsageError(`\`${port}\` is no port: a number from 0 to 65535`)
    const context = await contextOf(flags.context)
    const renew = () => credentialsFor(context, flags.role, flags.ttl)
    const server = await serveCredentials({ renew, clock: Date.now, port: Number(port) })
    const { region } = await signInOf(context)
    const lines = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: server.url,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: server.tokenFile,
      AWS_ENDPOINT_URL: context.url,
      AWS_ENDPOINT_URL_STS: context.url,
      AWS_REGION: region,
    }
    await io.write(`${exportLines(lines)}unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE\n`)
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
    })
    server.close()
    return 0
  },
})
