/**
 * What the scheduler asks of the place where containers run, and what the parts around a task ask of ECS.
 *
 * A container is named by its task and its name in the task definition, and by nothing else: runtimes make their own ids of that, so that
 * a container that was started just before a crash is found again. Times are milliseconds since 1970.
 */
import type { Actor } from '../../kernel/caller.ts'
import type { InnerCaller } from '../../kernel/front-door.ts'

export interface Runtime {
  readonly name: string
  /** What `DescribeTasks` shows of it on each task, for example that there is no isolation. */
  readonly attributes: readonly { readonly name: string; readonly value: string }[]
  /**
   * Once, before all else: answers every container that is there, also those that ended while nobody listened, and tells the listener from
   * then on what happens to them. Rejects with words for the operator where the runtime does not answer.
   */
  attach(listener: RuntimeListener): Promise<readonly RuntimeContainer[]>
  /** Makes the image available; at once where there is nothing to fetch. Rejects with `RuntimeError`. */
  pull(image: ImageSpec): Promise<{ readonly imageDigest?: string }>
  /**
   * Resolves when the container runs. Asked again for a container that is there already, it answers that one and starts no second: a
   * restarted scheduler does not know how far it came. Rejects with `RuntimeError`, and then nothing is left of it.
   */
  start(spec: ContainerSpec): Promise<StartedContainer>
  /**
   * Asks it to end with its stop signal, and kills it `timeoutSeconds` later. Resolves when it has been told to; that it ended is an event.
   * Stopping what has ended or is not there is nothing.
   */
  stop(container: ContainerRef, timeoutSeconds: number): Promise<void>
  /** Forgets it, with what it wrote outside of volumes; kills it where it runs. */
  remove(container: ContainerRef): Promise<void>
  /** Docker's StatsJSON for the metadata endpoint; absent where the container does not run. */
  stats(container: ContainerRef): Promise<object | undefined>
  /** Stops listening. Containers go on. */
  close(): Promise<void>
}

export interface ContainerRef {
  readonly taskArn: string
  /** As in the task definition. */
  readonly name: string
}

/** What runtimes tell. They may tell it twice. */
export interface RuntimeListener {
  /** After all of its output was told. */
  exited(container: ContainerRef, exit: ContainerExit): void
  health(container: ContainerRef, status: HealthStatus, at: number): void
  /**
   * Lines in their order, without their ends. Resolves when they are in good hands: what did not resolve before a crash is told again by the
   * next process. While it is pending, no more of the same stream is told.
   */
  output(container: ContainerRef, lines: readonly OutputLine[]): Promise<void>
}

export interface OutputLine {
  readonly stream: 'stdout' | 'stderr'
  readonly at: number
  readonly text: string
}

export interface ContainerExit {
  /** 128 + number of the signal where it was killed by one; absent where it is not known. */
  readonly exitCode?: number
  /** For example `OutOfMemoryError: Container killed due to memory usage`. */
  readonly reason?: string
  readonly at: number
}

export type HealthStatus = 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN'

/** A container as `attach` finds it. */
export interface RuntimeContainer extends ContainerRef {
  /** Absent where it ended, then `exit` is there; both absent where it was created and never ran. */
  readonly started?: StartedContainer
  readonly exit?: ContainerExit
  readonly health?: HealthStatus
}

export interface StartedContainer {
  /** As `DescribeTasks` shows it. */
  readonly runtimeId: string
  readonly at: number
  readonly imageDigest?: string
  /** IPv4 address of the container in the network of the runtime. */
  readonly address?: string
  readonly ports: readonly {
    readonly containerPort: number
    readonly hostPort: number
    readonly protocol: 'tcp' | 'udp'
    readonly bindIp: string
  }[]
}

export interface ImageSpec {
  readonly taskArn: string
  readonly image: string
  /** For the registry of the image. */
  readonly credentials?: { readonly username: string; readonly password: string }
}

/** All of a container that a runtime can make real. What is absent is the runtime's, or the image's, own default. */
export interface ContainerSpec extends ContainerRef {
  readonly image: string
  readonly entryPoint?: readonly string[]
  readonly command?: readonly string[]
  /** Complete: also what every task is given. Secret values may be among it. */
  readonly environment: Readonly<Record<string, string>>
  readonly workingDirectory?: string
  readonly user?: string
  /** CPU units, 1024 a CPU: a share where the container is not limited. */
  readonly cpu?: number
  readonly cpuLimit?: number
  readonly memoryMiB?: number
  readonly memoryReservationMiB?: number
  readonly readonlyRootFilesystem: boolean
  readonly privileged: boolean
  readonly initProcessEnabled: boolean
  readonly interactive: boolean
  readonly pseudoTerminal: boolean
  readonly capabilities: { readonly add: readonly string[]; readonly drop: readonly string[] }
  readonly ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[]
  readonly sysctls: Readonly<Record<string, string>>
  readonly tmpfs: readonly { readonly path: string; readonly sizeMiB: number; readonly options: readonly string[] }[]
  readonly sharedMemoryMiB?: number
  readonly hostname?: string
  readonly extraHosts: readonly { readonly hostname: string; readonly address: string }[]
  readonly dnsServers: readonly string[]
  readonly mounts: readonly MountSpec[]
  /** Names of containers of the same task whose mounts it gets too. */
  readonly volumesFrom: readonly { readonly container: string; readonly readOnly: boolean }[]
  readonly ports: readonly PortSpec[]
  /** Absent where it has a network of its own. The same for each container of a task. */
  readonly sharedNetwork?: SharedNetwork
  readonly healthCheck?: HealthCheckSpec
  /** `com.amazonaws.ecs.*` among them. */
  readonly labels: Readonly<Record<string, string>>
}

/** `hostPort` 0 takes a free one. */
export interface PortSpec {
  readonly containerPort: number
  readonly hostPort: number
  readonly protocol: 'tcp' | 'udp'
}

/** The one network of all containers of a task, and what any of them says of it. */
export interface SharedNetwork extends Pick<ContainerSpec, 'ports' | 'hostname' | 'extraHosts' | 'dnsServers' | 'sysctls'> {}

export interface MountSpec {
  /** Name of the volume in the task definition: one that lives and dies with the task, unless `hostPath` is given. */
  readonly volume: string
  readonly hostPath?: string
  readonly containerPath: string
  readonly readOnly: boolean
}

export interface HealthCheckSpec {
  /** `CMD` and arguments, or `CMD-SHELL` and a line for the shell. */
  readonly command: readonly string[]
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly retries: number
  readonly startPeriodSeconds: number
}

/** Why a container does not run. ECS writes it as `<kind>: <reason>` into the reason that a task stopped for. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError'
  readonly kind: RuntimeErrorKind

  constructor(kind: RuntimeErrorKind, reason: string, options?: ErrorOptions) {
    super(reason, options)
    this.kind = kind
  }
}

export type RuntimeErrorKind =
  | 'CannotPullContainerError'
  | 'CannotCreateContainerError'
  | 'CannotStartContainerError'
  | 'CannotStartContainerTimeout'
  | 'ResourceInitializationError'

/**
 * What a task finds beside its containers: credentials of its role and what ECS says about it.
 * @public
 */
export interface TaskEndpoints {
  /**
   * Gets the credentials of the task's role, as `ecs-tasks.amazonaws.com`, and opens the addresses. Rejects with `RefusedCall` where the role
   * may not be taken. Asked again, by a restarted scheduler too, the addresses are the same: containers know no others.
   */
  open(task: TaskIdentity): Promise<void>
  /** What its containers get to know in their environment, `AWS_REGION` and the address of this instance among it. */
  environmentOf(task: TaskIdentity, containerName: string): Readonly<Record<string, string>>
  /** Nothing answers any more, and what was handed out is revoked. */
  close(taskArn: string): Promise<void>
}

export interface TaskIdentity {
  readonly taskArn: string
  readonly taskId: string
  readonly accountId: string
  readonly region: string
  readonly taskRoleArn?: string
  readonly executionRoleArn?: string
  /** Who is behind what the task does, nearest first: the task itself, its service, who created that. */
  readonly actorChain: readonly Actor[]
}

/**
 * The tasks of this instance, as the endpoints inside of them show them.
 * @public
 */
export interface TaskDirectory {
  find(taskArn: string): TaskView | undefined
}

export interface TaskView extends TaskIdentity {
  readonly clusterArn: string
  readonly serviceName?: string
  readonly group?: string
  readonly family: string
  readonly revision: number
  readonly launchType: string
  readonly desiredStatus: string
  readonly lastStatus: string
  readonly cpuUnits?: number
  readonly memoryMiB?: number
  readonly tags: Readonly<Record<string, string>>
  readonly pullStartedAt?: number
  readonly pullStoppedAt?: number
  readonly stoppingAt?: number
  readonly containers: readonly ContainerView[]
}

export interface ContainerView {
  readonly name: string
  readonly arn: string
  readonly image: string
  readonly lastStatus: string
  readonly started?: StartedContainer
  readonly exit?: ContainerExit
  readonly health?: { readonly status: HealthStatus; readonly since: number }
  readonly cpuUnits?: number
  readonly memoryMiB?: number
  readonly mounts: readonly MountSpec[]
  readonly labels: Readonly<Record<string, string>>
  readonly logDriver?: string
  readonly logOptions: Readonly<Record<string, string>>
}

/**
 * Where the output of containers goes: one for each `logDriver` that means something here.
 * @public
 */
export interface LogDriver {
  /**
   * Makes the stream of a container, with the session of the task's execution role: a rung of the launch. Rejects with `RefusedCall`, or
   * with `RuntimeError` for options that make no sense. Asked again after a restart, it goes on with the same stream.
   */
  open(container: LoggedContainer): Promise<LogSink>
}

export interface LoggedContainer extends ContainerRef {
  readonly taskId: string
  readonly region: string
  readonly options: Readonly<Record<string, string>>
  /** A session of the execution role that is good now; asked for before each call. */
  readonly as: () => Promise<InnerCaller>
}

export interface LogSink {
  /** As `RuntimeListener.output`: resolves when the lines are kept, or dropped where the driver's options say so. */
  write(lines: readonly OutputLine[]): Promise<void>
  /** What was written is kept. */
  close(): Promise<void>
}
