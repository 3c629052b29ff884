/** An instance that dies at any moment while its services change: afterwards exactly the processes run that are wanted. */
import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import { test } from 'vitest'
import { ecsClient } from './support/clients.ts'
import { type RunningInstance, startInstance } from './support/process.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const rounds = 5
const services = ['a', 'b']

test('kill -9 while services are changed: no process is lost, and none is there twice', { timeout: 400_000 }, async (context) => {
  const { expect } = context
  const data = join(temporaryFolder(context), 'data')
  // A number that no other process on the machine sleeps for.
  const seconds = String(100_000 + randomInt(800_000))
  let instance = await startInstance(data)
  const first = ecsOf(instance)
  await first.send(new CreateClusterCommand({ clusterName: 'default' }))
  const containerDefinitions = [{ name: 'app', image: 'none', memory: 64, command: ['sleep', seconds], stopTimeout: 2 }]
  await first.send(new RegisterTaskDefinitionCommand({ family: 'sleeper', containerDefinitions }))
  for (const serviceName of services)
    await first.send(new CreateServiceCommand({ serviceName, taskDefinition: 'sleeper', desiredCount: 2 }))
  for (let round = 0; round < rounds; round++) {
    const ecs = ecsOf(instance)
    const asked = services.map((service, at) =>
      ecs
        .send(new UpdateServiceCommand({ service, desiredCount: 1 + ((round + at) % 3), forceNewDeployment: round % 2 === 0 }))
        .catch(() => undefined),
    )
    // Also on a busy machine it dies in the middle of something.
    await Promise.race(asked)
    const died = new Promise((resolve) => setTimeout(resolve, randomInt(120))).then(() => instance.end('SIGKILL'))
    await Promise.all([...asked, died])
    instance = await startInstance(data)
  }
  const ecs = ecsOf(instance)
  const scale = (desiredCount: number) =>
    Promise.all(services.map((service) => ecs.send(new UpdateServiceCommand({ service, desiredCount }))))
  const soon = { timeout: 90_000, interval: 250 }
  await scale(3)
  const counts = async () => {
    const { services: found = [] } = await ecs.send(new DescribeServicesCommand({ services }))
    const { taskArns = [] } = await ecs.send(new ListTasksCommand({}))
    return {
      running: found.map(({ runningCount }) => runningCount),
      deployments: found.map(({ deployments }) => deployments?.length),
      tasks: taskArns.length,
      processes: sleepers(seconds),
    }
  }
  await expect.poll(counts, soon).toEqual({ running: [3, 3], deployments: [1, 1], tasks: 6, processes: 6 })
  await scale(0)
  await expect.poll(counts, soon).toEqual({ running: [0, 0], deployments: [1, 1], tasks: 0, processes: 0 })
  expect(await instance.end('SIGTERM')).toBe(0)
})

const ecsOf = (instance: RunningInstance) => ecsClient(instance.url, instance.rootKey())

/** How many processes of this machine sleep for so long. */
function sleepers(seconds: string): number {
  if (process.platform !== 'linux') return Number.NaN
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && commandLine(name) === `sleep\0${seconds}\0`).length
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
