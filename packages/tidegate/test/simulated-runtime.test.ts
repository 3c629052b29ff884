/** The runtime that scheduler tests run on has to keep the promises of the port. */
import { test } from 'vitest'
import type { ContainerRef, ContainerSpec, RuntimeListener } from '../src/services/ecs/runtime-port.ts'
import { SimulatedRuntime } from './support/simulated-runtime.ts'
import { VirtualTime } from './support/virtual-time.ts'

const web: ContainerSpec = {
  taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/default/0123456789abcdef0123456789abcdef',
  name: 'web',
  image: 'web:1',
  environment: {},
  readonlyRootFilesystem: false,
  privileged: false,
  initProcessEnabled: false,
  interactive: false,
  pseudoTerminal: false,
  capabilities: { add: [], drop: [] },
  ulimits: [],
  sysctls: {},
  tmpfs: [],
  extraHosts: [],
  dnsServers: [],
  mounts: [],
  volumesFrom: [],
  ports: [],
  labels: {},
}

class Ears implements RuntimeListener {
  readonly heard: string[] = []
  exited({ name }: ContainerRef, exit: { exitCode?: number }): void {
    this.heard.push(`${name} exited ${exit.exitCode}`)
  }
  health({ name }: ContainerRef, status: string): void {
    this.heard.push(`${name} ${status}`)
  }
  output({ name }: ContainerRef, lines: readonly { text: string }[]): Promise<void> {
    this.heard.push(...lines.map(({ text }) => `${name} says ${text}`))
    return Promise.resolve()
  }
}

test('a container that is started twice is one container', async ({ expect }) => {
  const time = new VirtualTime()
  const runtime = new SimulatedRuntime({ clock: time.clock, timers: time })
  await runtime.attach(new Ears())
  expect(await runtime.start(web)).toBe(await runtime.start(web))
  expect(runtime.starts).toHaveLength(1)
})

test('one that does not end when it is asked to is killed', async ({ expect }) => {
  const time = new VirtualTime()
  const runtime = new SimulatedRuntime({ clock: time.clock, timers: time, scriptOf: () => ({ endsAfter: 'never' }) })
  const ears = new Ears()
  await runtime.attach(ears)
  await runtime.start(web)
  await runtime.stop(web, 30)
  await time.advance(29_999)
  expect(ears.heard).toEqual([])
  await time.advance(1)
  expect(ears.heard).toEqual(['web exited 137'])
})

test('what happens while nobody listens is there for who attaches next, said lines too', async ({ expect }) => {
  const time = new VirtualTime()
  const scriptOf = () => ({ says: [{ after: 10, text: 'hello' }], exits: { after: 20, exitCode: 3 } })
  const runtime = new SimulatedRuntime({ clock: time.clock, timers: time, scriptOf })
  await runtime.attach(new Ears())
  await runtime.start(web)
  await runtime.close()
  await time.advance(100)
  const ears = new Ears()
  const found = await runtime.attach(ears)
  expect(found).toMatchObject([{ name: 'web', exit: { exitCode: 3 } }])
  await time.advance(0)
  expect(ears.heard).toEqual(['web says hello'])
})

test('an image that is not there is an error of pulling', async ({ expect }) => {
  const time = new VirtualTime()
  const runtime = new SimulatedRuntime({ clock: time.clock, timers: time })
  await expect(runtime.pull({ taskArn: web.taskArn, image: 'missing:1' })).rejects.toMatchObject({ kind: 'CannotPullContainerError' })
})
