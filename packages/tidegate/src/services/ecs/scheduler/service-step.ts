/** What a service does next: the plan, and what it makes of deployments, of the circuit breaker and of the events that are told. Pure. */
import type { Deployment, Service, ServiceDeployment } from '../service-state.ts'
import type { Outcomes, ServiceBook } from './service-book.ts'
import { type Plan, planService } from './service-plan.ts'
import * as texts from './texts.ts'

export interface StepInput {
  readonly service: Service
  readonly book: ServiceBook
  readonly outcomes: Outcomes
  /** Rounds of tasks in a row that ended too soon. */
  readonly failedRounds: number
  readonly isWaiting: boolean
  readonly now: number
  /** What a rollback goes back to; absent where nothing ever worked. */
  readonly lastGood: Pick<Deployment, 'workload' | 'serviceRevision' | 'createdBy'> | undefined
  /** 19 digits, for the deployment of a rollback. */
  readonly newDeploymentId: () => string
}

export interface Step {
  /** The service as it is now; the same object where nothing of it changes. */
  readonly service: Service
  readonly plan: Plan
  readonly events: readonly string[]
  /** What becomes of the record of a service deployment, by its id. */
  readonly ended: readonly { readonly id: string; readonly change: Partial<ServiceDeployment> }[]
}

export function stepOf(input: StepInput): Step {
  const { service, book, outcomes, now } = input
  if (service.status === 'INACTIVE') return { service, plan: nothing, events: [], ended: [] }
  const broken = withOutcomes(input)
  const primary = broken.service.deployments[0]
  const isPrimary = (id: string): boolean => id === primary?.id
  const plan = planService({
    desired: service.status === 'ACTIVE' ? broken.service.desiredCount : 0,
    minimumHealthyPercent: service.deploymentConfiguration.minimumHealthyPercent ?? 100,
    maximumPercent: service.deploymentConfiguration.maximumPercent ?? 200,
    primary: book.counts(isPrimary),
    old: book.counts((id) => !isPrimary(id)),
    stopping: book.stopping,
    mayStart: primary !== undefined && primary.rolloutState !== 'FAILED' && !input.isWaiting,
  })
  const events = [
    ...broken.events,
    ...(outcomes.launchError === undefined ? [] : [texts.failedToLaunch(service.name, outcomes.launchError)]),
  ]
  if (outcomes.earlyEnds > 0 && input.failedRounds % 10 === 3) events.push(texts.cannotStartConsistently(service.name))
  if (service.status === 'DRAINING' && book.isEmpty)
    return { service: { ...broken.service, status: 'INACTIVE', deployments: [] }, plan: nothing, events, ended: broken.ended }
  if (primary === undefined || !plan.isSteady || service.status !== 'ACTIVE')
    return { ...broken, plan, events, service: unsteady(broken.service, plan) }
  return steady(broken, primary, plan, events, now)
}

function steady(broken: Broken, primary: Deployment, plan: Plan, events: readonly string[], now: number): Step {
  const { service } = broken
  const isDone = primary.rolloutState === 'IN_PROGRESS'
  if (!isDone && service.isSteady && service.deployments.length === 1) return { ...broken, plan, events }
  const done: Deployment = isDone
    ? { ...primary, rolloutState: 'COMPLETED', rolloutStateReason: texts.completed(primary.id), updatedAt: now }
    : primary
  const status = primary.isRollback ? ('ROLLBACK_SUCCESSFUL' as const) : ('SUCCESSFUL' as const)
  return {
    service: { ...service, deployments: [done], isSteady: true },
    plan,
    events: [
      ...events,
      ...(isDone ? [texts.deploymentCompleted(service.name, primary.id)] : []),
      ...(service.isSteady ? [] : [texts.steadyState(service.name)]),
    ],
    ended: isDone
      ? [
          ...broken.ended,
          { id: primary.serviceDeployment, change: { status, finishedAt: now, updatedAt: now, failedTasks: primary.failedTasks } },
        ]
      : broken.ended,
  }
}

type Broken = Pick<Step, 'service' | 'events' | 'ended'>

/** Failures are counted; too many in a row break the circuit. */
function withOutcomes({ service, outcomes, now, lastGood, newDeploymentId }: StepInput): Broken {
  const [primary, ...others] = service.deployments
  if (primary === undefined) return { service, events: [], ended: [] }
  const { deploymentCircuitBreaker: breaker } = service.deploymentConfiguration
  const failures = outcomes.failures.get(primary.id) ?? 0
  const isReset = outcomes.successes.has(primary.id) && breaker?.resetOnHealthyTask !== false
  const failedTasks = (isReset ? 0 : primary.failedTasks) + failures
  if (failedTasks === primary.failedTasks) return { service, events: [], ended: [] }
  const counted: Deployment = { ...primary, failedTasks, updatedAt: now }
  const isBroken = breaker?.enable === true && primary.rolloutState === 'IN_PROGRESS' && failedTasks >= breakerThreshold(service)
  if (!isBroken) return { service: { ...service, deployments: [counted, ...others] }, events: [], ended: [] }
  const failed: Deployment = { ...counted, rolloutState: 'FAILED', rolloutStateReason: texts.circuitBroken }
  const events = [texts.deploymentFailed(service.name, primary.id)]
  if (breaker?.rollback !== true || primary.isRollback || lastGood === undefined) {
    const status = primary.isRollback ? ('ROLLBACK_FAILED' as const) : ('STOPPED' as const)
    return {
      service: { ...service, deployments: [failed, ...others] },
      events,
      ended: [{ id: primary.serviceDeployment, change: { status, ...brokenCircuit, failedTasks, finishedAt: now, updatedAt: now } }],
    }
  }
  const back = rollbackTo(lastGood, failed, `ecs-svc/${newDeploymentId()}`, now)
  const rollback = { reason: texts.circuitBroken, startedAt: now, serviceRevision: lastGood.serviceRevision }
  return {
    service: {
      ...service,
      workload: lastGood.workload,
      deployments: [back, { ...failed, status: 'ACTIVE' }, ...others],
      isSteady: false,
    },
    events: [...events, texts.rollingBack(service.name, back.id)],
    ended: [
      {
        id: primary.serviceDeployment,
        change: { status: 'ROLLBACK_IN_PROGRESS', ...brokenCircuit, failedTasks, rollback, updatedAt: now },
      },
    ],
  }
}

/** A deployment that goes back to what worked, on behalf of who brought that in. */
export function rollbackTo(
  good: Pick<Deployment, 'workload' | 'serviceRevision' | 'createdBy'>,
  from: Deployment,
  id: string,
  now: number,
  reason: (id: string) => string = texts.circuitRollback,
): Deployment {
  return {
    ...good,
    id,
    status: 'PRIMARY',
    desiredCount: from.desiredCount,
    failedTasks: 0,
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: reason(id),
    createdAt: now,
    updatedAt: now,
    serviceDeployment: from.serviceDeployment,
    isRollback: true,
  }
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ThresholdConfiguration.html */
export function breakerThreshold({
  desiredCount,
  deploymentConfiguration,
}: Pick<Service, 'desiredCount' | 'deploymentConfiguration'>): number {
  const { type = 'BOUNDED_PERCENT', value = 50 } = deploymentConfiguration.deploymentCircuitBreaker?.thresholdConfiguration ?? {}
  if (type === 'COUNT') return Math.max(1, value)
  const share = Math.ceil((desiredCount * value) / 100)
  return type === 'UNBOUNDED_PERCENT' ? Math.max(1, share) : Math.min(Math.max(share, 3), 200)
}

function unsteady(service: Service, { start, stopOld, stopPrimary }: Plan): Service {
  return service.isSteady && start + stopOld + stopPrimary > 0 ? { ...service, isSteady: false } : service
}

const brokenCircuit = { isCircuitBroken: true, statusReason: texts.circuitBroken }
const nothing: Plan = { start: 0, stopOld: 0, stopPrimary: 0, isSteady: false }
