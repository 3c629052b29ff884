/** A service as `ecs describe` prints it, and the tables of `ecs ls` and `ecs ps`. */
import type { Deployment, Service, ServiceEvent, Task, TaskDefinition } from '@aws-sdk/client-ecs'
import { textInRecord } from '../../audit/record-text.ts'
import { isoSeconds } from '../../kernel/iso-seconds.ts'
import { wrapped } from '../text.ts'
import { shortName } from './names.ts'
import { table } from './table.ts'

/** A service in one line, and in one object of `ecs ls --json`. */
export interface ServiceLine {
  readonly cluster: string
  readonly service: string
  readonly status: string
  readonly running: number
  readonly pending: number
  readonly desired: number
  readonly taskDefinition: string
  /** `COMPLETED`, `IN_PROGRESS` or `FAILED`, of the newest deployment. */
  readonly rollout: string
}

export function serviceLine(service: Service): ServiceLine {
  const { clusterArn, serviceName = '-', status = '-', runningCount = 0, pendingCount = 0, desiredCount = 0, taskDefinition } = service
  return {
    cluster: shortName(clusterArn),
    service: serviceName,
    status,
    running: runningCount,
    pending: pendingCount,
    desired: desiredCount,
    taskDefinition: shortName(taskDefinition),
    rollout: service.deployments?.find((each) => each.status === 'PRIMARY')?.rolloutState ?? '-',
  }
}

export function serviceTable(lines: readonly ServiceLine[]): string[] {
  return table(
    [
      { title: 'CLUSTER' },
      { title: 'SERVICE' },
      { title: 'STATUS' },
      { title: 'RUNNING', isNumber: true },
      { title: 'PENDING', isNumber: true },
      { title: 'DESIRED', isNumber: true },
      { title: 'DEFINITION' },
      { title: 'ROLLOUT' },
    ],
    lines.map(({ cluster, service, status, running, pending, desired, taskDefinition, rollout }) =>
      [cluster, service, status, running, pending, desired, taskDefinition, rollout].map(String),
    ),
  )
}

/** A task in one line, and in one object of `ecs ps --json`. Times are ISO 8601. */
export interface TaskLine {
  readonly task: string
  readonly cluster: string
  /** `service:web`, `family:web` or what whoever ran it called it. */
  readonly group: string
  readonly status: string
  readonly health: string
  readonly taskDefinition: string
  readonly startedBy: string | undefined
  readonly createdAt: string
  readonly stopCode: string | undefined
  readonly stoppedReason: string | undefined
  readonly exitCodes: Readonly<Record<string, number>>
}

export function taskLine(task: Task): TaskLine {
  const { taskArn, clusterArn, group = '-', lastStatus = '-', healthStatus = '-', taskDefinitionArn, startedBy, createdAt } = task
  const exits = (task.containers ?? []).flatMap(({ name = '-', exitCode }) => (exitCode === undefined ? [] : [[name, exitCode] as const]))
  return {
    task: shortName(taskArn),
    cluster: shortName(clusterArn),
    group,
    status: lastStatus,
    health: healthStatus,
    taskDefinition: shortName(taskDefinitionArn),
    startedBy,
    createdAt: timeText(createdAt),
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    exitCodes: Object.fromEntries(exits),
  }
}

/** Why a task stopped stands below it. */
export function taskTable(lines: readonly TaskLine[]): string[] {
  const [titles = '', ...rows] = table(
    [
      { title: 'TASK', isWhole: true },
      { title: 'GROUP' },
      { title: 'STATUS' },
      { title: 'HEALTH' },
      { title: 'DEFINITION' },
      { title: 'CREATED' },
    ],
    lines.map(({ task, group, status, health, taskDefinition, createdAt }) => [task, group, status, health, taskDefinition, createdAt]),
  )
  return [titles, ...rows.flatMap((row, at) => [row, ...endOf(lines[at])])]
}

export function describedService(
  service: Service,
  { definition, tasks }: { readonly definition: TaskDefinition; readonly tasks: readonly Task[] },
): string[] {
  const { status, running, pending, desired, taskDefinition, cluster, service: name } = serviceLine(service)
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['service', service.serviceArn],
    ['status', `${status}, ${running} of ${desired} running, ${pending} pending`],
    ['definition', taskDefinition],
    ['containers', (definition.containerDefinitions ?? []).map((each) => `${each.name} (${each.image})`).join(', ')],
    ['task role', definition.taskRoleArn],
    ['execution role', definition.executionRoleArn],
    ['created', `${timeText(service.createdAt)}${service.createdBy === undefined ? '' : ` by ${service.createdBy}`}`],
    ['tags', (service.tags ?? []).map(({ key, value }) => `${key}=${value}`).join(', ')],
  ]
  return [
    `${textInRecord(cluster)}/${textInRecord(name)}`,
    ...facts.flatMap(([title, text]) => wrapped(text === undefined || text === '' ? '-' : text, `  ${title.padEnd(15)} `, ' '.repeat(18))),
    '',
    ...deploymentLines(service.deployments ?? []),
    '',
    ...(tasks.length === 0 ? ['no tasks'] : taskTable(tasks.map(taskLine))),
    '',
    ...eventLines(service.events ?? []),
  ]
}

function deploymentLines(deployments: readonly Deployment[]): string[] {
  const [titles = '', ...rows] = table(
    [
      { title: 'DEPLOYMENT', isWhole: true },
      { title: 'STATUS' },
      { title: 'ROLLOUT' },
      { title: 'RUNNING' },
      { title: 'FAILED', isNumber: true },
      { title: 'DEFINITION' },
    ],
    deployments.map(
      ({ id = '-', status = '-', rolloutState = '-', runningCount = 0, desiredCount = 0, failedTasks = 0, taskDefinition }) => [
        id,
        status,
        rolloutState,
        `${runningCount}/${desiredCount}`,
        String(failedTasks),
        shortName(taskDefinition),
      ],
    ),
  )
  return [titles, ...rows.flatMap((row, at) => [row, ...reasonLines(deployments[at]?.rolloutStateReason)])]
}

/** The newest last, where a terminal ends. */
function eventLines(events: readonly ServiceEvent[]): string[] {
  if (events.length === 0) return ['no events']
  const shown = events.slice(0, newestEvents).toReversed()
  return ['EVENTS', ...shown.flatMap(({ createdAt, message = '' }) => wrapped(message, `${timeText(createdAt)}  `, ' '.repeat(22)))]
}

function endOf(line: TaskLine | undefined): string[] {
  if (line?.stopCode === undefined && line?.stoppedReason === undefined) return []
  const exits = Object.entries(line.exitCodes).map(([name, code]) => `${name} exited with ${code}`)
  return reasonLines([line.stopCode, line.stoppedReason, ...exits].filter((each) => each !== undefined).join('; '))
}

const reasonLines = (reason: string | undefined): string[] => (reason === undefined ? [] : wrapped(reason, '  ', '  '))
const timeText = (time: Date | undefined): string => (time === undefined ? '-' : isoSeconds(time.getTime()))

const newestEvents = 10
