/** The life of a task: every way in which it ends, then the way in which it runs. */
import { describe, test } from 'vitest'
import { EcsWorld } from '../../../../test/support/ecs-world.ts'
import { RuntimeError } from '../runtime-port.ts'

const app = { name: 'app', image: 'app:1', memory: 64, essential: true }
const role = 'arn:aws:iam::111122223333:role/app'

describe('a task that does not start says why', () => {
  test('a role that does not trust tasks ends the launch, with the id of the decision', async ({ expect }) => {
    const world = await EcsWorld.open()
    world.answer = () => world.refuse('AccessDenied', 'not authorized to perform: sts:AssumeRole')
    const task = await world.run(await world.define('web', [app], { executionRoleArn: role }))
    await world.time.advance(0)
    expect(world.task(task)).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'TaskFailedToStart',
      stoppedReason: `ECS was unable to assume the role '${role}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role. (request id: decision-1)`,
    })
    expect(world.runtime.starts).toEqual([])
    expect(world.calls).toMatchObject([
      {
        service: 'sts',
        operation: 'AssumeRole',
        input: { RoleArn: role, RoleSessionName: task.id },
        as: { kind: 'service', name: 'ecs-tasks.amazonaws.com', sourceArn: world.arn(task), actorChain: [{ subject: world.arn(task) }] },
      },
    ])
  })

  test('a secret that the execution role may not read is named, and its reason', async ({ expect }) => {
    const world = await EcsWorld.open()
    const secret = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf'
    world.answer = ({ service }) =>
      service === 'sts' ? { Credentials: { AccessKeyId: 'A', SessionToken: 't' } } : world.refuse('AccessDeniedException', 'not authorized')
    const container = { ...app, secrets: [{ name: 'DB', valueFrom: `${secret}:password::` }] }
    const task = await world.run(await world.define('web', [container], { executionRoleArn: role }))
    await world.time.advance(0)
    expect(world.task(task)).toMatchObject({
      stopCode: 'TaskFailedToStart',
      stoppedReason: `ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret ${secret} from secrets manager: AccessDeniedException: not authorized status code: 400, request id: decision-1`,
    })
  })

  test('a log stream that cannot be made is a reason', async ({ expect }) => {
    const world = await EcsWorld.open()
    world.log.refusal = new RuntimeError('ResourceInitializationError', 'the option awslogs-group is missing')
    const container = { ...app, logConfiguration: { logDriver: 'awslogs' as const, options: {} } }
    const task = await world.run(await world.define('web', [container], { executionRoleArn: role }))
    await world.time.advance(0)
    expect(world.task(task).stoppedReason).toBe(
      'ResourceInitializationError: failed to validate logger args: the option awslogs-group is missing',
    )
  })

  test('an image that is not there is the reason of its container', async ({ expect }) => {
    const world = await EcsWorld.open()
    const task = await world.run(await world.define('web', [{ ...app, image: 'missing:1' }]))
    await world.time.advance(0)
    const reason = 'CannotPullContainerError: pull access denied for missing:1, repository does not exist'
    expect(world.task(task)).toMatchObject({ lastStatus: 'STOPPED', stoppedReason: reason, containers: [{ reason }] })
  })

  test('a runtime that does not come back ends it after three minutes, and what comes up later is removed', async ({ expect }) => {
    const world = await EcsWorld.open()
    world.runtime.scriptOf = () => ({ startsAfter: 200_000 })
    const task = await world.run(await world.define('web', [app]))
    await world.time.advance(179_000)
    expect(world.task(task).lastStatus).toBe('PENDING')
    await world.time.advance(1_000)
    expect(world.task(task)).toMatchObject({
      lastStatus: 'STOPPED',
      stoppedReason: 'CannotStartContainerTimeout: Could not transition to started; timed out after waiting 3m0s',
    })
    await world.time.advance(60_000)
    expect(world.runtime.containers).toEqual([])
  })

  test('a runtime that does not answer at all ends what waits for it', async ({ expect }) => {
    const world = await EcsWorld.open()
    await world.crash()
    world.runtime.isBroken = true
    await world.recover()
    const task = await world.run(await world.define('web', [app]))
    await world.time.advance(200_000)
    expect(world.task(task)).toMatchObject({
      lastStatus: 'STOPPED',
      stoppedReason: 'ResourceInitializationError: the runtime simulated does not answer',
    })
  })
})

test('a task that runs has been launched in order, with the environment that every task is given', async ({ expect }) => {
  const world = await EcsWorld.open()
  const environment = [
    { name: 'MODE', value: 'slow' },
    { name: 'AWS_REGION', value: 'eu-west-1' },
    { name: 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', value: '/elsewhere' },
  ]
  const definition = await world.define('web', [{ ...app, environment }])
  const overrides = { containerOverrides: [{ name: 'app', command: ['serve'], environment: [{ name: 'MODE', value: 'fast' }] }] }
  const task = await world.run(definition, { overrides })
  expect(world.task(task)).toMatchObject({ lastStatus: 'PROVISIONING', desiredStatus: 'RUNNING' })
  await world.time.advance(0)
  expect(world.task(task)).toMatchObject({
    lastStatus: 'RUNNING',
    containers: [{ lastStatus: 'RUNNING', imageDigest: expect.stringMatching(/^sha256:/) }],
  })
  expect(world.runtime.running[0]?.spec).toMatchObject({
    image: 'app:1',
    command: ['serve'],
    environment: { MODE: 'fast', AWS_REGION: 'eu-west-1', AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: `/v2/credentials/${task.id}` },
    labels: { 'com.amazonaws.ecs.task-arn': world.arn(task) },
  })
})

describe('a task stops', () => {
  test('when somebody asks, with its time to end by itself', async ({ expect }) => {
    const world = await EcsWorld.open()
    world.runtime.scriptOf = () => ({ endsAfter: 5_000 })
    const task = await world.run(await world.define('web', [{ ...app, stopTimeout: 60 }]))
    await world.time.advance(0)
    await world.stop(task, 'enough')
    await world.time.advance(1_000)
    expect(world.task(task)).toMatchObject({ lastStatus: 'STOPPING', desiredStatus: 'STOPPED' })
    expect(world.runtime.stops).toMatchObject([{ name: 'app', timeoutSeconds: 60 }])
    await world.time.advance(5_000)
    expect(world.task(task)).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'UserInitiated',
      stoppedReason: 'enough',
      containers: [{ exit: { exitCode: 0 } }],
    })
    expect(world.endpoints.closed).toEqual([world.arn(task)])
    expect(world.runtime.containers).toEqual([])
  })

  test('when an essential container exits, and takes the others with it', async ({ expect }) => {
    const world = await EcsWorld.open()
    world.runtime.scriptOf = ({ name }) =>
      name === 'app' ? { exits: { after: 1_000, exitCode: 3, reason: 'OutOfMemoryError: Container killed due to memory usage' } } : {}
    const task = await world.run(await world.define('web', [app, { ...app, name: 'sidecar', essential: false }]))
    await world.time.advance(2_000)
    expect(world.task(task)).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      containers: [{ exit: { exitCode: 3, reason: 'OutOfMemoryError: Container killed due to memory usage' } }, { exit: { exitCode: 0 } }],
    })
  })

  test('not when another container exits', async ({ expect }) => {
    const world = await EcsWorld.open()
    world.runtime.scriptOf = ({ name }) => (name === 'sidecar' ? { exits: { after: 1_000, exitCode: 1 } } : {})
    const task = await world.run(await world.define('web', [app, { ...app, name: 'sidecar', essential: false }]))
    await world.time.advance(2_000)
    expect(world.task(task)).toMatchObject({ lastStatus: 'RUNNING', containers: [{ lastStatus: 'RUNNING' }, { lastStatus: 'STOPPED' }] })
  })

  test('while it is being launched', async ({ expect }) => {
    const world = await EcsWorld.open()
    world.runtime.scriptOf = () => ({ startsAfter: 10_000 })
    const task = await world.run(await world.define('web', [app]))
    await world.time.advance(1_000)
    await world.stop(task)
    await world.time.advance(10_000)
    expect(world.task(task)).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'UserInitiated' })
    expect(world.runtime.running).toEqual([])
  })

  test('what others depend on stops last', async ({ expect }) => {
    const world = await EcsWorld.open()
    world.runtime.scriptOf = () => ({ endsAfter: 1_000 })
    const dependsOn = [{ containerName: 'db', condition: 'START' as const }]
    const task = await world.run(
      await world.define('web', [
        { ...app, dependsOn },
        { ...app, name: 'db' },
      ]),
    )
    await world.time.advance(0)
    await world.stop(task)
    await world.time.advance(500)
    expect(world.runtime.stops.map(({ name }) => name)).toEqual(['app'])
    await world.time.advance(2_000)
    expect(world.runtime.stops.map(({ name }) => name)).toEqual(['app', 'db'])
  })

  test('an hour later it is forgotten', async ({ expect }) => {
    const world = await EcsWorld.open()
    world.runtime.scriptOf = () => ({ exits: { after: 1, exitCode: 0 } })
    await world.run(await world.define('web', [app]))
    await world.time.advance(3_599_000)
    expect(world.tasks).toHaveLength(1)
    await world.time.advance(5_000)
    expect(world.tasks).toEqual([])
  })
})

describe('containers wait for what they depend on', () => {
  const withCondition = (condition: 'START' | 'COMPLETE' | 'SUCCESS' | 'HEALTHY') => [
    { ...app, dependsOn: [{ containerName: 'init', condition }] },
    { ...app, name: 'init', essential: false, healthCheck: { command: ['CMD', 'true'] } },
  ]
  const started = (world: EcsWorld): string[] => world.runtime.starts.map(({ name }) => name)

  test('to start', async ({ expect }) => {
    const world = await EcsWorld.open()
    await world.run(await world.define('web', withCondition('START')))
    await world.time.advance(0)
    expect(started(world)).toEqual(['init', 'app'])
  })

  test('to end, however it ends', async ({ expect }) => {
    const world = await EcsWorld.open()
    world.runtime.scriptOf = ({ name }) => (name === 'init' ? { exits: { after: 5_000, exitCode: 1 } } : {})
    await world.run(await world.define('web', withCondition('COMPLETE')))
    await world.time.advance(4_000)
    expect(started(world)).toEqual(['init'])
    await world.time.advance(1_000)
    expect(started(world)).toEqual(['init', 'app'])
  })

  test('to end well: otherwise the task does not start', async ({ expect }) => {
    const world = await EcsWorld.open()
    world.runtime.scriptOf = ({ name }) => (name === 'init' ? { exits: { after: 5_000, exitCode: 1 } } : {})
    const task = await world.run(await world.define('web', withCondition('SUCCESS')))
    await world.time.advance(5_000)
    expect(world.task(task)).toMatchObject({
      lastStatus: 'STOPPED',
      stoppedReason: 'TaskDependencyError: container app depends on container init, which exited with code 1',
    })
  })

  test('to be healthy', async ({ expect }) => {
    const world = await EcsWorld.open()
    world.runtime.scriptOf = ({ name }) => (name === 'init' ? { health: [{ after: 3_000, status: 'HEALTHY' }] } : {})
    await world.run(await world.define('web', withCondition('HEALTHY')))
    await world.time.advance(2_000)
    expect(started(world)).toEqual(['init'])
    await world.time.advance(1_000)
    expect(started(world)).toEqual(['init', 'app'])
  })

  test('not longer than its start timeout', async ({ expect }) => {
    const world = await EcsWorld.open()
    const [first, second] = withCondition('HEALTHY')
    const task = await world.run(await world.define('web', [first ?? app, { ...(second ?? app), startTimeout: 20 }]))
    await world.time.advance(25_000)
    expect(world.task(task).stoppedReason).toBe(
      'TaskDependencyError: container app depends on container init, which was not HEALTHY in 20s',
    )
  })
})

describe('after a crash', () => {
  test('what runs is found again, and is not started twice', async ({ expect }) => {
    const world = await EcsWorld.open()
    const task = await world.run(await world.define('web', [app]))
    await world.time.advance(0)
    await world.restart()
    await world.time.advance(60_000)
    expect(world.task(task).lastStatus).toBe('RUNNING')
    expect(world.runtime.starts).toHaveLength(1)
    expect(world.endpoints.opened).toHaveLength(2)
  })

  test('what ended meanwhile has ended', async ({ expect }) => {
    const world = await EcsWorld.open()
    const task = await world.run(await world.define('web', [app]))
    await world.time.advance(0)
    await world.crash()
    world.runtime.kill({ taskArn: world.arn(task), name: 'app' }, { exitCode: 7 })
    await world.recover()
    expect(world.task(task)).toMatchObject({ lastStatus: 'STOPPED', containers: [{ exit: { exitCode: 7 } }] })
  })

  test('what is gone without a trace has ended too', async ({ expect }) => {
    const world = await EcsWorld.open()
    const task = await world.run(await world.define('web', [app]))
    await world.time.advance(0)
    await world.crash()
    world.runtime.lose({ taskArn: world.arn(task), name: 'app' })
    await world.recover()
    expect(world.task(task)).toMatchObject({
      lastStatus: 'STOPPED',
      containers: [{ exit: { reason: 'CannotInspectContainerError: the container is gone' } }],
    })
  })

  test('a container that nobody knows is removed', async ({ expect }) => {
    const world = await EcsWorld.open()
    const task = await world.run(await world.define('web', [app]))
    await world.time.advance(0)
    const [container] = world.runtime.running
    await world.stop(task)
    await world.time.advance(0)
    await world.crash()
    if (container !== undefined) await world.runtime.start(container.spec)
    await world.recover()
    expect(world.runtime.containers).toEqual([])
  })

  test('a launch and a stop go on where they were', async ({ expect }) => {
    const world = await EcsWorld.open()
    world.runtime.scriptOf = () => ({ startsAfter: 5_000, endsAfter: 5_000 })
    const task = await world.run(await world.define('web', [app]))
    await world.time.advance(1_000)
    await world.restart()
    await world.time.advance(10_000)
    expect(world.task(task).lastStatus).toBe('RUNNING')
    expect(world.runtime.running).toHaveLength(1)
    await world.stop(task)
    await world.time.advance(1_000)
    await world.restart()
    await world.time.advance(10_000)
    expect(world.task(task)).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'UserInitiated' })
    expect(world.runtime.containers).toEqual([])
  })

  test('lines that nobody took are told again', async ({ expect }) => {
    const world = await EcsWorld.open()
    const logConfiguration = { logDriver: 'awslogs' as const, options: {} }
    const task = await world.run(await world.define('web', [{ ...app, logConfiguration }], { executionRoleArn: role }))
    await world.time.advance(0)
    await world.crash()
    world.runtime.say({ taskArn: world.arn(task), name: 'app' }, 'while nobody listened')
    await world.recover()
    expect(world.log.lines).toEqual(['while nobody listened'])
  })
})
