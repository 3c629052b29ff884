/** What the steps of the tour share. */
import { ECSClient } from '@aws-sdk/client-ecs'
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import type { Task } from '@aws-sdk/client-ecs'
import type { Guide } from './guide.ts'
import { region } from './organization.ts'
import { logGroup } from './policies.ts'
import { idOf, type Program } from './tasks.ts'
import type { Terminal } from './terminal.ts'

export type Person = 'alice' | 'bob' | 'carol'

export interface World {
  readonly url: string
  /** Data folder of the instance. */
  readonly data: string
  /** A folder for copies. */
  readonly scratch: string
  readonly auditKey: string
  readonly program: Program
  readonly terminals: Readonly<Record<Person, Terminal>>
  /** Set by the steps as they go. */
  readonly found: { reportTask?: Task; reportKey?: string; refusedRequest?: string }
}

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration: Date
}

/** As an SDK gets them, by the `credential_process` of a profile. */
export async function credentialsOf({ terminals }: World, person: Person, role: string): Promise<Credentials> {
  const { code, stdout, stderr } = await terminals[person].run(['creds', 'process', '--role', `staging/${role}`])
  if (code !== 0) throw new Error(`${person} gets no credentials of ${role}: ${stderr.trim()}`)
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = JSON.parse(stdout) as Readonly<Record<string, string>>
  return {
    accessKeyId: AccessKeyId ?? '',
    secretAccessKey: SecretAccessKey ?? '',
    sessionToken: SessionToken ?? '',
    expiration: new Date(Expiration ?? 0),
  }
}

/** The SDK's client of somebody in a role. */
export async function ecsOf(world: World, person: Person, role: string): Promise<ECSClient> {
  return new ECSClient({ endpoint: world.url, region, credentials: await credentialsOf(world, person, role), maxAttempts: 1 })
}

/** What a call was refused with, shown; undefined where it was not. */
export async function refusal(guide: Guide, call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call
    guide.answers('ok')
    return undefined
  } catch (error) {
    if (!(error instanceof Error) || !('$metadata' in error)) throw error
    guide.answers(`${error.name}: ${error.message}`)
    return error.name
  }
}

/** What a task wrote, a line each. */
export async function linesOf(world: World, task: Task, container: string): Promise<readonly string[]> {
  const logs = new CloudWatchLogsClient({ endpoint: world.url, region, credentials: await credentialsOf(world, 'alice', 'developer') })
  const logStreamName = `demo/${container}/${idOf(task)}`
  const { events = [] } = await logs.send(new GetLogEventsCommand({ logGroupName: logGroup, logStreamName, startFromHead: true }))
  return events.map(({ message = '' }) => message)
}
