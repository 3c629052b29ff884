/** Several gateways on one database. */
import { test } from 'vitest'
import { EcsWorld } from '../../../../test/support/ecs-world.ts'
import { SimulatedRuntime } from '../../../../test/support/simulated-runtime.ts'

const app = { name: 'app', image: 'app:1', memory: 64, essential: true }

test('one of two gateways schedules, also what was asked of the other; when it is gone the other takes over', async ({ expect }) => {
  const world = await EcsWorld.open('one')
  const other = new SimulatedRuntime({ clock: world.time.clock, timers: world.time })
  const second = world.neighbour(other)
  await second.start()
  await world.serve('web', await world.define('web', [app]), { desiredCount: 2 })
  const task = await world.run(await world.define('job', [app]))
  second.taskChanged({ accountId: '111122223333', region: 'us-east-1' }, task)
  await world.time.advance(10_000)
  expect(world.runtime.running).toHaveLength(3)
  expect(other.starts).toEqual([])
  await world.crash()
  await world.time.advance(60_000)
  // What ran with the gateway that is gone has ended; the service has its tasks again.
  expect(other.running).toHaveLength(2)
  expect(world.task(task)).toMatchObject({
    lastStatus: 'STOPPED',
    containers: [{ exit: { reason: 'CannotInspectContainerError: the container is gone' } }],
  })
})

test('T-81 what another gateway wrote is seen within a second', async ({ expect }) => {
  const world = await EcsWorld.open('one')
  const definition = await world.define('job', [app])
  world.isTold = false
  const task = await world.run(definition)
  await world.time.advance(1_000)
  expect(world.task(task).lastStatus).toBe('RUNNING')
  await world.crash()
})
