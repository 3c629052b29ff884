/** Services that are kept as they are wanted: what fails, what is refused, then what is rolled out. */
import { describe, test } from 'vitest'
import { alice, EcsWorld } from '../../../../test/support/ecs-world.ts'
import { serviceDeployments } from '../service-state.ts'

const app = { name: 'app', image: 'app:1', memory: 64, essential: true }
const checked = { ...app, healthCheck: { command: ['CMD', 'true'] } }
const breaker = (rollback: boolean) => ({
  deploymentConfiguration: { maximumPercent: 200, minimumHealthyPercent: 100, deploymentCircuitBreaker: { enable: true, rollback } },
})

/** Lets time pass in steps, with what must hold at each of them. */
async function watch(world: EcsWorld, seconds: number, invariant: () => void): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await world.time.advance(1_000)
    invariant()
  }
}

describe('a service that cannot start its tasks', () => {
  test('waits longer and longer between them, and says so', async ({ expect }) => {
    const world = await EcsWorld.open()
    world.runtime.scriptOf = () => ({ exits: { after: 10, exitCode: 1 } })
    await world.serve('web', await world.define('web', [app]))
    await world.time.advance(60_000)
    // At 0, 1, 3, 7, 15, 31 seconds, and a little.
    expect(world.runtime.starts).toHaveLength(6)
    expect(world.events('web')).toContain(
      '(service web) is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.',
    )
  })

  test('tells why a launch failed', async ({ expect }) => {
    const world = await EcsWorld.open()
    await world.serve('web', await world.define('web', [{ ...app, image: 'missing:1' }]))
    await world.time.advance(500)
    expect(world.events('web')).toContain(
      '(service web) failed to launch a task with (error CannotPullContainerError: pull access denied for missing:1, repository does not exist).',
    )
  })

  test('breaks the circuit after three, and starts no more', async ({ expect }) => {
    const world = await EcsWorld.open()
    world.runtime.scriptOf = () => ({ exits: { after: 10, exitCode: 1 } })
    await world.serve('web', await world.define('web', [app]), breaker(false))
    await world.time.advance(120_000)
    const [primary] = world.service('web').deployments
    expect(primary).toMatchObject({
      rolloutState: 'FAILED',
      rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
      failedTasks: 3,
    })
    expect(world.runtime.starts).toHaveLength(3)
    expect(world.events('web')).toContain(`(service web) (deployment ${primary?.id}) deployment failed: tasks failed to start.`)
  })

  test('goes back to what worked, on behalf of who brought that in', async ({ expect }) => {
    const world = await EcsWorld.open()
    world.runtime.scriptOf = ({ image }) => (image === 'app:2' ? { exits: { after: 10, exitCode: 1 } } : {})
    const good = await world.define('web', [app])
    await world.serve('web', good, { ...breaker(true), desiredCount: 2 })
    await world.time.advance(10_000)
    const before = world.runtime.running.map(({ taskArn }) => taskArn)
    await world.redeploy('web', await world.define('web', [{ ...app, image: 'app:2' }]))
    await watch(world, 120, () => expect(world.runtime.running.length).toBeGreaterThanOrEqual(2))
    const { deployments, workload } = world.service('web')
    expect(workload.revision).toBe(1)
    expect(deployments).toMatchObject([{ rolloutState: 'COMPLETED', isRollback: true, createdBy: [alice] }])
    expect(world.runtime.running).toHaveLength(2)
    expect(world.runtime.running.every(({ spec }) => spec.image === 'app:1')).toBe(true)
    expect(before).toHaveLength(2)
    expect(world.events('web')).toContain(`(service web) rolling back to deployment ${deployments[0]?.id}.`)
    const records = world.state.read((view) => view.list(serviceDeployments, '111122223333').map(({ value }) => value.status))
    expect(records.toSorted()).toEqual(['ROLLBACK_SUCCESSFUL', 'SUCCESSFUL'])
  })
})

test('a service has as many tasks as are wanted, and more or fewer when that changes', async ({ expect }) => {
  const world = await EcsWorld.open()
  await world.serve('web', await world.define('web', [app]), { desiredCount: 3 })
  await world.time.advance(5_000)
  expect(world.wanted).toHaveLength(3)
  expect(world.service('web').deployments).toMatchObject([
    { rolloutState: 'COMPLETED', rolloutStateReason: expect.stringMatching(/^ECS deployment ecs-svc\/\d{19} completed\.$/) },
  ])
  expect(world.events('web')).toEqual([
    expect.stringMatching(/^\(service web\) has started 3 tasks: \(task [0-9a-f]{32}\) \(task [0-9a-f]{32}\) \(task [0-9a-f]{32}\)\.$/),
    expect.stringMatching(/^\(service web\) \(deployment ecs-svc\/\d{19}\) deployment completed\.$/),
    '(service web) has reached a steady state.',
  ])
  await world.change('web', (service) => ({ ...(service ?? world.service('web')), desiredCount: 1 }))
  await world.time.advance(5_000)
  expect(world.wanted).toHaveLength(1)
  expect(world.events('web').at(-1)).toBe('(service web) has reached a steady state.')
  expect(world.tasks.find(({ lastStatus }) => lastStatus === 'STOPPED')).toMatchObject({
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason: `Scaling activity initiated by (deployment ${world.service('web').deployments[0]?.id})`,
  })
})

test('a task that ends is replaced, one that somebody stopped too', async ({ expect }) => {
  const world = await EcsWorld.open()
  await world.serve('web', await world.define('web', [app]), { desiredCount: 2 })
  await world.time.advance(90_000)
  const [first, second] = world.wanted
  world.runtime.kill({ taskArn: world.arn(first ?? { cluster: '', id: '' }), name: 'app' })
  if (second !== undefined) await world.stop(second)
  await world.time.advance(5_000)
  expect(world.runtime.running).toHaveLength(2)
  expect(world.runtime.starts).toHaveLength(4)
})

test('a task whose health check fails is replaced, after its grace period', async ({ expect }) => {
  const world = await EcsWorld.open()
  world.runtime.scriptOf = () => ({ health: [{ after: 1_000, status: 'UNHEALTHY' }] })
  await world.serve('web', await world.define('web', [checked]), { healthCheckGracePeriodSeconds: 10 })
  await world.time.advance(9_000)
  expect(world.runtime.starts).toHaveLength(1)
  await world.time.advance(10_000)
  expect(world.tasks.some(({ stoppedReason }) => stoppedReason === 'Task failed container health checks')).toBe(true)
  expect(world.events('web').some((event) => /^\(service web\) \(task [0-9a-f]{32}\) failed container health checks\.$/.test(event))).toBe(
    true,
  )
})

test('tasks carry who made the service, and its tags', async ({ expect }) => {
  const world = await EcsWorld.open()
  const tags = [{ key: 'team', value: 'payments' }]
  await world.serve('web', await world.define('web', [app]), { tags, propagateTags: 'SERVICE', enableECSManagedTags: true })
  await world.time.advance(0)
  expect(world.wanted).toMatchObject([
    {
      tags: [...tags, { key: 'aws:ecs:clusterName', value: 'default' }, { key: 'aws:ecs:serviceName', value: 'web' }],
      group: 'service:web',
      startedBy: world.service('web').deployments[0]?.id,
    },
  ])
  expect(world.endpoints.opened[0]?.actorChain.map(({ subject }) => subject)).toEqual([
    world.endpoints.opened[0]?.taskArn,
    'arn:aws:ecs:us-east-1:111122223333:service/default/web',
    'alice',
  ])
})

describe('a rolling deployment', () => {
  const limits = [
    { minimumHealthyPercent: 100, maximumPercent: 200 },
    { minimumHealthyPercent: 50, maximumPercent: 100 },
    { minimumHealthyPercent: 50, maximumPercent: 150 },
    { minimumHealthyPercent: 0, maximumPercent: 100 },
  ]
  test.for(limits)('keeps to %j all the way', async (deploymentConfiguration, { expect }) => {
    const world = await EcsWorld.open()
    world.runtime.scriptOf = () => ({ startsAfter: 1_500, endsAfter: 2_500 })
    await world.serve('web', await world.define('web', [app]), { desiredCount: 4, deploymentConfiguration })
    await world.time.advance(20_000)
    expect(world.service('web').deployments).toHaveLength(1)
    await world.redeploy('web', await world.define('web', [{ ...app, image: 'app:2' }]))
    const fewest = (4 * deploymentConfiguration.minimumHealthyPercent) / 100
    const most = (4 * deploymentConfiguration.maximumPercent) / 100
    await watch(world, 60, () => {
      const running = world.tasks.filter(({ lastStatus, desiredStatus }) => lastStatus === 'RUNNING' && desiredStatus === 'RUNNING')
      expect(running.length).toBeGreaterThanOrEqual(fewest)
      expect(world.tasks.filter(({ lastStatus }) => lastStatus !== 'STOPPED').length).toBeLessThanOrEqual(most)
    })
    expect(world.service('web').deployments).toMatchObject([{ rolloutState: 'COMPLETED' }])
    expect(world.runtime.running.map(({ spec }) => spec.image)).toEqual(['app:2', 'app:2', 'app:2', 'app:2'])
  })

  test('leaves protected tasks until their protection ends', async ({ expect }) => {
    const world = await EcsWorld.open()
    await world.serve('web', await world.define('web', [app]))
    await world.time.advance(5_000)
    const [task] = world.wanted
    if (task === undefined) throw new Error('no task')
    const until = world.time.clock() + 30_000
    await world.state.transact((tx) =>
      tx.put({ name: 'ecs.tasks' }, '111122223333', `us-east-1/default/${task.id}`, { ...world.task(task), protection: { until } }),
    )
    await world.redeploy('web')
    await world.time.advance(20_000)
    expect(world.task(task).desiredStatus).toBe('RUNNING')
    await world.time.advance(20_000)
    expect(world.task(task).desiredStatus).toBe('STOPPED')
    expect(world.service('web').deployments).toMatchObject([{ rolloutState: 'COMPLETED' }])
  })
})

test('a service that is deleted drains, and then stays as INACTIVE', async ({ expect }) => {
  const world = await EcsWorld.open()
  world.runtime.scriptOf = () => ({ endsAfter: 3_000 })
  await world.serve('web', await world.define('web', [app]), { desiredCount: 2 })
  await world.time.advance(5_000)
  await world.change('web', (service) => ({ ...(service ?? world.service('web')), status: 'DRAINING', desiredCount: 0 }))
  await world.time.advance(1_000)
  expect(world.service('web').status).toBe('DRAINING')
  await world.time.advance(5_000)
  expect(world.service('web')).toMatchObject({ status: 'INACTIVE', deployments: [] })
  expect(world.runtime.containers).toEqual([])
})

test('crash after crash under load, nothing is lost and nothing is there twice', async ({ expect }) => {
  const world = await EcsWorld.open()
  world.runtime.scriptOf = () => ({ startsAfter: 700, endsAfter: 900 })
  const [first, second] = [await world.define('web', [app]), await world.define('web', [{ ...app, image: 'app:2' }])]
  for (const name of ['a', 'b', 'c']) await world.serve(name, first, { desiredCount: 5 })
  for (let round = 0; round < 25; round++) {
    // Each crash comes at another moment of launches, stops and deployments.
    await world.time.advance(137 * (round % 11))
    await world.crash()
    const victim = world.runtime.running[round % Math.max(1, world.runtime.running.length)]
    if (victim !== undefined && round % 3 === 0) world.runtime.kill(victim)
    if (victim !== undefined && round % 3 === 1) world.runtime.lose(victim)
    await world.time.advance(50)
    await world.recover()
    if (round % 5 === 2) await world.redeploy('b', round % 2 === 0 ? first : second)
    const counted = world.runtime.running.map(({ taskArn }) => taskArn)
    expect(new Set(counted).size).toBe(counted.length)
  }
  await world.time.advance(900_000)
  for (const name of ['a', 'b', 'c']) expect(world.wanted.filter(({ service }) => service?.name === name)).toHaveLength(5)
  const running = world.runtime.running.map(({ taskArn }) => taskArn).toSorted()
  expect(running).toEqual(world.wanted.map((task) => world.arn(task)).toSorted())
})
