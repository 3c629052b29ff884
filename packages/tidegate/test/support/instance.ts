/** A whole instance in the test's process, on a free port and in a folder of its own, and the environment that points clients at it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RootKey, readRootKey } from '../../src/accounts.ts'
import { type Configuration, defaultConfiguration } from '../../src/configuration/configuration.ts'
import { dataFolder } from '../../src/data-folder.ts'
import { type Instance, type InstanceOptions, openInstance } from '../../src/instance.ts'

export interface TestInstance extends Instance {
  readonly folder: string
  readonly problems: readonly string[]
  rootKey(accountId?: string): RootKey
}

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

export const mainAccount = '111122223333'

export interface TestOptions extends Partial<Pick<InstanceOptions, 'clock' | 'traces' | 'timers' | 'tasks'>> {
  /** A data folder that stays when the instance is closed; a new one that goes with it where absent. */
  readonly folder?: string
}

export async function testInstance(
  configuration: Partial<Configuration> = {},
  { folder: given, ...options }: TestOptions = {},
): Promise<TestInstance> {
  const path = given ?? mkdtempSync(join(tmpdir(), 'tidegate-instance-'))
  const folder = dataFolder(path)
  const problems: string[] = []
  const instance = await openInstance({
    ...options,
    folder,
    host: '127.0.0.1',
    port: 0,
    configuration: { ...defaultConfiguration, ...configuration },
    allowS3SigV2: true,
    tasks: { runtime: 'process', ...options.tasks },
    log: { info: () => {}, problem: (message, error) => problems.push(`${message}: ${String(error)}`) },
  })
  return {
    url: instance.url,
    services: instance.services,
    auditKey: instance.auditKey,
    runtime: instance.runtime,
    get accounts() {
      return instance.accounts
    },
    async close() {
      await instance.close()
      if (given === undefined) rmSync(path, { recursive: true, force: true })
    },
    folder: path,
    problems,
    rootKey: (accountId = mainAccount) => readRootKey(folder.rootKey(accountId)),
  }
}

/** What a client process gets: nothing of the machine's own AWS settings. */
export function clientEnvironment(url: string, { accessKeyId, secretAccessKey, sessionToken }: Credentials): Record<string, string> {
  const machine = Object.entries(process.env).flatMap(([name, value]) =>
    name.startsWith('AWS_') || value === undefined ? [] : [[name, value]],
  )
  return {
    ...(Object.fromEntries(machine) as Record<string, string>),
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
    AWS_MAX_ATTEMPTS: '1',
  }
}
