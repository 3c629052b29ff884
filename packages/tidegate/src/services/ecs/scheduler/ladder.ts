/**
 * The ladder that a launch climbs before anything runs: the role of the task, the execution role, secrets, log streams. Each rung is a call
 * through the front door, judged and recorded as any other. The first one that breaks is why the task stops.
 */
import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import { RefusedCall, type InnerCaller } from '../../../kernel/front-door.ts'
import type { LogSink, TaskIdentity } from '../runtime-port.ts'
import type { Task } from '../task-state.ts'
import { plainEnvironment } from './container-spec.ts'
import { LaunchFailure, logFailure, roleFailure } from './launch-failure.ts'
import type { SchedulerPorts } from './ports.ts'
import { RoleSession } from './role-session.ts'
import { secretValues } from './secrets.ts'

export interface Climbed {
  /** Complete, by container. */
  readonly environments: ReadonlyMap<string, Readonly<Record<string, string>>>
  /** By container; those that nobody keeps the output of have none. */
  readonly sinks: ReadonlyMap<string, LogSink>
}

type LadderPorts = Pick<SchedulerPorts, 'endpoints' | 'frontDoor' | 'clock' | 'logDrivers'>

/** Rejects with `LaunchFailure`; what was opened on the way is closed by then. */
export async function climb(
  identity: TaskIdentity,
  task: Task,
  containers: readonly ContainerDefinition[],
  ports: LadderPorts,
): Promise<Climbed> {
  await openEndpoints(identity, ports)
  const as = await executionRole(identity, containers, ports)
  const environments = new Map<string, Readonly<Record<string, string>>>()
  for (const container of containers) {
    const { name = '', secrets = [] } = container
    const given = ports.endpoints.environmentOf(identity, name)
    environments.set(name, {
      ...given,
      ...plainEnvironment(container, task.overrides),
      ...(secrets.length > 0 && (await secretValues(secrets, identity.region, as, ports.frontDoor))),
      // A definition may name another region. Where credentials and metadata come from is not its to say.
      ...Object.fromEntries(Object.entries(given).filter(([variable]) => /^(?:AWS_CONTAINER_|ECS_)/.test(variable))),
    })
  }
  return { environments, sinks: await openSinks(identity, containers, as, ports) }
}

/** Of a task that runs already: its addresses and its log streams again, after a restart. */
export async function reopen(
  identity: TaskIdentity,
  containers: readonly ContainerDefinition[],
  ports: LadderPorts,
): Promise<Pick<Climbed, 'sinks'>> {
  await openEndpoints(identity, ports)
  return { sinks: await openSinks(identity, containers, await executionRole(identity, containers, ports), ports) }
}

async function openEndpoints(identity: TaskIdentity, { endpoints }: LadderPorts): Promise<void> {
  await endpoints.open(identity).catch((error: unknown) => {
    if (error instanceof RefusedCall && identity.taskRoleArn !== undefined) throw roleFailure(identity.taskRoleArn, error)
    throw new LaunchFailure('ResourceInitializationError: the endpoints of the task cannot be opened', { cause: error })
  })
}

/** Assumed on every launch that names one, as ECS does, whether anything needs it or not. */
async function executionRole(
  identity: TaskIdentity,
  containers: readonly ContainerDefinition[],
  ports: LadderPorts,
): Promise<() => Promise<InnerCaller>> {
  const { executionRoleArn } = identity
  if (executionRoleArn === undefined) {
    const needs = containers.find((container) => (container.secrets ?? []).length > 0)
    if (needs !== undefined) throw new LaunchFailure(`${noExecutionRole} secrets`, { container: needs.name ?? '' })
    return () => Promise.reject(new LaunchFailure(`${noExecutionRole} logs`))
  }
  const session = new RoleSession(identity, executionRoleArn, ports)
  await session.caller().catch((error: unknown) => {
    throw roleFailure(executionRoleArn, error)
  })
  return () => session.caller()
}

async function openSinks(
  identity: TaskIdentity,
  containers: readonly ContainerDefinition[],
  as: () => Promise<InnerCaller>,
  { logDrivers }: LadderPorts,
): Promise<ReadonlyMap<string, LogSink>> {
  const { taskArn, taskId, region } = identity
  const sinks = new Map<string, LogSink>()
  for (const { name = '', logConfiguration } of containers) {
    const driver = logDrivers[logConfiguration?.logDriver ?? '']
    if (driver === undefined) continue
    const options = logConfiguration?.options ?? {}
    try {
      sinks.set(name, await driver.open({ taskArn, name, taskId, region, options, as }))
    } catch (error) {
      await Promise.allSettled([...sinks.values()].map((sink) => sink.close()))
      throw error instanceof LaunchFailure ? error : logFailure(name, error)
    }
  }
  return sinks
}

const noExecutionRole = 'ResourceInitializationError: the task definition has no execution role for its'
