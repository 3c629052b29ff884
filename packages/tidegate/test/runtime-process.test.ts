import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { type TestContext, test } from 'vitest'
import { socketPath } from '../src/runtime/process/folder.ts'
import { ProcessRuntime } from '../src/runtime/process/process-runtime.ts'
import { type Behaviour, containerSpec, newTaskArn, Recorder, runtimeContract } from './support/runtime-contract.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const shell = (line: string) => ({ command: ['/bin/sh', '-c', line] })

const onTerm = 'trap "exit 0" TERM; echo ready; while :; do sleep 0.05; done'

const healthCheck = (exitCode: number) => ({
  command: ['CMD-SHELL', `exit ${exitCode}`],
  intervalSeconds: 0.05,
  timeoutSeconds: 5,
  retries: 2,
  startPeriodSeconds: 0,
})

async function until(claim: () => boolean): Promise<void> {
  while (!claim()) await pause(5)
}

runtimeContract('process', (context) => {
  const folder = join(temporaryFolder(context), 'processes')
  const sign = join(folder, '..', 'sign')
  const specs: Record<Behaviour, object> = {
    'runs until asked to end': shell(onTerm),
    'does not hear that it should end': shell('trap "" TERM; echo ready; while :; do sleep 0.05; done'),
    'ends with 3': shell('exit 3'),
    'says one, two and a complaint, and ends': shell('echo one; echo two; echo a complaint >&2'),
    'is no program': { command: ['/no/such/program'] },
    'is healthy': { ...shell(onTerm), healthCheck: healthCheck(0) },
    'is unhealthy': { ...shell(onTerm), healthCheck: healthCheck(1) },
    'says early, waits for a sign, says late, ends with 4': shell(
      `echo early; while [ ! -e ${sign} ]; do sleep 0.02; done; echo late; exit 4`,
    ),
  }
  return {
    open: () => Promise.resolve(new ProcessRuntime({ folder, onProblem: (message) => process.stderr.write(`${message}\n`) })),
    spec: (behaviour) => specs[behaviour],
    until,
    giveSign: () => writeFileSync(sign, ''),
  }
})

async function opened(context: TestContext) {
  const folder = join(temporaryFolder(context), 'processes')
  const runtime = new ProcessRuntime({ folder, onProblem: () => {} })
  const recorder = new Recorder()
  await runtime.attach(recorder)
  const spec = { taskArn: newTaskArn(), name: 'main' }
  context.onTestFinished(async () => {
    await runtime.remove(spec).catch(() => {}) // a test may have closed it
    await runtime.close()
  })
  return { runtime, recorder, folder, spec }
}

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))

const linux = process.platform === 'linux'

test('a mount that a process can not have is refused, never left out', async (context) => {
  const { expect } = context
  const { runtime, spec } = await opened(context)
  const mounts = [{ volume: 'data', containerPath: '/data', readOnly: false }]
  await expect(runtime.start(containerSpec({ ...spec, ...shell('true'), mounts }))).rejects.toMatchObject({
    kind: 'CannotCreateContainerError',
    message: "the process runtime can't mount the volume data to /data",
  })
})

test.for([
  [{}, 'the process runtime has no images: the container main needs a command'],
  [{ command: ['no-such-program'] }, 'exec: "no-such-program": executable file not found in $PATH'],
  [{ ...shell('true'), user: 'nobody-knows-them' }, 'unable to find user nobody-knows-them: no matching entries in passwd file'],
] as const)('what can not be started is refused in words: %j', async ([given, message], context) => {
  const { expect } = context
  const { runtime, spec } = await opened(context)
  await expect(runtime.start(containerSpec({ ...spec, ...given }))).rejects.toMatchObject({ kind: 'CannotStartContainerError', message })
})

test('a process finds the environment that it was given, a search path, an empty home, and nothing of ours', async (context) => {
  const { expect } = context
  const { runtime, recorder, spec } = await opened(context)
  process.env['TIDEGATE_TEST_SECRET'] = 'ours'
  context.onTestFinished(() => void delete process.env['TIDEGATE_TEST_SECRET'])
  const environment = { 'a.b': '1', EMPTY: '', TEXT: 'two words' }
  const print =
    'console.log(JSON.stringify([process.env, require("fs").readdirSync(process.env.HOME), process.cwd() === process.env.HOME]))'
  await runtime.start(containerSpec({ ...spec, command: [process.execPath, '-e', print], environment }))
  await until(() => recorder.exitOf(spec) !== undefined)
  const [env, home, isAtHome] = JSON.parse(recorder.textsOf(spec).join('')) as [Record<string, string>, string[], boolean]
  expect(env).toMatchObject(environment)
  expect(Object.keys(env).toSorted()).toEqual(['EMPTY', 'HOME', 'PATH', 'TEXT', 'TIDEGATE_CONTAINER_ID', 'a.b'])
  expect([home, isAtHome]).toEqual([[], true])
})

test.skipIf(!linux)('what a process started ends with it, also what left its group', async (context) => {
  const { expect } = context
  const { runtime, recorder, spec } = await opened(context)
  const line = 'sleep 1000 & echo $!; setsid sleep 1000 >/dev/null 2>&1 & echo $!; sleep 0.2; exit 0'
  await runtime.start(containerSpec({ ...spec, ...shell(line) }))
  await until(() => recorder.exitOf(spec) !== undefined)
  const children = recorder.textsOf(spec).map(Number)
  expect(children).toHaveLength(2)
  await until(() => !children.some(isAlive))
})

test.skipIf(!linux)('when the supervisor is killed its processes are found again, and end when they are told to', async (context) => {
  const { expect } = context
  const { runtime, recorder, spec } = await opened(context)
  const { runtimeId } = await runtime.start(containerSpec({ ...spec, ...shell('exec sleep 1000') }))
  const parent = Number(/PPid:\t(\d+)/.exec(readFileSync(`/proc/${runtimeId}/status`, 'utf8'))?.[1])
  process.kill(parent, 'SIGKILL')
  await until(() => !isAlive(parent))
  await runtime.stop(spec, 30)
  await until(() => recorder.exitOf(spec) !== undefined)
  expect(recorder.exitOf(spec)).toMatchObject({ reason: 'it ended while nobody watched it: its exit code is not known' })
})

test('a supervisor that dies before its first word is not waited for: another one is started', async (context) => {
  const { expect } = context
  const { runtime, recorder, folder, spec } = await opened(context)
  mkdirSync(folder, { recursive: true })
  const dying = createServer((socket) => void socket.destroy()).listen(socketPath(folder))
  await once(dying, 'listening')
  dying.once('connection', () => dying.close())
  await runtime.start(containerSpec({ ...spec, ...shell('exit 3') }))
  await until(() => recorder.exitOf(spec) !== undefined)
  expect(recorder.exitOf(spec)).toMatchObject({ exitCode: 3 })
})

test('a container whose record can not be written does not run; one whose end can not be written ended all the same', async (context) => {
  const { expect } = context
  const { runtime, recorder, folder, spec } = await opened(context)
  const refused = { ...spec, name: 'refused' }
  const sign = join(folder, 'sign')
  const line = `until [ -e ${sign} ]; do sleep 0.02; done; exit 5`
  await runtime.start(containerSpec({ ...spec, ...shell(line) }))
  await runtime.start(containerSpec({ ...refused, ...shell('exit 0') }))
  const [first, second] = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  await runtime.remove(refused)
  // What a full disk does: the record can't be put in its place.
  for (const { name } of [first, second].filter((each) => each !== undefined))
    mkdirSync(join(folder, name, 'process.json.new'), { recursive: true })
  await expect(runtime.start(containerSpec({ ...refused, ...shell('sleep 1000') }))).rejects.toMatchObject({
    kind: 'CannotStartContainerError',
  })
  writeFileSync(sign, '')
  await until(() => recorder.exitOf(spec) !== undefined)
  expect(recorder.exitOf(spec)).toMatchObject({ exitCode: 5 })
})

test('a runtime that was closed opens nothing again: its process can end', async (context) => {
  const { expect } = context
  const { runtime, folder, spec } = await opened(context)
  await runtime.start(containerSpec({ ...spec, ...shell('exec sleep 1000') }))
  // As a task that is being cleared away when the instance ends.
  const [removed, closed] = [runtime.remove(spec), runtime.close()]
  await expect(removed).rejects.toThrow('the supervisor of the process runtime is gone')
  await closed
  await expect(runtime.remove(spec)).rejects.toThrow('the supervisor of the process runtime is gone')
  const next = new ProcessRuntime({ folder, onProblem: () => {} })
  await next.attach(new Recorder())
  await next.remove(spec)
  await next.close()
})

test('of two supervisors one has the folder: the other one goes', async (context) => {
  const { expect } = context
  const { runtime, recorder, folder, spec } = await opened(context)
  await runtime.start(containerSpec({ ...spec, ...shell('exec sleep 1000') }))
  const script = join(import.meta.dirname, '../src/runtime/process/supervisor.ts')
  expect(spawnSync(process.execPath, [script, folder]).status).toBe(0)
  const second = new ProcessRuntime({ folder, onProblem: () => {} })
  context.onTestFinished(() => second.close())
  await second.attach(new Recorder())
  await second.stop(spec, 30)
  await until(() => recorder.exitOf(spec) !== undefined)
  // Whose end nobody watched would have no exit code.
  expect(recorder.exitOf(spec)).toMatchObject({ exitCode: 143 })
})

test('secrets of the environment are in no file and no argument (T-27)', async (context) => {
  const { expect } = context
  const { runtime, recorder, spec, folder } = await opened(context)
  const canary = `canary-${process.pid}-7c1f`
  await runtime.start(containerSpec({ ...spec, ...shell('echo ready; exec sleep 1000'), environment: { SECRET: canary } }))
  await until(() => recorder.linesOf(spec).length > 0)
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files.length).toBeGreaterThan(1)
  for (const file of files) expect(readFileSync(join(file.parentPath, file.name), 'latin1')).not.toContain(canary)
  expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(canary)
})
