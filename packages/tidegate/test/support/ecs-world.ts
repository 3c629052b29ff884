/** A scheduler over state in memory, a simulated runtime and time that a test owns. Tasks and services are put there as operations would. */
import type { RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs'
import { commonError } from '../../src/kernel/aws-error.ts'
import { type FrontDoor, type InnerCall, RefusedCall } from '../../src/kernel/front-door.ts'
import type { State, Transaction } from '../../src/kernel/state.ts'
import type { LogDriver, LoggedContainer, OutputLine, Runtime, TaskEndpoints, TaskIdentity } from '../../src/services/ecs/runtime-port.ts'
import { Scheduler } from '../../src/services/ecs/scheduler/scheduler.ts'
import { type TaskDefinition, taskDefinitionKey, taskDefinitions } from '../../src/services/ecs/state.ts'
import { newTask, taskArn, type TaskRequest } from '../../src/services/ecs/task.ts'
import { deploy } from '../../src/services/ecs/service.ts'
import { type Service, serviceEvents, serviceKey, services, type Workload } from '../../src/services/ecs/service-state.ts'
import { type Task, taskKey, tasks } from '../../src/services/ecs/task-state.ts'
import { memoryState } from '../../src/store/open-state.ts'
import { SimulatedRuntime } from './simulated-runtime.ts'
import { VirtualTime } from './virtual-time.ts'

const where = { accountId: '111122223333', region: 'us-east-1' }

export const alice = { type: 'human', issuer: 'https://login.example.com', subject: 'alice' } as const

const bareWorkload: Workload = {
  family: '',
  revision: 1,
  launchType: 'EC2',
  loadBalancers: [],
  serviceRegistries: [],
  enableExecuteCommand: false,
}
const bareService: Service = {
  name: '',
  cluster: 'default',
  status: 'ACTIVE',
  desiredCount: 1,
  workload: bareWorkload,
  schedulingStrategy: 'REPLICA',
  deploymentConfiguration: { maximumPercent: 200, minimumHealthyPercent: 100 },
  availabilityZoneRebalancing: 'DISABLED',
  placementConstraints: [],
  placementStrategy: [],
  enableECSManagedTags: false,
  propagateTags: 'NONE',
  tags: [],
  createdAt: 0,
  createdBy: '',
  deployments: [],
  isSteady: false,
}

type Containers = NonNullable<RegisterTaskDefinitionCommandInput['containerDefinitions']>

export class EcsWorld {
  readonly time: VirtualTime
  readonly runtime: SimulatedRuntime
  readonly problems: string[] = []
  readonly endpoints = new RecordedEndpoints()
  readonly calls: InnerCall[] = []
  readonly log = new RecordedLog()
  /** Answers what the front door answers, or throws what it refuses with. */
  answer: (call: InnerCall) => unknown = () => ({ Credentials: { AccessKeyId: 'ASIAEXAMPLE', SessionToken: 'token' } })
  /** Whether the scheduler is told of tasks that are put there. */
  isTold = true
  #ids = 0
  readonly #gateway: string | undefined
  #life: Life = { isOver: false }
  scheduler: Scheduler
  readonly state: State

  private constructor(state: State, time: VirtualTime, gateway: string | undefined) {
    this.#gateway = gateway
    this.state = state
    this.time = time
    this.runtime = new SimulatedRuntime({ clock: time.clock, timers: time })
    this.scheduler = this.#newScheduler()
  }

  static async open(gateway?: string): Promise<EcsWorld> {
    const time = new VirtualTime()
    const world = new EcsWorld(await memoryState(time.clock), time, gateway)
    await world.scheduler.start()
    return world
  }

  /** The scheduler goes, as with a crash, and another one comes. Containers go on. */
  async restart(): Promise<void> {
    await this.crash()
    await this.recover()
  }

  /** Nothing that the scheduler has under way goes on; what it asked for already, the state and the runtime do. */
  async crash(): Promise<void> {
    await this.scheduler.close()
    this.#life.isOver = true
  }

  async recover(): Promise<void> {
    this.scheduler = this.#newScheduler()
    await this.scheduler.start()
    await this.time.advance(0)
  }

  readonly newId = (): string => {
    this.#ids++
    return this.#ids.toString(16).padStart(32, '0')
  }

  async define(family: string, containers: Containers, more: Partial<TaskDefinition['definition']> = {}): Promise<TaskDefinition> {
    const revision = this.state.read((view) => view.list(taskDefinitions, where.accountId, { prefix: `us-east-1/${family}:` })).length + 1
    const taskDefinition: TaskDefinition = {
      family,
      revision,
      status: 'ACTIVE',
      registeredAt: this.time.clock(),
      registeredBy: 'somebody',
      definition: { containerDefinitions: containers, ...more },
      tags: [],
    }
    await this.state.transact((tx) =>
      tx.put(taskDefinitions, where.accountId, taskDefinitionKey('us-east-1', taskDefinition), taskDefinition),
    )
    return taskDefinition
  }

  /** A task, put there and not looked at yet. */
  async run(taskDefinition: TaskDefinition, more: Partial<TaskRequest> = {}): Promise<Task> {
    const task = newTask(this.newId(), this.time.clock(), {
      cluster: 'default',
      taskDefinition,
      launchType: 'EC2',
      group: `family:${taskDefinition.family}`,
      overrides: {},
      enableExecuteCommand: false,
      tags: [],
      createdBy: [],
      ...more,
    })
    await this.state.transact((tx) => tx.put(tasks, where.accountId, taskKey('us-east-1', task), task))
    if (this.isTold) this.scheduler.taskChanged(where, task)
    return task
  }

  /** As StopTask does. */
  async stop({ cluster, id }: Task, stoppedReason = 'Task stopped by user'): Promise<void> {
    const key = taskKey('us-east-1', { cluster, id })
    await this.state.transact((tx) => {
      const task = tx.get(tasks, where.accountId, key)
      if (task === undefined) return
      const stopping = { desiredStatus: 'STOPPED', stopCode: 'UserInitiated', stoppedReason, stoppingAt: this.time.clock() } as const
      tx.put(tasks, where.accountId, key, { ...task, ...stopping })
    })
    this.scheduler.taskChanged(where, { cluster, id })
  }

  /** As CreateService does, and UpdateService with a new definition. */
  async serve(name: string, taskDefinition: TaskDefinition, more: Partial<Service> = {}): Promise<void> {
    const workload = { ...bareWorkload, family: taskDefinition.family, revision: taskDefinition.revision }
    const bare: Service = { ...bareService, name, workload, createdAt: this.time.clock(), ...more }
    await this.change(name, (known, tx) => this.#deploy(tx, { ...bare, ...known, ...more }, workload))
  }

  /** As UpdateService with `forceNewDeployment`, or with a definition. */
  async redeploy(name: string, taskDefinition?: TaskDefinition): Promise<void> {
    await this.change(name, (known, tx) => {
      const service = known ?? bareService
      const { family, revision } = taskDefinition ?? service.workload
      return this.#deploy(tx, service, { ...service.workload, family, revision })
    })
  }

  async change(name: string, step: (service: Service | undefined, tx: Transaction) => Service): Promise<void> {
    const key = serviceKey('us-east-1', { cluster: 'default', name })
    await this.state.transact((tx) => tx.put(services, where.accountId, key, step(tx.get(services, where.accountId, key), tx)))
    this.scheduler.serviceChanged(where, { cluster: 'default', name })
  }

  #deploy(tx: Transaction, service: Service, workload: Workload): Service {
    const ids = [this.newId(), this.newId(), this.newId()] as const
    return deploy(tx, where, service, { workload, desiredCount: service.desiredCount, createdBy: [alice], now: this.time.clock(), ids })
  }

  service(name: string): Service {
    const service = this.state.read((view) => view.get(services, where.accountId, serviceKey('us-east-1', { cluster: 'default', name })))
    if (service === undefined) throw new Error('no such service')
    return service
  }

  /** Oldest first. */
  events(name: string): readonly string[] {
    const known = this.state.read((view) => view.get(serviceEvents, where.accountId, serviceKey('us-east-1', { cluster: 'default', name })))
    return (known?.events ?? []).map(({ message }) => message).toReversed()
  }

  /** Those that are to run. */
  get wanted(): readonly Task[] {
    return this.tasks.filter(({ desiredStatus }) => desiredStatus === 'RUNNING')
  }

  task({ cluster, id }: Pick<Task, 'cluster' | 'id'>): Task {
    const task = this.state.read((view) => view.get(tasks, where.accountId, taskKey('us-east-1', { cluster, id })))
    if (task === undefined) throw new Error('the task is forgotten')
    return task
  }

  get tasks(): readonly Task[] {
    return this.state.read((view) => view.list(tasks, where.accountId).map(({ value }) => value))
  }

  arn(task: Pick<Task, 'cluster' | 'id'>): string {
    return taskArn(where, task)
  }

  refuse(code: 'AccessDenied' | 'AccessDeniedException', message: string): never {
    throw new RefusedCall(commonError(code, message), 'decision-1')
  }

  /** Another gateway on the same database, with a runtime of its own. */
  neighbour(runtime: SimulatedRuntime): Scheduler {
    return this.#newScheduler('other', runtime)
  }

  #newScheduler(gateway?: string, runtime = this.runtime): Scheduler {
    const life: Life = { isOver: false }
    if (gateway === undefined) this.#life = life
    const frontDoor: FrontDoor = {
      call: (call) => {
        this.calls.push(call)
        return new Promise((resolve) => resolve(this.answer(call)))
      },
    }
    return new Scheduler({
      state: { read: (work) => this.state.read(work), transact: (work) => unlessOver(life, () => this.state.transact(work)) },
      runtime: mortal(runtime, life),
      gateway: gateway ?? this.#gateway,
      endpoints: this.endpoints,
      logDrivers: { awslogs: this.log },
      frontDoor,
      clock: this.time.clock,
      timers: { at: (at, work) => this.time.at(at, () => (life.isOver ? undefined : work())) },
      newId: this.newId,
      report: (message, error) => this.problems.push(`${message}: ${String(error)}`),
    })
  }
}

interface Life {
  isOver: boolean
}

/** What is asked for after the end is not done, and what was asked for before is not told. */
function unlessOver<T>(life: Life, work: () => Promise<T>): Promise<T> {
  if (life.isOver) return new Promise(() => {})
  return new Promise((resolve, reject) => {
    work().then(
      (value) => (life.isOver ? undefined : resolve(value)),
      (error: unknown) => (life.isOver ? undefined : reject(error instanceof Error ? error : new Error(String(error)))),
    )
  })
}

function mortal(runtime: SimulatedRuntime, life: Life): Runtime {
  return {
    name: runtime.name,
    attributes: runtime.attributes,
    attach: (listener) => unlessOver(life, () => runtime.attach(listener)),
    pull: (image) => unlessOver(life, () => runtime.pull(image)),
    start: (spec) => unlessOver(life, () => runtime.start(spec)),
    stop: (ref, timeout) => unlessOver(life, () => runtime.stop(ref, timeout)),
    remove: (ref) => unlessOver(life, () => runtime.remove(ref)),
    stats: (ref) => unlessOver(life, () => runtime.stats(ref)),
    close: () => runtime.close(),
  }
}

class RecordedEndpoints implements TaskEndpoints {
  readonly opened: TaskIdentity[] = []
  readonly closed: string[] = []
  refusal: Error | undefined

  open(task: TaskIdentity): Promise<void> {
    if (this.refusal !== undefined) return Promise.reject(this.refusal)
    this.opened.push(task)
    return Promise.resolve()
  }

  environmentOf({ taskId }: TaskIdentity): Readonly<Record<string, string>> {
    return { AWS_REGION: 'us-east-1', AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: `/v2/credentials/${taskId}` }
  }

  close(arn: string): Promise<void> {
    this.closed.push(arn)
    return Promise.resolve()
  }
}

class RecordedLog implements LogDriver {
  readonly opened: LoggedContainer[] = []
  readonly lines: string[] = []
  refusal: Error | undefined

  async open(container: LoggedContainer) {
    await container.as()
    if (this.refusal !== undefined) throw this.refusal
    this.opened.push(container)
    return {
      write: (lines: readonly OutputLine[]): Promise<void> => {
        this.lines.push(...lines.map(({ text }) => text))
        return Promise.resolve()
      },
      close: () => Promise.resolve(),
    }
  }
}
