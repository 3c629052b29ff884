/** What the `ecs` commands read: pages put together, and what is not there told with the next command to type. */
import {
  ClusterNotFoundException,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  type DescribeTaskDefinitionCommandOutput,
  DescribeTasksCommand,
  type ECSClient,
  paginateListClusters,
  paginateListServices,
  paginateListTasks,
  type Service,
  type Task,
} from '@aws-sdk/client-ecs'
import { UsageError } from '../usage-error.ts'
import { type InCluster, shortName } from './names.ts'

/** Names, sorted. */
export async function clusterNames(ecs: ECSClient): Promise<string[]> {
  const arns: string[] = []
  for await (const { clusterArns = [] } of paginateListClusters({ client: ecs }, {})) arns.push(...clusterArns)
  return arns.map(shortName).toSorted()
}

/** By name. */
export async function servicesOf(ecs: ECSClient, cluster: string): Promise<Service[]> {
  const arns: string[] = []
  await inCluster(cluster, async () => {
    for await (const { serviceArns = [] } of paginateListServices({ client: ecs }, { cluster })) arns.push(...serviceArns)
  })
  const found: Service[] = []
  for (const services of batches(arns, servicesInCall)) {
    const answer = await ecs.send(new DescribeServicesCommand({ cluster, services }))
    found.push(...(answer.services ?? []))
  }
  return found.toSorted((a, b) => compare(a.serviceName, b.serviceName))
}

/** @throws UsageError where there is no such service, or it was deleted */
export async function serviceOf(ecs: ECSClient, { cluster, name }: InCluster): Promise<Service> {
  const { services = [] } = await inCluster(cluster, () =>
    ecs.send(new DescribeServicesCommand({ cluster, services: [name], include: ['TAGS'] })),
  )
  const [service] = services
  if (service === undefined) throw new UsageError(`there is no service \`${name}\` in the cluster \`${cluster}\``, 'tidegate ecs ls')
  if (service.status === 'INACTIVE') throw new UsageError(`the service \`${name}\` was deleted`, 'tidegate ecs ls')
  return service
}

/** Of a service, or of the whole cluster; the oldest first. */
export async function tasksOf(
  ecs: ECSClient,
  {
    cluster,
    service,
    isStopped = false,
  }: { readonly cluster: string; readonly service?: string | undefined; readonly isStopped?: boolean },
): Promise<Task[]> {
  const arns: string[] = []
  const input = { cluster, serviceName: service, desiredStatus: isStopped ? 'STOPPED' : 'RUNNING' } as const
  await inCluster(cluster, async () => {
    for await (const { taskArns = [] } of paginateListTasks({ client: ecs }, input)) arns.push(...taskArns)
  })
  const found: Task[] = []
  for (const tasks of batches(arns, tasksInCall)) {
    const answer = await ecs.send(new DescribeTasksCommand({ cluster, tasks, include: ['TAGS'] }))
    found.push(...(answer.tasks ?? []))
  }
  return found.toSorted((a, b) => (a.createdAt?.getTime() ?? 0) - (b.createdAt?.getTime() ?? 0) || compare(a.taskArn, b.taskArn))
}

/** @throws UsageError where there is no such task any more */
export async function taskOf(ecs: ECSClient, { cluster, name }: InCluster): Promise<Task> {
  const { tasks = [] } = await inCluster(cluster, () => ecs.send(new DescribeTasksCommand({ cluster, tasks: [name] })))
  const [task] = tasks
  if (task === undefined)
    throw new UsageError(`there is no task \`${name}\` in the cluster \`${cluster}\``, `tidegate ecs ps --cluster ${cluster}`)
  return task
}

export async function definitionOf(ecs: ECSClient, taskDefinition: string): Promise<DescribeTaskDefinitionCommandOutput> {
  return ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition, include: ['TAGS'] }))
}

/** A cluster that is not there is told as what it is: most often a name that was mistyped or left out. */
async function inCluster<T>(cluster: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ClusterNotFoundException) throw new UsageError(`there is no cluster \`${cluster}\``, 'tidegate ecs ls')
    throw error
  }
}

function* batches<T>(all: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size)
}

const compare = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0)

/** What ECS describes in one call. */
const servicesInCall = 10
const tasksInCall = 100
