/** Endpoints of two tasks, without a runtime or a gateway around them. */
import type { TestContext } from 'vitest'
import type { EndpointAnswer, EndpointRequest } from '../../src/endpoints/endpoint-request.ts'
import { type Reach, type TaskEndpointsOptions, TaskEndpointServer } from '../../src/endpoints/task-endpoints.ts'
import { commonError } from '../../src/kernel/aws-error.ts'
import { type InnerCall, RefusedCall } from '../../src/kernel/front-door.ts'
import type { State } from '../../src/kernel/state.ts'
import type { TaskIdentity, TaskView } from '../../src/services/ecs/runtime-port.ts'
import { memoryState } from '../../src/store/open-state.ts'
import { VirtualTime } from './virtual-time.ts'

const accountId = '111122223333'
export const roleArn = `arn:aws:iam::${accountId}:role/web`

export function taskIdentity(digit: string, given: Partial<TaskIdentity> = {}): TaskIdentity {
  const taskId = digit.repeat(32)
  const taskArn = `arn:aws:ecs:us-east-1:${accountId}:task/prod/${taskId}`
  const actorChain = [{ type: 'workload', issuer: 'ecs.amazonaws.com', subject: taskArn }] as const
  return { taskArn, taskId, accountId, region: 'us-east-1', taskRoleArn: roleArn, actorChain, ...given }
}

export function taskView(task: TaskIdentity, given: Partial<TaskView> = {}): TaskView {
  return {
    ...task,
    clusterArn: `arn:aws:ecs:us-east-1:${accountId}:cluster/prod`,
    family: 'web',
    revision: 3,
    launchType: 'EC2',
    desiredStatus: 'RUNNING',
    lastStatus: 'RUNNING',
    tags: { team: 'payments' },
    containers: [
      {
        name: 'app',
        arn: `${task.taskArn.replace(':task/', ':container/')}/app`,
        image: 'web:1',
        lastStatus: 'RUNNING',
        started: {
          runtimeId: `id-${task.taskId[0]}`,
          at: Date.UTC(2026, 10, 25, 11, 59),
          address: addressOf(task),
          ports: [{ containerPort: 80, hostPort: 32_768, protocol: 'tcp', bindIp: '0.0.0.0' }],
        },
        mounts: [],
        labels: { 'com.amazonaws.ecs.container-name': 'app' },
        logOptions: {},
      },
    ],
    ...given,
  }
}

/** In the network of containers. */
export const addressOf = ({ taskId }: TaskIdentity): string => `169.254.170.${10 + Number.parseInt(taskId[0] ?? '0', 16)}`

export interface TaskWorldOptions extends Partial<TaskEndpointsOptions> {
  readonly kind?: Reach['kind']
}

export async function taskWorld(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  { kind = 'network', ...given }: TaskWorldOptions = {},
) {
  const time = new VirtualTime()
  const state: State = given.state ?? (await memoryState())
  const [a, b] = [taskIdentity('a'), taskIdentity('b')]
  const tasks = [a, b]
  const calls: InnerCall[] = []
  const revoked: string[] = []
  const alerts: string[] = []
  const problems: string[] = []
  /** Whether the role lets tasks in. */
  const role = { isOpen: true, answersAfter: 0 }
  const url = kind === 'network' ? 'http://169.254.170.2' : 'http://127.0.0.1:7000'
  const options: TaskEndpointsOptions = {
    secret: Buffer.alloc(32, 7),
    url,
    gatewayUrl: `${url.replace(/:\d+$/, '')}:4780`,
    reach:
      kind === 'loopback'
        ? { kind }
        : { kind, ownerOf: (address) => Promise.resolve(tasks.find((task) => addressOf(task) === address)?.taskArn) },
    directory: { find: (arn) => tasks.filter(({ taskArn }) => taskArn === arn).map((task) => taskView(task))[0] },
    stats: (taskArn) => Promise.resolve(taskArn === a.taskArn ? { read: 'now' } : undefined),
    frontDoor: {
      async call(inner) {
        calls.push(inner)
        if (role.answersAfter > 0) await new Promise<void>((resolve) => time.at(time.clock() + role.answersAfter, resolve))
        if (!role.isOpen) throw new RefusedCall(commonError('AccessDenied', 'not authorized to perform: sts:AssumeRole'), 'request-1')
        if (inner.service === 'ecs') return { protectedTasks: [{ taskArn: a.taskArn, protectionEnabled: true }], failures: [] }
        const { DurationSeconds = 0, RoleSessionName = '' } = inner.input as { DurationSeconds?: number; RoleSessionName?: string }
        return {
          Credentials: {
            AccessKeyId: `ASIA${calls.length}`,
            SecretAccessKey: `secret-${RoleSessionName[0]}`,
            SessionToken: 'token',
            Expiration: new Date(time.clock() + DurationSeconds * 1000),
          },
        }
      },
    },
    state,
    clock: time.clock,
    timers: time,
    ttlSeconds: 3600,
    random: () => 0.5,
    monotonic: time.clock,
    revoke: (ids) => Promise.resolve(void revoked.push(...ids)),
    report: (message) => problems.push(message),
    alert: (message) => alerts.push(message),
    ...given,
  }
  const server = new TaskEndpointServer(options)
  onTestFinished(() => server.end())
  const environment = (task: TaskIdentity): Readonly<Record<string, string>> => server.environmentOf(task, 'app')
  const ask = (path: string, request: Partial<EndpointRequest> = {}): Promise<EndpointAnswer> =>
    server.answer({
      method: 'GET',
      path,
      query: '',
      host: new URL(url).host,
      authorization: undefined,
      foreignHeaders: [],
      body: '',
      remoteAddress: kind === 'network' ? addressOf(a) : '127.0.0.1',
      ...request,
    })
  /** The path that a variable of a task's environment names. */
  const pathIn = (task: TaskIdentity, name: string): string => {
    const value = environment(task)[name] ?? ''
    return value.startsWith('http') ? new URL(value).pathname : value
  }
  return { server, options, state, time, a, b, calls, revoked, alerts, problems, role, environment, ask, pathIn }
}

export const bodyOf = ({ body }: EndpointAnswer): unknown => JSON.parse(body)
