import { spawn } from 'node:child_process'
import { constants, devNull } from 'node:os'
import { command } from '../command.ts'
import { contextOf } from '../contexts.ts'
import { serveCredentials } from '../credential-server.ts'
import type { ChildExit } from '../io.ts'
import { credentialsFor, roleFlags } from '../role-credentials.ts'
import { signInOf } from '../signed-in.ts'
import { UsageError } from '../usage-error.ts'

export const run = command({
  args: {},
  program: { value: 'CMD ...', summary: 'the program and its arguments' },
  flags: roleFlags,
  details: `
The program finds its credentials as a container does, at an endpoint of this machine that lives
as long as it does. No key is in its environment, and its AWS configuration files are not read.

exit: 0 or what the program exits with, 1 no instance answers, 2 wrong usage, nobody signed in

example:
  tidegate run --role prod/operator -- aws ecs list-services`,
  async run({ flags, program: [name = '', ...args] }) {
    const context = await contextOf(flags.context)
    const renew = () => credentialsFor(context, flags.role, flags.ttl)
    const server = await serveCredentials({ renew, clock: Date.now, port: 0 })
    try {
      const { region } = await signInOf(context)
      const env = {
        ...withoutCredentials(process.env),
        AWS_CONTAINER_CREDENTIALS_FULL_URI: server.url,
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: server.tokenFile,
        AWS_ENDPOINT_URL: context.url,
        // Terraform's way into a role asks for this one.
        AWS_ENDPOINT_URL_STS: context.url,
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_EC2_METADATA_DISABLED: 'true',
        // Profiles come before an endpoint.
        AWS_CONFIG_FILE: devNull,
        AWS_SHARED_CREDENTIALS_FILE: devNull,
      }
      return await ended(name, args, env)
    } finally {
      server.close()
    }
  },
})

/** Whatever would come before the endpoint. */
function withoutCredentials(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const taken =
    /^AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|SECURITY_TOKEN|CREDENTIAL_EXPIRATION|PROFILE|DEFAULT_PROFILE|ROLE_ARN|ROLE_SESSION_NAME|WEB_IDENTITY_TOKEN_FILE|CONTAINER_.*)$/
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !taken.test(name)))
}

/** Signals go to the program; what comes from the terminal it gets by itself. */
function ended(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<ChildExit> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env })
    process.on('SIGINT', () => {})
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
    child.on('error', (error) => reject(new UsageError(`\`${program}\` cannot be started: ${error.message}`)))
    child.on('exit', (code, signal) => resolve({ child: code ?? 128 + (signal === null ? 0 : constants.signals[signal]) }))
  })
}
