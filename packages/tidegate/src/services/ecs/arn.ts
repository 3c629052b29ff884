/** ARNs of ECS, and the names that stand for them in requests. */
import { ecsError } from './errors.ts'

/** Whose entities a request is about. */
export interface Where {
  readonly accountId: string
  readonly region: string
}

export type EntityKind = 'cluster' | 'task-definition'

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
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) throw ecsError('InvalidParameterException', `Invalid identifier: ${given}`)
  return name
}

/** Family and revision of `family`, `family:revision` or an ARN. */
export function taskDefinitionName(where: Where, given: string): TaskDefinitionName {
  const [, family = '', revision] = /^([A-Za-z0-9_-]{1,255})(?::(\d{1,9}))?$/.exec(ownName(where, 'task-definition', given)) ?? []
  if (family === '') throw ecsError('InvalidParameterException', `Invalid identifier: ${given}`)
  return { family, revision: revision === undefined ? undefined : Number(revision) }
}

function ownName(where: Where, kind: EntityKind, given: string): string {
  if (!given.startsWith('arn:')) return given
  const start = ecsArn(where, kind, '')
  if (given.startsWith(start)) return given.slice(start.length)
  throw ecsError('InvalidParameterException', `Invalid identifier: ${given}`)
}
