/**
 * Watching a service become what it was told to be. What a look at the service means is decided here, in functions of what ECS answers;
 * looking again and again is `watching.ts`.
 */
import type { Deployment, Service } from '@aws-sdk/client-ecs'

export type Verdict =
  | { readonly state: 'pending' }
  /** The service runs what was asked for. */
  | { readonly state: 'completed' }
  /** It does not, and nothing more is done about it; or it was taken back, and the service runs what `reason` says. */
  | { readonly state: 'failed' | 'rolled-back' | 'superseded'; readonly reason: string }

const pending: Verdict = { state: 'pending' }

/** Is the deployment done that a deploy or restart began? @param id `ecs-svc/…` */
export function deploymentVerdict(id: string): (service: Service) => Verdict {
  let hasFailed = false
  return (service) => {
    const { deployments = [], events = [] } = service
    const gone = endOf(service)
    if (gone !== undefined) return gone
    const primary = deployments.find(({ status }) => status === 'PRIMARY')
    const mine = deployments.find((each) => each.id === id)
    hasFailed ||=
      mine?.rolloutState === 'FAILED' || events.some(({ message = '' }) => message.includes(`(deployment ${id}) deployment failed`))
    if (primary === undefined) return pending
    if (primary.id === id) return hasFailed ? { state: 'failed', reason: reasonOf(primary) } : ownVerdict(service, primary)
    if (!hasFailed) return { state: 'superseded', reason: `deployment ${primary.id} of ${definitionOf(primary)} took its place` }
    if (!isDone(service, primary)) return pending
    return { state: 'rolled-back', reason: `it failed, and the service runs ${definitionOf(primary)} again` }
  }
}

/** Does the service run as many tasks as it was told to? */
export function scaleVerdict(desired: number): (service: Service) => Verdict {
  return (service) => {
    const gone = endOf(service)
    if (gone !== undefined) return gone
    if (service.desiredCount !== desired)
      return { state: 'superseded', reason: `somebody set the desired count to ${service.desiredCount}` }
    return service.runningCount === desired && service.pendingCount === 0 ? { state: 'completed' } : pending
  }
}

/** Does the service run what it ran before a deployment that is taken back? @param id of that deployment */
export function takenBackVerdict(id: string): (service: Service) => Verdict {
  return (service) => {
    const gone = endOf(service)
    if (gone !== undefined) return gone
    const primary = service.deployments?.find(({ status }) => status === 'PRIMARY')
    if (primary === undefined || primary.id === id) return pending
    return ownVerdict(service, primary)
  }
}

/** One line: how far it is. */
export function progressText({ runningCount = 0, pendingCount = 0, desiredCount = 0, deployments = [] }: Service): string {
  const rollouts = deployments.map(
    (each) => `${definitionOf(each)} ${each.rolloutState ?? each.status} ${each.runningCount ?? 0}/${each.desiredCount ?? 0}`,
  )
  const waiting = pendingCount > 0 ? `, ${pendingCount} pending` : ''
  return [`${runningCount} of ${desiredCount} running${waiting}`, ...rollouts].join('; ')
}

/** `web:12` */
function definitionOf({ taskDefinition = '-' }: Pick<Deployment, 'taskDefinition'>): string {
  return taskDefinition.slice(taskDefinition.lastIndexOf('/') + 1)
}

function endOf({ status }: Service): Verdict | undefined {
  return status === 'ACTIVE' ? undefined : { state: 'failed', reason: `the service is ${status}` }
}

function ownVerdict(service: Service, primary: Deployment): Verdict {
  if (primary.rolloutState === 'FAILED') return { state: 'failed', reason: reasonOf(primary) }
  return isDone(service, primary) ? { state: 'completed' } : pending
}

function isDone({ desiredCount, runningCount }: Service, { rolloutState }: Deployment): boolean {
  return rolloutState === 'COMPLETED' && runningCount === desiredCount
}

function reasonOf({ rolloutStateReason = 'it failed' }: Deployment): string {
  return rolloutStateReason
}
