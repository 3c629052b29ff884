import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, type TestContext, test } from 'vitest'
import { DockerRuntime } from '../src/runtime/docker/docker-runtime.ts'
import { DockerEngine } from '../src/runtime/docker/engine.ts'
import { ensureTaskNetwork } from '../src/runtime/docker/network.ts'
import type { ContainerSpec } from '../src/services/ecs/runtime-port.ts'
import { docker, dockerSocket, makeShellImage, shellImage } from './support/docker.ts'
import { type Behaviour, containerSpec, newTaskArn, Recorder, runtimeContract } from './support/runtime-contract.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

let count = 0

function prepare(context: TestContext) {
  docker(context)
  makeShellImage()
  const root = temporaryFolder(context)
  const shared = join(root, 'shared')
  mkdirSync(shared)
  const instance = `test-${process.pid}-${++count}`
  const open = async (): Promise<DockerRuntime> => {
    const engine = await DockerEngine.connect({ socketPath: dockerSocket })
    await ensureTaskNetwork(engine)
    const onProblem = (message: string, error: unknown): void => void process.stderr.write(`${message}: ${String(error)}\n`)
    return new DockerRuntime({ engine, instance, folder: join(root, 'docker'), hostPaths: [shared], onProblem })
  }
  return { open, shared }
}

const shell = (line: string): Partial<ContainerSpec> => ({ image: shellImage, command: ['/bin/sh', '-c', line] })
const onTerm = 'trap "exit 0" TERM; echo ready; while :; do sleep 0.05; done'

async function until(claim: () => boolean): Promise<void> {
  while (!claim()) await pause(5)
}

const healthCheck = (exitCode: number) => ({
  command: ['CMD-SHELL', `exit ${exitCode}`],
  intervalSeconds: 0.1,
  timeoutSeconds: 10,
  retries: 2,
  startPeriodSeconds: 0,
})

runtimeContract(
  'docker',
  (context) => {
    const { open, shared } = prepare(context)
    const mounts = [{ volume: 'signs', hostPath: shared, containerPath: '/signs', readOnly: true }]
    const specs: Record<Behaviour, Partial<ContainerSpec>> = {
      'runs until asked to end': shell(onTerm),
      'does not hear that it should end': shell('trap "" TERM; echo ready; while :; do sleep 0.05; done'),
      'ends with 3': shell('exit 3'),
      'says one, two and a complaint, and ends': shell('echo one; echo two; echo a complaint >&2'),
      'is no program': { image: shellImage, command: ['/no/such/program'] },
      'is healthy': { ...shell(onTerm), healthCheck: healthCheck(0) },
      'is unhealthy': { ...shell(onTerm), healthCheck: healthCheck(1) },
      'says early, waits for a sign, says late, ends with 4': {
        ...shell('echo early; while [ ! -e /signs/now ]; do sleep 0.02; done; echo late; exit 4'),
        mounts,
      },
    }
    return { open, spec: (behaviour) => specs[behaviour], until, giveSign: () => writeFileSync(join(shared, 'now'), '') }
  },
  { timeout: 90_000 },
)

async function opened(context: TestContext) {
  const { open, shared } = prepare(context)
  const runtime = await open()
  const recorder = new Recorder()
  await runtime.attach(recorder)
  const spec = { taskArn: newTaskArn(), name: 'main' }
  context.onTestFinished(async () => {
    await runtime.remove(spec)
    await runtime.close()
  })
  const run = async (given: Partial<ContainerSpec>): Promise<readonly string[]> => {
    await runtime.start(containerSpec({ ...spec, ...given }))
    await until(() => recorder.exitOf(spec) !== undefined)
    return recorder.textsOf(spec)
  }
  return { runtime, recorder, spec, shared, run }
}

const plainNetwork = { ports: [], extraHosts: [], dnsServers: [], sysctls: {} }

async function containersOf(taskArn: string): Promise<number> {
  const engine = await DockerEngine.connect({ socketPath: dockerSocket })
  const filters = encodeURIComponent(JSON.stringify({ label: [`tidegate.task=${taskArn}`] }))
  const found = await engine.call('GET', `/containers/json?all=true&filters=${filters}`)
  engine.close()
  return Array.isArray(found) ? found.length : Number.NaN
}

describe.concurrent('docker', { timeout: 90_000 }, () => {
  test('an image that is nowhere can not be pulled, in the words of the engine', async (context) => {
    const { expect } = context
    const { runtime, spec } = await opened(context)
    const refusal: unknown = await runtime
      .pull({ taskArn: spec.taskArn, image: '127.0.0.1:1/no-such-image:1' })
      .catch((error: unknown) => error)
    expect(refusal).toMatchObject({ kind: 'CannotPullContainerError', message: expect.stringMatching(/^Error response from daemon: /) })
  })

  test.for([
    [{ privileged: true }, 'a privileged container would give this task the machine'],
    [{ capabilities: { add: ['NET_ADMIN'], drop: [] } }, 'the capability NET_ADMIN would give this task the machine'],
    [{ capabilities: { add: ['CAP_NET_RAW'], drop: [] } }, 'the capability CAP_NET_RAW would give this task the machine'],
    [
      { mounts: [{ volume: 'etc', hostPath: '/etc', containerPath: '/etc', readOnly: true }] },
      'the host path /etc is not open to tasks: `tidegate up --task-host-path /etc` opens it to all of them',
    ],
  ] as const)('what would hand the machine to a task is refused: %j', async ([given, message], context) => {
    const { expect } = context
    const { runtime, spec } = await opened(context)
    await expect(runtime.start(containerSpec({ ...spec, ...shell('true'), ...given }))).rejects.toMatchObject({
      kind: 'CannotCreateContainerError',
      message,
    })
  })

  test('a container gets what its definition says: environment, user, folder, entry point, limits, a file system to read only', async (context) => {
    const { expect } = context
    const { run } = await opened(context)
    const lines = await run({
      image: shellImage,
      entryPoint: ['/bin/sh', '-c'],
      command: [
        'echo "$GREETING $(id -u):$(id -g) $PWD $(ulimit -n) $(nproc)"; echo x 2>/dev/null > /file || echo read only; touch /cache/x && echo cache',
      ],
      environment: { GREETING: 'hello world' },
      user: '1000:1001',
      workingDirectory: '/tmp',
      readonlyRootFilesystem: true,
      memoryMiB: 64,
      cpuLimit: 512,
      ulimits: [{ name: 'nofile', soft: 77, hard: 99 }],
      tmpfs: [{ path: '/cache', sizeMiB: 1, options: ['mode=1777'] }],
    })
    expect(lines).toEqual([expect.stringMatching(/^hello world 1000:1001 \/tmp 77 \d+$/), 'read only', 'cache'])
  })

  test('what a container takes of memory beyond its limit kills it, and that is the reason', async (context) => {
    const { expect } = context
    const { run, recorder, spec } = await opened(context)
    await run({ ...shell('tail /dev/zero'), memoryMiB: 16 })
    expect(recorder.exitOf(spec)).toMatchObject({ exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' })
  })

  test('a port of a container is one of the machine, free where none is named', async (context) => {
    const { expect } = context
    const { runtime, spec } = await opened(context)
    const line = 'echo ok > /tmp/index.html; exec httpd -f -p 8080 -h /tmp'
    const { ports, address } = await runtime.start(
      containerSpec({ ...spec, ...shell(line), ports: [{ containerPort: 8080, hostPort: 0, protocol: 'tcp' }] }),
    )
    expect(ports).toEqual([{ containerPort: 8080, hostPort: expect.any(Number), protocol: 'tcp', bindIp: '0.0.0.0' }])
    expect(await runtime.ownerOf(address ?? '')).toBe(spec.taskArn)
    expect(await runtime.ownerOf('169.254.170.254')).toBeUndefined()
    const answer = async (): Promise<string> => (await fetch(`http://127.0.0.1:${ports[0]?.hostPort}/`)).text().catch(() => '')
    let text = await answer().catch(() => '')
    while (text === '') text = await answer().catch(() => pause(20).then(() => ''))
    expect(text).toBe('ok\n')
  })

  test('containers of a task share a volume that goes with the task', async (context) => {
    const { expect } = context
    const { runtime, recorder, spec, run } = await opened(context)
    const mounts = [{ volume: 'shared', containerPath: '/shared', readOnly: false }]
    await run({ ...shell('echo from the first > /shared/file'), mounts })
    const second = { ...spec, name: 'second' }
    await runtime.start(
      containerSpec({ ...second, ...shell('cat /shared/file'), mounts: mounts.map((mount) => ({ ...mount, readOnly: true })) }),
    )
    await until(() => recorder.exitOf(second) !== undefined)
    expect(recorder.textsOf(second)).toEqual(['from the first'])
    await runtime.remove(second)
    await runtime.remove(spec)
    const engine = await DockerEngine.connect({ socketPath: dockerSocket })
    const filters = encodeURIComponent(JSON.stringify({ label: [`tidegate.task=${spec.taskArn}`] }))
    expect(await engine.call('GET', `/volumes?filters=${filters}`)).toMatchObject({ Volumes: [] })
    engine.close()
  })

  test('containers that share the network of their task have one address and one localhost, and it outlives each of them', async (context) => {
    const { expect } = context
    const { runtime, recorder, spec } = await opened(context)
    const other = { ...spec, name: 'sidecar' }
    context.onTestFinished(() => runtime.remove(other))
    const port = { containerPort: 8080, hostPort: 0, protocol: 'tcp' as const }
    const sharedNetwork = {
      ports: [port],
      hostname: 'shared',
      extraHosts: [{ hostname: 'elsewhere', address: '192.0.2.1' }],
      dnsServers: [],
      sysctls: { 'net.core.somaxconn': '99' },
    }
    const first = await runtime.start(containerSpec({ ...spec, ...shell('echo began'), sharedNetwork }))
    await until(() => recorder.exitOf(spec) !== undefined)
    const line =
      'echo hello > /tmp/index.html; httpd -p 8080 -h /tmp; hostname; grep elsewhere /etc/hosts; cat /proc/sys/net/core/somaxconn; exec tail -f /dev/null'
    const server = await runtime.start(containerSpec({ ...other, ...shell(line), ports: [port], sharedNetwork }))
    expect(server.ports).toEqual([{ containerPort: 8080, hostPort: expect.any(Number), protocol: 'tcp', bindIp: '0.0.0.0' }])
    expect(server.address).toBe(first.address)
    expect(await runtime.ownerOf(server.address ?? '')).toBe(spec.taskArn)
    const third = { ...spec, name: 'asks' }
    context.onTestFinished(() => runtime.remove(third))
    const started = await runtime.start(
      containerSpec({ ...third, ...shell('until wget -q -O - http://127.0.0.1:8080/; do sleep 0.05; done'), sharedNetwork }),
    )
    expect(started.ports).toEqual([])
    await until(() => recorder.exitOf(third) !== undefined)
    expect(recorder.textsOf(third)).toContain('hello')
    expect(recorder.textsOf(other)).toEqual(['shared', expect.stringContaining('192.0.2.1'), '99'])
    await runtime.remove(spec)
    await runtime.remove(third)
    expect(await containersOf(spec.taskArn)).toBe(2)
    await runtime.remove(other)
    expect(await containersOf(spec.taskArn)).toBe(0)
  })

  test('nothing is left of a network that no container came to', async (context) => {
    const { expect } = context
    const { runtime, spec } = await opened(context)
    const refusal = runtime.start(containerSpec({ ...spec, image: shellImage, command: ['/no/such/program'], sharedNetwork: plainNetwork }))
    await expect(refusal).rejects.toMatchObject({ kind: 'CannotStartContainerError' })
    expect(await containersOf(spec.taskArn)).toBe(0)
  })

  test('containers whose network somebody takes away end, and say why', async (context) => {
    const { expect } = context
    const { runtime, recorder, spec } = await opened(context)
    await runtime.start(containerSpec({ ...spec, ...shell(onTerm), sharedNetwork: plainNetwork }))
    spawnSync('docker', ['rm', '-f', `ecs-${spec.taskArn.split('/').at(-1)}-.network`])
    await until(() => recorder.exitOf(spec) !== undefined)
    expect(recorder.exitOf(spec)).toMatchObject({ reason: 'the network of the task is gone' })
  })

  test('a container that somebody removes behind our back ended', async (context) => {
    const { expect } = context
    const { runtime, recorder, spec } = await opened(context)
    await runtime.start(containerSpec({ ...spec, ...shell(onTerm) }))
    spawnSync('docker', ['rm', '-f', `ecs-${spec.taskArn.split('/').at(-1)}-main`])
    await until(() => recorder.exitOf(spec) !== undefined)
    expect(recorder.exitOf(spec)).toMatchObject({ exitCode: 137 })
  })

  test('an instance that starts again finds the network of a task, and who asks from it', async (context) => {
    const { expect } = context
    const { open } = prepare(context)
    const before = await open()
    await before.attach(new Recorder())
    const spec = containerSpec({ taskArn: newTaskArn(), name: 'main', ...shell(onTerm), sharedNetwork: plainNetwork })
    const started = await before.start(spec)
    await before.close()
    const runtime = await open()
    context.onTestFinished(() => runtime.close())
    const found = await runtime.attach(new Recorder())
    expect(found.find(({ name }) => name === 'main')).toMatchObject({ taskArn: spec.taskArn, started })
    expect(await runtime.ownerOf(started.address ?? '')).toBe(spec.taskArn)
    const late = await runtime.start(containerSpec({ ...spec, name: 'late', ...shell('exit 0') }))
    expect(late.address).toBe(started.address)
    // As a scheduler does that does not know the task.
    for (const ref of found) await runtime.remove(ref)
    await runtime.remove({ ...spec, name: 'late' })
    expect(await containersOf(spec.taskArn)).toBe(0)
  })

  test('the lines of a container with a terminal are lines too', async (context) => {
    const { expect } = context
    const { run } = await opened(context)
    expect(await run({ ...shell('echo one; echo two'), pseudoTerminal: true })).toEqual(['one', 'two'])
  })

  test('where no engine answers, that is told in words', async (context) => {
    const { expect } = context
    await expect(DockerEngine.connect({ socketPath: join(temporaryFolder(context), 'none.sock') })).rejects.toThrow(
      /^no Docker Engine listens on `/,
    )
  })
})

/** An engine that has one container and then goes away. */
async function engineThatGoes(context: TestContext) {
  const socketPath = join(temporaryFolder(context), 'engine.sock')
  const labels = { 'tidegate.task': 'arn:aws:ecs:us-east-1:111122223333:task/web/1', 'tidegate.container': 'main' }
  const container = {
    Id: 'c1',
    Config: { Labels: labels },
    State: { Running: true, StartedAt: '2026-11-25T12:00:00Z' },
    NetworkSettings: {},
  }
  const removed: string[] = []
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/^\/v[\d.]+/, '').split('?')[0] ?? ''
    if (request.method === 'DELETE') removed.push(path)
    if (path === '/events' || path.endsWith('/logs')) return void response.writeHead(200).write('')
    const answers: Record<string, unknown> = {
      '/version': { ApiVersion: '1.45', MinAPIVersion: '1.24', Version: '26' },
      '/containers/json': [{ Id: 'c1' }],
      '/containers/c1/json': container,
    }
    response.end(JSON.stringify(answers[path] ?? {}))
  })
  const come = (): Promise<void> => new Promise((done) => server.listen(socketPath, done))
  await come()
  return {
    engine: await DockerEngine.connect({ socketPath }),
    removed,
    come,
    go: (): Promise<void> => {
      const gone = new Promise<void>((done) => server.close(() => done()))
      server.closeAllConnections()
      return gone
    },
  }
}

test('where the engine goes away for good its tasks end with that reason, never silently', async (context) => {
  const { expect } = context
  const { engine, go } = await engineThatGoes(context)
  const problems: string[] = []
  const runtime = new DockerRuntime({
    engine,
    instance: 'gone',
    folder: join(temporaryFolder(context), 'docker'),
    hostPaths: [],
    patienceMilliseconds: 1,
    onProblem: (message) => problems.push(message),
  })
  context.onTestFinished(() => runtime.close())
  const recorder = new Recorder()
  const [found] = await runtime.attach(recorder)
  expect(found).toMatchObject({ name: 'main', started: { runtimeId: 'c1' } })
  await go()
  await until(() => recorder.exits.size > 0)
  expect([...recorder.exits.values()]).toMatchObject([{ reason: 'the Docker engine does not answer any more' }])
  expect(problems).toContain('the Docker engine does not answer: tasks can not be started or watched')
  const spec = containerSpec({ taskArn: newTaskArn(), name: 'main', image: 'any' })
  await expect(runtime.start(spec)).rejects.toMatchObject({
    kind: 'CannotCreateContainerError',
    message: expect.stringContaining('no Docker Engine listens on'),
  })
  await expect(runtime.pull(spec)).rejects.toMatchObject({ kind: 'CannotPullContainerError' })
})

test('an engine that is away for a moment fails no launch, and what could not be removed is removed when it is back', async (context) => {
  const { expect } = context
  const { engine, removed, go, come } = await engineThatGoes(context)
  const folder = join(temporaryFolder(context), 'docker')
  const runtime = new DockerRuntime({ engine, instance: 'away', folder, hostPaths: [], onProblem: () => {} })
  context.onTestFinished(async () => {
    await runtime.close()
    await go()
  })
  const recorder = new Recorder()
  await runtime.attach(recorder)
  await go()
  const pulled = runtime.pull({ taskArn: newTaskArn(), image: 'any' })
  const left = { taskArn: newTaskArn(), name: 'left' }
  await expect(runtime.remove(left)).rejects.toMatchObject({ name: 'EngineUnreachable' })
  await come()
  await expect(pulled).resolves.toBeDefined()
  await until(() => removed.length > 0)
  expect(removed).toEqual([`/containers/ecs-${left.taskArn.split('/').at(-1)}-left`])
  expect(recorder.exits.size).toBe(0)
})
