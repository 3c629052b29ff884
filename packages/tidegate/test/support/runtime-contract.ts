/** What every runtime does alike, whether its containers are containers, processes or a script. */
import { type TestContext, describe, test } from 'vitest'
import type {
  ContainerExit,
  ContainerRef,
  ContainerSpec,
  HealthStatus,
  OutputLine,
  Runtime,
  RuntimeListener,
} from '../../src/services/ecs/runtime-port.ts'

/** What the containers of the suite do. */
export type Behaviour =
  | 'runs until asked to end'
  | 'does not hear that it should end'
  | 'ends with 3'
  | 'says one, two and a complaint, and ends'
  | 'is no program'
  | 'is healthy'
  | 'is unhealthy'
  | 'says early, waits for a sign, says late, ends with 4'

export interface RuntimeHarness {
  /** Opens it on what an earlier one left. */
  open(): Promise<Runtime>
  /** What makes a container behave so. */
  spec(behaviour: Behaviour): Partial<ContainerSpec>
  /** Resolves when the claim holds, which it does soon. */
  until(claim: () => boolean): Promise<void>
  /** What `says early, …` waits for. */
  giveSign(): void
}

let count = 0

export const newTaskArn = (): string =>
  `arn:aws:ecs:us-east-1:111122223333:task/web/${(++count).toString(16).padStart(4, '0')}${process.pid.toString(16).padStart(8, '0')}${'0'.repeat(20)}`

export function containerSpec(given: Partial<ContainerSpec> & ContainerRef): ContainerSpec {
  return {
    image: 'none',
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
    ...given,
  }
}

/** What was told, by container. */
export class Recorder implements RuntimeListener {
  readonly exits = new Map<string, ContainerExit>()
  readonly healths = new Map<string, HealthStatus>()
  readonly lines = new Map<string, OutputLine[]>()
  /** How many lines were told when the container ended. */
  readonly linesAtExit = new Map<string, number>()
  /** Where set, output is never taken. */
  isDeaf = false

  exited(container: ContainerRef, exit: ContainerExit): void {
    this.exits.set(keyOf(container), exit)
    this.linesAtExit.set(keyOf(container), this.linesOf(container).length)
  }

  health(container: ContainerRef, status: HealthStatus): void {
    this.healths.set(keyOf(container), status)
  }

  output(container: ContainerRef, lines: readonly OutputLine[]): Promise<void> {
    this.lines.set(keyOf(container), [...this.linesOf(container), ...lines])
    return this.isDeaf ? new Promise(() => {}) : Promise.resolve()
  }

  exitOf(container: ContainerRef): ContainerExit | undefined {
    return this.exits.get(keyOf(container))
  }

  linesOf(container: ContainerRef): readonly OutputLine[] {
    return this.lines.get(keyOf(container)) ?? []
  }

  textsOf(container: ContainerRef): readonly string[] {
    return this.linesOf(container).map(({ text }) => text)
  }
}

const keyOf = ({ taskArn, name }: ContainerRef): string => `${taskArn} ${name}`

export function runtimeContract(
  name: string,
  before: (context: TestContext) => Promise<RuntimeHarness> | RuntimeHarness,
  { timeout = 20_000 } = {},
): void {
  const start = async (context: TestContext) => {
    const harness = await before(context)
    const recorder = new Recorder()
    let runtime = await harness.open()
    await runtime.attach(recorder)
    const refs: ContainerRef[] = []
    context.onTestFinished(async () => {
      for (const ref of refs) await runtime.remove(ref)
      await runtime.close()
    })
    return {
      ...harness,
      recorder,
      get runtime() {
        return runtime
      },
      make(behaviour: Behaviour, given: Partial<ContainerSpec> = {}): ContainerSpec {
        const spec = containerSpec({ taskArn: newTaskArn(), name: 'main', ...harness.spec(behaviour), ...given })
        refs.push(spec)
        return spec
      },
      /** What a scheduler that starts again finds. */
      async again(listener: RuntimeListener) {
        await runtime.close()
        runtime = await harness.open()
        return runtime.attach(listener)
      },
    }
  }

  describe.concurrent(`contract of runtimes: ${name}`, { timeout }, () => {
    test('what can not run is refused with a reason, and nothing is left of it', async (context) => {
      const { expect } = context
      const world = await start(context)
      const refusal = await world.runtime.start(world.make('is no program')).catch((error: unknown) => error)
      expect(refusal).toMatchObject({ name: 'RuntimeError', kind: expect.stringMatching(/^Cannot(Create|Start)ContainerError$/) })
      expect(await world.again(new Recorder())).toEqual([])
    })

    test('stopping or removing what is not there is nothing', async (context) => {
      const { expect } = context
      const world = await start(context)
      const nothing = { taskArn: newTaskArn(), name: 'main' }
      await world.runtime.stop(nothing, 1)
      await world.runtime.remove(nothing)
      expect(await world.runtime.stats(nothing)).toBeUndefined()
    })

    test('what was started is not started twice', async (context) => {
      const { expect } = context
      const world = await start(context)
      const spec = world.make('runs until asked to end')
      const first = await world.runtime.start(spec)
      expect(first.runtimeId).not.toBe('')
      expect(await world.runtime.start(spec)).toEqual(first)
      expect(await world.runtime.stats(spec)).toBeDefined()
      expect(await world.again(new Recorder())).toMatchObject([{ taskArn: spec.taskArn, name: 'main', started: first }])
    })

    test('the exit code is told', async (context) => {
      const { expect } = context
      const world = await start(context)
      const spec = world.make('ends with 3')
      await world.runtime.start(spec)
      await world.until(() => world.recorder.exitOf(spec) !== undefined)
      expect(world.recorder.exitOf(spec)).toMatchObject({ exitCode: 3 })
    })

    test('output is told by stream and in order, before the end is', async (context) => {
      const { expect } = context
      const world = await start(context)
      const spec = world.make('says one, two and a complaint, and ends')
      await world.runtime.start(spec)
      await world.until(() => world.recorder.exitOf(spec) !== undefined)
      const lines = world.recorder.linesOf(spec)
      expect(lines.filter(({ stream }) => stream === 'stdout').map(({ text }) => text)).toEqual(['one', 'two'])
      expect(lines.filter(({ stream }) => stream === 'stderr').map(({ text }) => text)).toEqual(['a complaint'])
      expect(world.recorder.linesAtExit).toEqual(new Map([[keyOf(spec), 3]]))
    })

    test('what is asked to end may end by itself', async (context) => {
      const { expect } = context
      const world = await start(context)
      const spec = world.make('runs until asked to end')
      await world.runtime.start(spec)
      await world.until(() => world.recorder.linesOf(spec).length > 0)
      await world.runtime.stop(spec, 60)
      await world.until(() => world.recorder.exitOf(spec) !== undefined)
      expect(world.recorder.exitOf(spec)?.exitCode).toBe(0)
    })

    test('what does not end when it is asked to is killed', async (context) => {
      const { expect } = context
      const world = await start(context)
      const spec = world.make('does not hear that it should end')
      await world.runtime.start(spec)
      await world.until(() => world.recorder.linesOf(spec).length > 0)
      await world.runtime.stop(spec, 1)
      await world.until(() => world.recorder.exitOf(spec) !== undefined)
      expect(world.recorder.exitOf(spec)?.exitCode).toBe(137)
    })

    test.for([
      ['is healthy', 'HEALTHY'],
      ['is unhealthy', 'UNHEALTHY'],
    ] as const)('a container that %s is told to be so', async ([behaviour, status], context) => {
      const { expect } = context
      const world = await start(context)
      const spec = world.make(behaviour)
      await world.runtime.start(spec)
      await world.until(() => world.recorder.healths.get(keyOf(spec)) === status)
      expect(await world.again(new Recorder())).toMatchObject([{ health: status }])
    })

    test('what is removed is gone, also where it ran', async (context) => {
      const { expect } = context
      const world = await start(context)
      const spec = world.make('runs until asked to end')
      await world.runtime.start(spec)
      await world.runtime.remove(spec)
      expect(await world.again(new Recorder())).toEqual([])
    })

    test('what happened while nobody listened is found: output, once, and the exit code', async (context) => {
      const { expect } = context
      const world = await start(context)
      const spec = world.make('says early, waits for a sign, says late, ends with 4')
      const running = world.make('runs until asked to end')
      await world.runtime.start(spec)
      const started = await world.runtime.start(running)
      await world.until(() => world.recorder.linesOf(spec).length === 1)
      await world.runtime.close()
      world.giveSign()
      const second = new Recorder()
      const found = await world.again(second)
      await world.until(
        () => second.exitOf(spec) !== undefined || found.some(({ taskArn, exit }) => taskArn === spec.taskArn && exit !== undefined),
      )
      await world.until(() => second.linesOf(spec).length > 0)
      const third = await world.again(new Recorder())
      expect(third.find(({ taskArn }) => taskArn === spec.taskArn)?.exit?.exitCode).toBe(4)
      expect(third.find(({ taskArn }) => taskArn === running.taskArn)).toMatchObject({ started })
      expect([world.recorder.textsOf(spec), second.textsOf(spec)]).toEqual([['early'], ['late']])
    })

    test('output that nobody took is told again', async (context) => {
      const { expect } = context
      const world = await start(context)
      const spec = world.make('says one, two and a complaint, and ends')
      world.recorder.isDeaf = true
      await world.runtime.start(spec)
      await world.until(() => world.recorder.linesOf(spec).length > 0)
      const second = new Recorder()
      await world.again(second)
      await world.until(() => second.linesOf(spec).length === 3)
      expect(second.textsOf(spec).toSorted()).toEqual(['a complaint', 'one', 'two'])
    })
  })
}
