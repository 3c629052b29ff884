/** How people name clusters, services and tasks on the command line. */
import { UsageError } from '../usage-error.ts'

/** A service or a task of a cluster, both by their names. */
export interface InCluster {
  readonly cluster: string
  readonly name: string
}

/** `web`, `shop/web` or an ARN; the cluster is `default` where neither the word nor the flag names one. */
export function serviceName(word: string, cluster: string | undefined): InCluster {
  return inCluster('service', word, cluster)
}

/** The id of a task, `shop/ID` or an ARN. */
export function taskName(word: string, cluster: string | undefined): InCluster {
  const found = inCluster('task', word, cluster)
  if (!/^(?:[0-9a-f]{32}|[0-9a-f-]{36})$/.test(found.name))
    throw new UsageError(`\`${word}\` names no task: ids have 32 digits`, `tidegate ecs ps --cluster ${found.cluster}`)
  return found
}

/** The last part of an ARN, or what has no other: `web:12` of a task definition, the name of a cluster, the id of a task. */
export function shortName(arn: string | undefined): string {
  return arn === undefined ? '-' : arn.slice(arn.lastIndexOf('/') + 1)
}

function inCluster(kind: 'service' | 'task', word: string, flag: string | undefined): InCluster {
  const path = withoutArn(kind, word)
  const [first = '', second, ...more] = path.split('/')
  if (path === '' || first === '' || second === '' || more.length > 0)
    throw new UsageError(`\`${word}\` names no ${kind}: it is NAME, CLUSTER/NAME or an ARN`, 'tidegate ecs ls')
  if (second === undefined) return { cluster: flag === undefined ? 'default' : shortName(flag), name: first }
  if (flag !== undefined) throw new UsageError(`\`--cluster\` has no effect: \`${word}\` names the cluster`)
  return { cluster: first, name: second }
}

function withoutArn(kind: 'service' | 'task', word: string): string {
  if (!word.startsWith('arn:')) return word
  const [, path] = /^arn:[^:]+:ecs:[^:]*:\d{12}:([^:]*)$/.exec(word) ?? []
  return path?.startsWith(`${kind}/`) === true ? path.slice(kind.length + 1) : ''
}
