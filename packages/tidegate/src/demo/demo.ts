/** The demonstration: an identity provider, an organization, what an administrator would have made, and the tour. */
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DeleteServiceCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServicesCommand,
  ListTasksCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs'
import { readRootKey } from '../accounts.ts'
import type { DataFolder } from '../data-folder.ts'
import type { Instance } from '../instance.ts'
import { asContainer, programPaths } from './container-program.ts'
import { type Endpoint, layFoundation } from './foundation.ts'
import { type DemoIdentityProvider, startDemoIdentityProvider } from './identity-provider.ts'
import { region, staging, writeOrganization } from './organization.ts'
import { cluster } from './policies.ts'
import { asProcess } from './tasks.ts'
import { takeTour } from './tour.ts'

export interface Demo {
  /** The configuration file of the organization. */
  readonly configuration: string
  /** What of this machine its tasks may see. */
  readonly hostPaths: readonly string[]
  greeting(instance: Pick<Instance, 'url'>): string
  /** Lays the foundation and takes the tour. Answers 0, or the number of the step that failed. */
  tour(instance: Pick<Instance, 'url' | 'auditKey' | 'runtime'>, write: (text: string) => void): Promise<number>
  /** What to try now that the tour is over and the instance stays up. */
  farewell(instance: Pick<Instance, 'url'>): string
  /** While the instance still serves: ends what was started, for tasks would go on. */
  end(instance: Pick<Instance, 'url'>): Promise<void>
  close(): Promise<void>
}

/** Before the instance is opened. @param url where it will listen: browsers are sent back there */
export async function prepareDemo(folder: DataFolder, url: string): Promise<Demo> {
  const provider = await startProvider([`${url}/console/`])
  const asRoot = ({ url: at }: Pick<Instance, 'url'>): Endpoint => {
    const { accessKeyId, secretAccessKey } = readRootKey(folder.rootKey(staging))
    return { url: at, credentials: { accessKeyId, secretAccessKey } }
  }
  return {
    configuration: writeOrganization(join(folder.path, 'demo'), provider),
    hostPaths: programPaths(),
    greeting: (instance) =>
      [
        `listening on  ${instance.url}`,
        `console       ${instance.url}/console/   sign in as alice, bob or carol`,
        `identity      ${provider.issuer}   whoever clicks on a name is that person`,
        `data          ${folder.path}`,
        '',
      ].join('\n'),
    async tour(instance, write) {
      const program = instance.runtime === 'docker' ? await asContainer() : asProcess
      await layFoundation(asRoot(instance))
      return takeTour({ url: instance.url, data: folder.path, auditKey: instance.auditKey, program, write })
    },
    farewell: ({ url: at }) =>
      [
        '',
        'it stays up until Ctrl-C. To look around:',
        `  in a browser    ${at}/console/   sign in as carol, who may see everything`,
        `  as alice        npx tidegate ctx add demo --url ${at} && npx tidegate login`,
        `  as the root     eval "$(npx tidegate env --data ${folder.path})"; npx tidegate ecs ls`,
        '',
      ].join('\n'),
    end: (instance) => endTasks(asRoot(instance)),
    async close() {
      await provider.close()
      // A folder that was made for this demonstration goes with it.
      if (folder.path.startsWith(join(tmpdir(), 'tidegate-demo-'))) rmSync(folder.path, { recursive: true, force: true })
    },
  }
}

/** Resolves when nothing of it is left on the machine, or after a while. */
async function endTasks({ url, credentials }: Endpoint): Promise<void> {
  const ecs = new ECSClient({ endpoint: url, region, credentials })
  const { serviceArns = [] } = await ecs.send(new ListServicesCommand({ cluster }))
  for (const service of serviceArns) await ecs.send(new DeleteServiceCommand({ cluster, service, force: true }))
  const { taskArns: running = [] } = await ecs.send(new ListTasksCommand({ cluster }))
  for (const task of running) await ecs.send(new StopTaskCommand({ cluster, task }))
  const { taskArns: stopping = [] } = await ecs.send(new ListTasksCommand({ cluster, desiredStatus: 'STOPPED' }))
  const tasks = [...running, ...stopping].slice(0, 100)
  for (let attempt = 0; attempt < 200 && tasks.length > 0; attempt++) {
    const { tasks: described = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks }))
    if (described.every(({ lastStatus }) => lastStatus === 'STOPPED')) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  ecs.destroy()
}

/** The port stays the same where it can, because ARNs have it in them. */
async function startProvider(redirectUris: readonly string[]): Promise<DemoIdentityProvider> {
  try {
    return await startDemoIdentityProvider({ port: usualPort, redirectUris })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    return startDemoIdentityProvider({ port: 0, redirectUris })
  }
}

const usualPort = 4781
