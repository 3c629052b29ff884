/**
 * What a task finds beside its containers: the credentials of its role, what ECS says about it, and its scale-in protection.
 *
 * An address is a secret of 128 bits, and it is bound: in the network of containers to the address that a request comes from, on loopback to a
 * token. So a task that learns the address of another gets nothing there.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { instanceAccount } from '../kernel/state.ts'
import type { ContainerView, TaskDirectory, TaskEndpoints, TaskIdentity, TaskView } from '../services/ecs/runtime-port.ts'
import { addressesFrom } from './addresses.ts'
import { credentialsAnswer, credentialsProblem } from './credentials-answer.ts'
import { type EndpointAnswer, type EndpointRequest, json, plain } from './endpoint-request.ts'
import { containerResponse, taskResponse } from './metadata-answer.ts'
import { protectionAnswer } from './protection-answer.ts'
import { RateLimit } from './rate-limit.ts'
import { type RoleCredentials, type RoleCredentialsPorts, TaskRole } from './role-credentials.ts'
import { taskSessions } from './task-sessions.ts'

/** How tasks reach the endpoints. */
export type Reach =
  /** On 169.254.170.2, from addresses that belong to a task each. */
  | { readonly kind: 'network'; readonly ownerOf: (address: string) => Promise<string | undefined> }
  /** On 127.0.0.1, where everybody of the machine is. */
  | { readonly kind: 'loopback' }

export interface TaskEndpointsOptions extends RoleCredentialsPorts {
  /** 32 bytes that are the same for the life of the instance. */
  readonly secret: Uint8Array
  readonly reach: Reach
  /** Where tasks reach the endpoints, for example `http://169.254.170.2`. */
  readonly url: string
  /** Where tasks reach the services of this instance. */
  readonly gatewayUrl: string
  readonly directory: TaskDirectory
  readonly stats: (taskArn: string, containerName: string) => Promise<object | undefined>
  /** Told of what only somebody with bad intentions does. */
  readonly alert: (message: string, facts: Readonly<Record<string, string>>) => void
  /** Milliseconds of a clock that only goes forward. */
  readonly monotonic: () => number
}

interface Open {
  readonly task: TaskIdentity
  readonly role: TaskRole | undefined
}

export class TaskEndpointServer implements TaskEndpoints {
  readonly #options: TaskEndpointsOptions
  readonly #addresses: ReturnType<typeof addressesFrom>
  readonly #open = new Map<string, Open>()
  /** ARNs of tasks by the id of their credentials: also of those that are not open again after a restart. */
  readonly #byCredentials = new Map<string, string>()
  readonly #byMetadata = new Map<string, { readonly taskArn: string; readonly name: string }>()
  readonly #rates = new RateLimit()
  readonly #alerted = new Map<string, number>()
  /** The names by which a task knows us: whoever was made to ask by another, as with DNS rebinding, is nobody of ours. */
  readonly #hosts: ReadonlySet<string>

  constructor(options: TaskEndpointsOptions) {
    this.#options = options
    this.#addresses = addressesFrom(options.secret)
    const { state, url, reach } = options
    this.#hosts = hostsOf(new URL(url), reach)
    for (const accountId of state.read((view) => view.accounts(taskSessions)))
      for (const { key } of state.read((view) => view.list(taskSessions, accountId)))
        this.#byCredentials.set(this.#addresses.credentials(key), key)
  }

  async open(task: TaskIdentity): Promise<void> {
    const { taskArn, taskRoleArn } = task
    // Containers that run since before a restart: nobody asks for their environment again.
    for (const { name } of this.#options.directory.find(taskArn)?.containers ?? []) this.#metadataId(taskArn, name)
    const before = this.#open.get(taskArn)
    if (before !== undefined) return void (await before.role?.current())
    const role = taskRoleArn === undefined ? undefined : new TaskRole(task, taskRoleArn, this.#options)
    this.#open.set(taskArn, { task, role })
    if (role !== undefined) this.#byCredentials.set(this.#addresses.credentials(taskArn), taskArn)
    try {
      await role?.take()
    } catch (error) {
      await this.close(taskArn)
      throw error
    }
  }

  environmentOf({ taskArn, taskRoleArn, region }: TaskIdentity, containerName: string): Readonly<Record<string, string>> {
    const { url, gatewayUrl, reach, directory } = this.#options
    const metadataId = this.#metadataId(taskArn, containerName)
    return {
      AWS_ENDPOINT_URL: gatewayUrl,
      // Terraform's provider sends tokens to the real STS without it.
      AWS_ENDPOINT_URL_STS: gatewayUrl,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EXECUTION_ENV: directory.find(taskArn)?.launchType === 'FARGATE' ? 'AWS_ECS_FARGATE' : 'AWS_ECS_EC2',
      // A task without a role has no credentials, also on a machine of EC2.
      AWS_EC2_METADATA_DISABLED: 'true',
      ECS_CONTAINER_METADATA_URI: `${url}/v3/${metadataId}`,
      ECS_CONTAINER_METADATA_URI_V4: `${url}/v4/${metadataId}`,
      ECS_AGENT_URI: `${url}/api/${metadataId}`,
      ...(taskRoleArn !== undefined && credentialVariables(this.#addresses, taskArn, reach, url)),
    }
  }

  async close(taskArn: string): Promise<void> {
    const open = this.#open.get(taskArn)
    open?.role?.end()
    this.#open.delete(taskArn)
    this.#byCredentials.delete(this.#addresses.credentials(taskArn))
    for (const [id, { taskArn: owner }] of this.#byMetadata) if (owner === taskArn) this.#byMetadata.delete(id)
    const { state, revoke } = this.#options
    const accountId = open?.task.accountId ?? taskArn.split(':')[4] ?? instanceAccount
    const given = state.read((view) => view.get(taskSessions, accountId, taskArn))
    if (given === undefined) return
    await revoke(given.sessions.map(({ accessKeyId }) => accessKeyId))
    await state.transact((tx) => tx.delete(taskSessions, accountId, taskArn))
  }

  /** Stops renewing. What was handed out stays good. */
  end(): void {
    for (const { role } of this.#open.values()) role?.end()
  }

  async answer(request: EndpointRequest): Promise<EndpointAnswer> {
    const { method, path, query, foreignHeaders } = request
    if (!this.#hosts.has(request.host ?? '') || foreignHeaders.length > 0) {
      this.#alert('a request that no client of a task makes came to the endpoints of tasks', { from: request.remoteAddress })
      return plain('forbidden', 403)
    }
    if (path.includes('//')) return { ...plain('moved permanently', 301), location: path.replaceAll(/\/{2,}/g, '/') }
    const [, version = '', id = '', ...rest] = path.split('/')
    const isPut = version === 'api' && method === 'PUT'
    if (method !== 'GET' && !isPut) return plain('method not allowed', 405)
    if (!this.#rates.takes(this.#asker(request, id), this.#options.monotonic())) {
      this.#alert('a task asks too often', { from: request.remoteAddress })
      return plain('too many requests', 429)
    }
    if (version === 'v2' && id === 'credentials' && rest.length <= 1) return this.#credentials(rest[0], request, 'CredentialsV2Request')
    if (version === 'v1' && id === 'credentials' && rest.length === 0)
      return this.#credentials(new URLSearchParams(query).get('id') ?? undefined, request, 'CredentialsV1Request')
    const place = this.#byMetadata.get(id)
    const task = place && this.#options.directory.find(place.taskArn)
    const container = task?.containers.find(({ name }) => name === place?.name)
    if (task === undefined || container === undefined || !['v3', 'v4', 'api'].includes(version)) return notFound(version)
    if (!(await this.#isFrom(request, task.taskArn))) {
      this.#alert('a task asked for the metadata of another one', { from: request.remoteAddress, task: task.taskArn })
      return plain('forbidden', 403)
    }
    if (version === 'api') return rest.join('/') === 'task-protection/v1/state' ? this.#protection(request, task) : notFound(version)
    return this.#metadata(version, rest.join('/'), task, container)
  }

  /** Whoever asks again and again is told of once in a while, so that nobody fills the log. */
  #alert(message: string, facts: { readonly from: string; readonly task?: string }): void {
    const [key, now] = [`${message} ${facts.from}`, this.#options.monotonic()]
    if (now - (this.#alerted.get(key) ?? -Infinity) < ALERT_MILLISECONDS) return
    this.#alerted.set(key, now)
    this.#options.alert(message, facts)
  }

  #metadataId(taskArn: string, name: string): string {
    const id = this.#addresses.metadata(taskArn, name)
    this.#byMetadata.set(id, { taskArn, name })
    return id
  }

  async #credentials(id: string | undefined, request: EndpointRequest, prefix: string): Promise<EndpointAnswer> {
    if (id === undefined || id === '') return credentialsProblem('NoIdInRequest', prefix)
    const taskArn = this.#byCredentials.get(id)
    if (taskArn === undefined) return credentialsProblem('InvalidIdInRequest', prefix)
    if (!(await this.#isFrom(request, taskArn)) || !this.#hasToken(request, taskArn)) {
      this.#alert('the credentials of a task were asked for by somebody else', { from: request.remoteAddress, task: taskArn })
      return credentialsProblem('AccessDenied', prefix)
    }
    const credentials = await this.#open.get(taskArn)?.role?.current()
    return credentials === undefined ? credentialsProblem('CredentialsUninitialized', prefix) : credentialsAnswer(credentials)
  }

  async #metadata(version: string, path: string, task: TaskView, container: ContainerView): Promise<EndpointAnswer> {
    const { stats } = this.#options
    switch (path) {
      case '':
        return json(containerResponse(container, task))
      case 'task':
      case 'taskWithTags':
        return json(taskResponse(task, { withTags: path === 'taskWithTags' }))
      case 'stats': {
        const found = await stats(task.taskArn, container.name)
        return found === undefined ? json(`${version.toUpperCase()} container stats: the container does not run`, 500) : json(found)
      }
      case 'task/stats': {
        const all = task.containers.map(async ({ name, started }) => [
          started?.runtimeId ?? name,
          (await stats(task.taskArn, name)) ?? null,
        ])
        return json(Object.fromEntries((await Promise.all(all)) as [string, unknown][]))
      }
      default:
        return /^associations\/[^/]+$/.test(path) ? json({ Associations: [] }) : notFound(version)
    }
  }

  async #protection(request: EndpointRequest, task: TaskView): Promise<EndpointAnswer> {
    const credentials: RoleCredentials | undefined = await this.#open.get(task.taskArn)?.role?.current()
    return protectionAnswer(request, task, credentials, this.#options.frontDoor)
  }

  async #isFrom({ remoteAddress }: EndpointRequest, taskArn: string): Promise<boolean> {
    const { reach } = this.#options
    return reach.kind === 'loopback' || (await reach.ownerOf(remoteAddress)) === taskArn
  }

  #hasToken({ authorization = '' }: EndpointRequest, taskArn: string): boolean {
    return this.#options.reach.kind === 'network' || isSame(authorization, this.#addresses.token(taskArn))
  }

  /** Containers have an address each; processes share one and are told apart by what they ask for. */
  #asker({ remoteAddress, path, query }: EndpointRequest, id: string): string {
    if (this.#options.reach.kind === 'network') return remoteAddress
    const credentialsId = path.split('/')[3] ?? new URLSearchParams(query).get('id') ?? ''
    return this.#byCredentials.get(credentialsId) ?? this.#byMetadata.get(id)?.taskArn ?? 'unknown'
  }
}

function hostsOf({ host, port }: URL, { kind }: Reach): ReadonlySet<string> {
  return new Set([host, ...(port === '' ? [`${host}:80`] : []), ...(kind === 'loopback' ? [`localhost:${port}`] : [])])
}

function credentialVariables(
  addresses: ReturnType<typeof addressesFrom>,
  taskArn: string,
  reach: Reach,
  url: string,
): Record<string, string> {
  const path = `/v2/credentials/${addresses.credentials(taskArn)}`
  if (reach.kind === 'network') return { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path }
  return { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}${path}`, AWS_CONTAINER_AUTHORIZATION_TOKEN: addresses.token(taskArn) }
}

const notFound = (version: string): EndpointAnswer =>
  json(`${version.toUpperCase().slice(0, 3)} metadata handler: there is no such container or path`, 404)

/** In a time that tells nothing about where they differ. */
function isSame(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => createHash('sha256').update(text).digest())
  return first !== undefined && second !== undefined && timingSafeEqual(first, second)
}

const ALERT_MILLISECONDS = 10_000
