/** ARNs of ECS, and the names that stand for them in requests. */
import { ecsError } from './errors.ts'

/** Whose entities a request is about. */
export interface Where {
  readonly accountId: string
  readonly region: string
}

export type EntityKind = 'cluster' | 'task-definition' | 'task' | 'container' | 'service' | 'service-deployment' | 'service-revision'

export function ecsArn({ accountId, region }: Where, kind: EntityKind, name: string): string {
  return `arn:aws:ecs:${region}:${accountId}:${kind}/${name}`
}

export interface TaskDefinitionName {
  readonly family: string
  /** The newest where absent. */
  readonly revision: number | undefined
}

/** Name of a cluster that is named or given by ARN. Throws for an ARN of another account, region or kind. */
export function clusterName(where: Where, given = 'default'): string {
  const name = ownName(where, 'cluster', given)
  if (!isName.test(name)) throw invalid(given)
  return name
}

/** Family and revision of `family`, `family:revision` or an ARN. */
export function taskDefinitionName(where: Where, given: string): TaskDefinitionName {
  const [, family = '', revision] = /^([A-Za-z0-9_-]{1,255})(?::(\d{1,9}))?$/.exec(ownName(where, 'task-definition', given)) ?? []
  if (family === '') throw invalid(given)
  return { family, revision: revision === undefined ? undefined : Number(revision) }
}

/** Id of a task of the cluster, given by id or by ARN, the older form without a cluster too. */
export function taskId(where: Where, cluster: string, given: string): string {
  const id = inCluster(where, 'task', cluster, given)
  if (id.length !== 32 && id.length !== 36) throw ecsError('InvalidParameterException', 'taskId length should be one of [32,36]')
  if (!/^[0-9a-f-]+$/.test(id)) throw invalid(given)
  return id
}

/** Name of a service of the cluster, given by name or by ARN, the older form without a cluster too. */
export function serviceName(where: Where, cluster: string, given: string): string {
  const name = inCluster(where, 'service', cluster, given)
  if (!isName.test(name)) throw invalid(given)
  return name
}

/** Cluster, service and id of the ARN of a service deployment or service revision. */
export function serviceHistoryName(
  where: Where,
  kind: 'service-deployment' | 'service-revision',
  arn: string,
): { readonly cluster: string; readonly service: string; readonly id: string } {
  if (!arn.startsWith('arn:')) throw invalid(arn)
  const [cluster = '', service = '', id = '', ...more] = ownName(where, kind, arn).split('/')
  if (more.length > 0 || !isName.test(cluster) || !isName.test(service) || !/^[A-Za-z0-9_-]{1,64}$/.test(id)) throw invalid(arn)
  return { cluster, service, id }
}

function inCluster(where: Where, kind: EntityKind, cluster: string, given: string): string {
  const [name = '', ...more] = ownName(where, kind, given).split('/').reverse()
  if (more.length > 1 || (more.length > 0 && !given.startsWith('arn:'))) throw invalid(given)
  if (more[0] !== undefined && more[0] !== cluster)
    throw ecsError('InvalidParameterException', `The ARN is of another cluster than ${cluster}: ${given}`)
  return name
}

function ownName(where: Where, kind: EntityKind, given: string): string {
  if (!given.startsWith('arn:')) return given
  const start = ecsArn(where, kind, '')
  if (given.startsWith(start)) return given.slice(start.length)
  throw invalid(given)
}

const isName = /^[A-Za-z0-9_-]{1,255}$/
const invalid = (given: string) => ecsError('InvalidParameterException', `Invalid identifier: ${given}`)
