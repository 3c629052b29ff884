/** Clusters, services and tasks as the pages need them: lists, described in as few calls as ECS allows. */
import type { Cluster, Service, Task, TaskDefinition } from '@aws-sdk/client-ecs'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ApiError } from './api-error.ts'
import { type Asking, type Caller, useAsked } from './use-call.ts'
import type { Wire } from './wire.ts'

export type WireCluster = Wire<Cluster>
export type WireService = Wire<Service>
export type WireTask = Wire<Task>
export type WireTaskDefinition = Wire<TaskDefinition>

export function useClusters(): UseQueryResult<readonly WireCluster[], ApiError> {
  return useAsked(
    ['clusters'],
    async (ask) => {
      const arns = await all(async (nextToken) => {
        const page = await ask('ecs', 'ListClusters', { nextToken })
        return { items: page.clusterArns, nextToken: page.nextToken }
      })
      const pages = await Promise.all(
        chunks(arns, 100).map((clusters) => ask('ecs', 'DescribeClusters', { clusters, include: ['TAGS', 'STATISTICS'] })),
      )
      return pages.flatMap(({ clusters = [] }) => clusters).toSorted((a, b) => (a.clusterName ?? '').localeCompare(b.clusterName ?? ''))
    },
    { every: EVERY_LIST },
  )
}

export function useServices(cluster: string): UseQueryResult<readonly WireService[], ApiError> {
  return useAsked(['services', cluster], (ask) => servicesOf(ask, cluster), { every: EVERY_LIST })
}

async function servicesOf(ask: Caller, cluster: string): Promise<readonly WireService[]> {
  const arns = await all(async (nextToken) => {
    const page = await ask('ecs', 'ListServices', { cluster, maxResults: 100, nextToken })
    return { items: page.serviceArns, nextToken: page.nextToken }
  })
  const pages = await Promise.all(
    chunks(arns, 10).map((services) => ask('ecs', 'DescribeServices', { cluster, services, include: ['TAGS'] })),
  )
  return pages.flatMap(({ services = [] }) => services).toSorted((a, b) => (a.serviceName ?? '').localeCompare(b.serviceName ?? ''))
}

export function useService(cluster: string, service: string): UseQueryResult<WireService | undefined, ApiError> {
  return useAsked(
    ['service', cluster, service],
    async (ask) => (await ask('ecs', 'DescribeServices', { cluster, services: [service], include: ['TAGS'] })).services?.[0],
    { every: EVERY_DETAIL },
  )
}

export interface TaskFilter {
  /** Tasks of this service only. */
  readonly serviceName?: string
  readonly desiredStatus: 'RUNNING' | 'STOPPED'
}

/** The newest first. */
export function useTasks(cluster: string, filter: TaskFilter, asking: Asking = {}): UseQueryResult<readonly WireTask[], ApiError> {
  return useAsked(
    ['tasks', cluster, filter],
    async (ask) => {
      const { taskArns = [] } = await ask('ecs', 'ListTasks', { cluster, ...filter, maxResults: 100 })
      if (taskArns.length === 0) return []
      const { tasks = [] } = await ask('ecs', 'DescribeTasks', { cluster, tasks: [...taskArns], include: ['TAGS'] })
      return tasks.toSorted((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0))
    },
    { every: EVERY_DETAIL, ...asking },
  )
}

export function useTask(cluster: string, task: string): UseQueryResult<WireTask | undefined, ApiError> {
  return useAsked(
    ['task', cluster, task],
    async (ask) => (await ask('ecs', 'DescribeTasks', { cluster, tasks: [task], include: ['TAGS'] })).tasks?.[0],
    { every: EVERY_DETAIL },
  )
}

/** Name of the service that keeps a task running; undefined for a task that was run alone. */
export function serviceOf({ group }: Pick<WireTask, 'group'>): string | undefined {
  return group?.startsWith('service:') === true ? group.slice('service:'.length) : undefined
}

/** A revision never changes: read once. */
export function useTaskDefinition(arn: string | undefined): UseQueryResult<WireTaskDefinition | undefined, ApiError> {
  return useAsked(
    ['task-definition', arn],
    async (ask) => (await ask('ecs', 'DescribeTaskDefinition', { taskDefinition: arn })).taskDefinition,
    { isSkipped: arn === undefined },
  )
}

/** All pages of a list, up to a bound that no person reads beyond. */
async function all<T>(
  page: (nextToken: string | undefined) => Promise<{ readonly items: readonly T[] | undefined; readonly nextToken: string | undefined }>,
): Promise<readonly T[]> {
  const found: T[] = []
  let token: string | undefined
  do {
    const { items = [], nextToken } = await page(token)
    found.push(...items)
    token = nextToken
  } while (token !== undefined && found.length < MOST_LISTED)
  return found
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
}

const MOST_LISTED = 1000
const EVERY_LIST = 5000
const EVERY_DETAIL = 3000
