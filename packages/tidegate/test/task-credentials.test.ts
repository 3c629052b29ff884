/** Unmodified clients in real containers: what they find there leads to this instance, as the role of the task. */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, type TestContext, test } from 'vitest'
import type { Timers } from '../src/kernel/timers.ts'
import { newRole, policyOf } from './support/account.ts'
import { ecsClient, iamClient, refusalOf, stsClient } from './support/clients.ts'
import { docker, makeShellImage, shellImage } from './support/docker.ts'
import { mainAccount, type TestInstance, testInstance } from './support/instance.ts'
import { awsCli, boto3 } from './support/programs.ts'

const root = resolve(import.meta.dirname, '../../..')
const timeout = 120_000

/** The network of tasks is one on a machine: whoever has it is waited for. */
async function dockerInstance(hostPaths: readonly string[], clock: () => number): Promise<TestInstance> {
  const timers: Timers = {
    at(at, work) {
      const timer = setTimeout(work, Math.max(0, at - clock()))
      return () => clearTimeout(timer)
    },
  }
  for (;;) {
    try {
      return await testInstance({}, { clock, timers, tasks: { runtime: 'docker', hostPaths, credentialsTtlSeconds: 900 } })
    } catch (error) {
      if (!String(error).includes('another instance')) throw error
      await pause(200)
    }
  }
}

/** What an image of clients would hold, from this machine: Node with the SDK, Python with boto3 and the aws-cli. */
const python = spawnSync('python3', ['-c', 'import sys; print(sys.executable, sys.prefix)'], { encoding: 'utf8' }).stdout.trim().split(' ')
const machine = ['/usr', '/lib', '/lib64', root, python[1] ?? '/usr'].filter((path) => existsSync(path))

class World {
  readonly instance: TestInstance
  readonly ecs: ECSClient
  readonly shared: string
  /** How far the clock of the instance is ahead of that of its clients: less than the 15 minutes that signatures allow. */
  static aheadMilliseconds = -800_000
  readonly #tasks: string[] = []
  #families = 0

  constructor(instance: TestInstance, shared: string) {
    this.instance = instance
    this.shared = shared
    this.ecs = ecsClient(instance.url, instance.rootKey())
  }

  static async open(): Promise<World> {
    makeShellImage()
    const shared = mkdtempSync(join(tmpdir(), 'tidegate-shared-'))
    chmodSync(shared, 0o777)
    const world = new World(await dockerInstance([...machine, shared], () => Date.now() + World.aheadMilliseconds), shared)
    const iam = iamClient(world.instance.url, world.instance.rootKey())
    const trusted = (service: string, condition = {}) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole', Condition: condition },
      })
    const own = {
      ArnLike: { 'aws:SourceArn': `arn:aws:ecs:us-east-1:${mainAccount}:*` },
      StringEquals: { 'aws:SourceAccount': mainAccount },
    }
    await newRole(iam, 'web', { trust: trusted('ecs-tasks.amazonaws.com', own), document: policyOf({ Action: 's3:ListAllMyBuckets' }) })
    await newRole(iam, 'lambda', { trust: trusted('lambda.amazonaws.com') })
    const elsewhere = { StringEquals: { 'aws:SourceAccount': '999999999999' } }
    await newRole(iam, 'elsewhere', { trust: trusted('ecs-tasks.amazonaws.com', elsewhere) })
    await world.ecs.send(new CreateClusterCommand({ clusterName: 'default' }))
    return world
  }

  async close(): Promise<void> {
    await Promise.all(this.#tasks.map((arn) => this.stop(arn)))
    await this.instance.close()
    rmSync(this.shared, { recursive: true, force: true })
  }

  /** A task of one container with the clients of this machine and a shared folder. */
  async run(command: readonly string[], role: string | undefined = 'web'): Promise<string> {
    const family = `client-${++this.#families}`
    const volumes = [...machine, this.shared].map((path, i) => ({ name: `v${i}`, host: { sourcePath: path } }))
    await this.ecs.send(
      new RegisterTaskDefinitionCommand({
        family,
        ...(role !== '' && { taskRoleArn: `arn:aws:iam::${mainAccount}:role/${role}` }),
        volumes,
        containerDefinitions: [
          {
            name: 'app',
            image: shellImage,
            memory: 512,
            stopTimeout: 2,
            command: [...command],
            environment: [{ name: 'SHARED', value: this.shared }],
            mountPoints: [...machine, this.shared].map((path, i) => ({
              sourceVolume: `v${i}`,
              containerPath: path,
              readOnly: path !== this.shared,
            })),
          },
        ],
      }),
    )
    const { tasks, failures } = await this.ecs.send(new RunTaskCommand({ taskDefinition: family }))
    const arn = tasks?.[0]?.taskArn
    if (arn === undefined) throw new Error(JSON.stringify(failures))
    this.#tasks.push(arn)
    return arn
  }

  async stop(arn: string): Promise<Task> {
    await this.ecs.send(new StopTaskCommand({ task: arn }))
    return this.ended(arn)
  }

  async ended(arn: string): Promise<Task> {
    for (;;) {
      const { tasks } = await this.ecs.send(new DescribeTasksCommand({ tasks: [arn] }))
      if (tasks?.[0]?.lastStatus === 'STOPPED') return tasks[0]
      await pause(50)
    }
  }

  /** Reads what a container wrote, once it is there. */
  async written(name: string): Promise<string> {
    for (;;) {
      const path = join(this.shared, name)
      const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
      if (text.endsWith('\n')) return text.trim()
      await pause(20)
    }
  }

  write(name: string): void {
    writeFileSync(join(this.shared, name), '\n')
  }
}

let opening: Promise<World> | undefined

function world(context: TestContext): Promise<World> {
  docker(context)
  return (opening ??= World.open())
}

// Before the tests, since another instance of the machine may have the network for a while. Where there is no Docker each test says so.
beforeAll(async () => {
  let isThere = true
  const skip = (): void => void (isThere = false)
  docker({ skip: skip as TestContext['skip'] })
  if (isThere) await (opening ??= World.open())
}, 300_000)
afterAll(async () => (await opening)?.close(), timeout)

const identity = (arn: string): string => `arn:aws:sts::${mainAccount}:assumed-role/web/${arn.slice(arn.lastIndexOf('/') + 1)}`
const shell = (line: string): string[] => ['/bin/sh', '-c', line]

/** A program of Node that has the SDK. It writes through a rename, so that whoever reads gets all. */
const node = (body: string): string[] => [
  process.execPath,
  '-e',
  `const { createRequire } = require('node:module'); const fs = require('node:fs')
const { STSClient, GetCallerIdentityCommand } = createRequire('${join(root, 'packages/tidegate/package.json')}')('@aws-sdk/client-sts')
const write = (name, text) => fs.writeFileSync(process.env.SHARED + '/' + name, text + '\\n')
const exists = (name) => fs.existsSync(process.env.SHARED + '/' + name)
const until = async (claim) => { while (!claim()) await new Promise((resolve) => setTimeout(resolve, 20)) }
;(async () => { ${body} })().catch((error) => { write('problem', String(error.stack)); process.exit(1) })`,
]

describe.concurrent('a task in a container', { timeout }, () => {
  test.for([
    ['lambda', 'a trust policy for another service'],
    ['elsewhere', 'a trust policy for another account'],
  ] as const)('with the role %s, which has %s, does not start, and says so', async ([role], context) => {
    const { expect } = context
    const here = await world(context)
    const { stoppedReason, containers } = await here.ended(await here.run(shell('exit 0'), role))
    expect(stoppedReason).toMatch(new RegExp(`role/${role}|sts:AssumeRole`))
    expect(containers?.[0]?.exitCode).toBeUndefined()
  })

  test('without a role has no credentials (T-22)', async (context) => {
    const { expect } = context
    const here = await world(context)
    await here.run(
      node(
        `await new STSClient({}).send(new GetCallerIdentityCommand({})).then(() => write('none', 'has some'), (error) => write('none', error.name))`,
      ),
      '',
    )
    expect(await here.written('none')).toBe('CredentialsProviderError')
  })

  test('does not get the credentials of another one (T-21)', async (context) => {
    const { expect } = context
    const here = await world(context)
    const victim = await here.run(shell('echo $AWS_CONTAINER_CREDENTIALS_RELATIVE_URI > $SHARED/victim; exec sleep 1000'))
    await here.written('victim')
    await here.run(
      shell(
        'wget -qO /dev/null http://169.254.170.2$(cat $SHARED/victim) 2> $SHARED/thief.new; echo >> $SHARED/thief.new; mv $SHARED/thief.new $SHARED/thief',
      ),
    )
    expect(await here.written('thief')).toMatch(/403 Forbidden/)
    await here.stop(victim)
  })

  test('with the JavaScript SDK is its role, with no setting', async (context) => {
    const { expect } = context
    const here = await world(context)
    const arn = await here.run(
      node(`const metadata = await (await fetch(process.env.ECS_CONTAINER_METADATA_URI_V4 + '/task')).json()
        write('javascript', (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn + ' ' + metadata.TaskARN)`),
    )
    expect(await here.written('javascript')).toBe(`${identity(arn)} ${arn}`)
  })

  test('with the aws-cli is its role', async (context) => {
    const { expect } = context
    awsCli(context)
    boto3(context)
    const here = await world(context)
    const cli = `${python[0]} -m awscli sts get-caller-identity --query Arn --output text`
    const arn = await here.run(shell(`${cli} > $SHARED/cli.new 2>&1; mv $SHARED/cli.new $SHARED/cli`))
    expect(await here.written('cli')).toBe(identity(arn))
  })

  test('that has ended is nobody any more, whoever still holds its credentials', async (context) => {
    const { expect } = context
    const here = await world(context)
    const arn = await here.run(
      shell(
        'wget -qO $SHARED/held.new http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI; echo >> $SHARED/held.new; mv $SHARED/held.new $SHARED/held; exec sleep 1000',
      ),
    )
    const held = JSON.parse(await here.written('held')) as Record<'AccessKeyId' | 'SecretAccessKey' | 'Token', string>
    const sts = stsClient(here.instance.url, {
      accessKeyId: held.AccessKeyId,
      secretAccessKey: held.SecretAccessKey,
      sessionToken: held.Token,
    })
    expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(identity(arn))
    await here.stop(arn)
    expect(await refusalOf(sts.send(new GetCallerIdentityCommand({})))).toMatchObject({ status: 403 })
  })
})

// The clock of the instance goes from 800 seconds behind its clients' to 200 ahead: what lives 900 seconds has expired then, and nobody waited.
test('boto3 and the JavaScript SDK go on when what they held has expired', { timeout }, async (context) => {
  const { expect } = context
  boto3(context)
  const here = await world(context)
  const program = `import boto3, os, time
sts, shared = boto3.client('sts'), os.environ['SHARED'] + '/'
def tell(name):
    arn = sts.get_caller_identity()['Arn']
    open(shared + name, 'w').write(arn + ' ' + sts._request_signer._credentials.access_key + '\\n')
tell('boto-first')
while not os.path.exists(shared + 'go'): time.sleep(0.02)
tell('boto-second')`
  const [boto, javascript] = await Promise.all([
    here.run([python[0] ?? 'python3', '-c', program]),
    here.run(
      node(`const sts = new STSClient({})
        const tell = async (name) => write(name, (await sts.send(new GetCallerIdentityCommand({}))).Arn + ' ' + (await sts.config.credentials()).accessKeyId)
        await tell('js-first')
        await until(() => exists('go'))
        const now = Date.now
        Date.now = () => now() + 1_000_000
        await tell('js-second')`),
    ),
  ])
  const told = async (when: string) =>
    (await Promise.all([here.written(`boto-${when}`), here.written(`js-${when}`)])).map((line) => line.split(' '))
  const before = await told('first')
  World.aheadMilliseconds = 200_000
  here.write('go')
  const after = await told('second')
  for (const told of [before, after]) expect(told.map(([arn]) => arn)).toEqual([identity(boto), identity(javascript)])
  for (const [i, [, accessKeyId]] of before.entries()) expect(after[i]?.[1]).not.toBe(accessKeyId)
})
