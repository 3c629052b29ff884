/**
 * What does it cost to run a task here, and to hand it its credentials?
 *
 * Credentials: the endpoint of tasks beside a bare `node:http` answer of the same length, one request after the other over one connection,
 * 16 tasks in turn so that nobody is slowed down; the 99th percentile and the median, and the ratio of them.
 * Docker: RunTask to RUNNING, asked of the runtime as the scheduler does (create, start, inspect, follow the output), beside `docker run -d` of the
 * same image and command, in turn. Left out where no engine answers.
 * Processes: 500 containers started at once, until all run, and until all have ended; memory of the supervisor meanwhile.
 *
 *   npm run bench -- tasks [--quick]
 *
 * A full run appends to `results/tasks.jsonl`.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, createServer, get } from 'node:http'
import { enableCompileCache } from 'node:module'
import type { AddressInfo } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { listenForTasks } from '../packages/tidegate/src/endpoints/listen.ts'
import { DockerRuntime } from '../packages/tidegate/src/runtime/docker/docker-runtime.ts'
import { DockerEngine } from '../packages/tidegate/src/runtime/docker/engine.ts'
import { ensureTaskNetwork } from '../packages/tidegate/src/runtime/docker/network.ts'
import { ProcessRuntime } from '../packages/tidegate/src/runtime/process/process-runtime.ts'
import { dockerSocket, makeShellImage, shellImage } from '../packages/tidegate/test/support/docker.ts'
import { containerSpec, newTaskArn, Recorder } from '../packages/tidegate/test/support/runtime-contract.ts'
import { taskIdentity, taskWorld } from '../packages/tidegate/test/support/task-world.ts'

type Figures = Readonly<Record<string, number>>

/** When this run began: its lines belong together. */
const run = new Date().toISOString()
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-'))
enableCompileCache(join(folder, 'compiled'))
const onProblem = (message: string, error: unknown): void => void process.stderr.write(`${message}: ${String(error)}\n`)
try {
  tell('credentials, microseconds', await credentials(values.quick ? 2_000 : 20_000))
  const docker = await dockerStarts(values.quick ? 3 : 15)
  if (docker !== undefined) tell('docker, milliseconds to running', docker)
  // As after the first start of an instance: the supervisor finds itself compiled, and has no compiler in its memory.
  await processes(1, 'first', 2_000)
  tell('processes, milliseconds', await processes(values.quick ? 100 : 500, 'processes', 0))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function credentials(count: number): Promise<Figures> {
  const cleanups: (() => unknown)[] = []
  const world = await taskWorld(
    { onTestFinished: (work) => void cleanups.push(work as () => unknown) },
    { kind: 'loopback', url: 'http://127.0.0.1:7000', monotonic: () => performance.now() * 1000 },
  )
  const tasks = Array.from({ length: 16 }, (_, i) => taskIdentity(i.toString(16)))
  for (const task of tasks) await world.server.open(task)
  const listener = await listenForTasks({
    host: '127.0.0.1',
    port: 0,
    answer: (request) => world.server.answer(request),
    report: onProblem,
  })
  const asked = tasks.map((task) => {
    const environment = world.server.environmentOf(task, 'app')
    const path = new URL(environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '').pathname
    return { path, headers: { host: '127.0.0.1:7000', authorization: environment['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? '' } }
  })
  const [first] = asked
  if (first === undefined) throw new Error('no task')
  const body = (await fetched(listener.port, first)).body
  const bare = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body),
  )
  await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve))
  const { port } = bare.address() as AddressInfo
  const [own, floor]: [number[], number[]] = [[], []]
  for (let i = 0; i < count; i++) {
    const each = asked[i % asked.length] ?? first
    const answer = await fetched(listener.port, each)
    if (answer.status !== 200) throw new Error(`the endpoint answered ${answer.status}`)
    if (i > count / 10) own.push(answer.microseconds)
    const least = await fetched(port, each)
    if (i > count / 10) floor.push(least.microseconds)
  }
  bare.close()
  bare.closeAllConnections()
  await listener.close()
  for (const cleanup of cleanups) await cleanup()
  const [p99, bareP99, median, bareMedian] = [at(own, 0.99), at(floor, 0.99), at(own, 0.5), at(floor, 0.5)]
  return { n: own.length, p99, bareP99, p99Ratio: p99 / bareP99, median, bareMedian, medianRatio: median / bareMedian }
}

function fetched(
  port: number,
  { path, headers }: { path: string; headers: Record<string, string> },
): Promise<{ status: number; body: string; microseconds: number }> {
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers, agent }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, microseconds: (performance.now() - startedAt) * 1000 }))
    }).on('error', reject)
  })
}

async function dockerStarts(count: number): Promise<Figures | undefined> {
  const engine = await DockerEngine.connect({ socketPath: dockerSocket }).catch(() => undefined)
  if (engine === undefined) return undefined
  makeShellImage()
  await ensureTaskNetwork(engine)
  const runtime = new DockerRuntime({ engine, instance: `bench-${process.pid}`, folder: join(folder, 'docker'), hostPaths: [], onProblem })
  await runtime.attach(new Recorder())
  const [own, bare]: [number[], number[]] = [[], []]
  for (let i = 0; i < count; i++) {
    const spec = containerSpec({ taskArn: newTaskArn(), name: 'app', image: shellImage, command: ['sleep', '1000'] })
    const startedAt = performance.now()
    await runtime.pull(spec)
    await runtime.start(spec)
    own.push(performance.now() - startedAt)
    await runtime.remove(spec)
    const bareAt = performance.now()
    const id = execFileSync('docker', ['run', '-d', '--network', 'tidegate-tasks', shellImage, 'sleep', '1000'], {
      encoding: 'utf8',
    }).trim()
    bare.push(performance.now() - bareAt)
    execFileSync('docker', ['rm', '-f', id])
  }
  await runtime.close()
  return { n: count, median: at(own, 0.5), bareMedian: at(bare, 0.5), ratio: at(own, 0.5) / at(bare, 0.5) }
}

/** @param idleMilliseconds how long all of them run */
async function processes(count: number, name: string, idleMilliseconds: number): Promise<Figures> {
  const runtime = new ProcessRuntime({ folder: join(folder, name), onProblem })
  const recorder = new Recorder()
  await runtime.attach(recorder)
  const specs = Array.from({ length: count }, () => containerSpec({ taskArn: newTaskArn(), name: 'app', command: ['sleep', '1000'] }))
  const startedAt = performance.now()
  const started = await Promise.all(specs.map((spec) => runtime.start(spec)))
  const running = performance.now() - startedAt
  const supervisor = /PPid:\t(\d+)/.exec(readFileSync(`/proc/${started[0]?.runtimeId}/status`, 'utf8'))?.[1] ?? ''
  const supervisorMiB = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${supervisor}/status`, 'utf8'))?.[1]) / 1024
  await new Promise((resolve) => setTimeout(resolve, idleMilliseconds))
  const stoppedAt = performance.now()
  await Promise.all(specs.map((spec) => runtime.stop(spec, 10)))
  while (recorder.exits.size < count) await new Promise((resolve) => setTimeout(resolve, 5))
  const stopped = performance.now() - stoppedAt
  for (const spec of specs) await runtime.remove(spec)
  await runtime.close()
  return { n: count, untilAllRun: running, untilAllEnded: stopped, supervisorMiB }
}

function at(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function tell(measure: string, figures: Figures): void {
  const rounded = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value * 100) / 100]))
  process.stdout.write(`${measure}: ${JSON.stringify(rounded)}\n`)
  if (values.quick) return
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim()
  const results = join(import.meta.dirname, 'results')
  mkdirSync(results, { recursive: true })
  const line = { run, date: new Date().toISOString(), commit, node: process.version, cpu: cpus()[0]?.model ?? '', measure, ...rounded }
  appendFileSync(join(results, 'tasks.jsonl'), `${JSON.stringify(line)}\n`)
}
