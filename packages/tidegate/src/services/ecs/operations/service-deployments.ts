/** What came of each deployment of a service, and what it rolled out. */
import {
  DescribeServiceDeployments$,
  DescribeServiceRevisions$,
  ListServiceDeployments$,
  StopServiceDeployment$,
  type DescribeServiceDeploymentsCommandInput,
  type DescribeServiceDeploymentsCommandOutput,
  type DescribeServiceRevisionsCommandInput,
  type DescribeServiceRevisionsCommandOutput,
  type ListServiceDeploymentsCommandInput,
  type ListServiceDeploymentsCommandOutput,
  type ServiceDeployment as ServiceDeploymentShape,
  type StopServiceDeploymentCommandInput,
  type StopServiceDeploymentCommandOutput,
} from '@aws-sdk/client-ecs'
import type { Check } from '../../../kernel/operation.ts'
import type { View } from '../../../kernel/state.ts'
import { clusterName, ecsArn, serviceHistoryName, serviceName, type Where } from '../arn.ts'
import { type EcsCall, ecsOperation, whereOf } from '../ecs-operation.ts'
import { ecsError } from '../errors.ts'
import { digits } from '../ids.ts'
import { pageOf } from '../page.ts'
import { breakerThreshold, rollbackTo } from '../scheduler/service-step.ts'
import * as texts from '../scheduler/texts.ts'
import { countTasks, historyArn, serviceArn, tasksOfService, workloadShape } from '../service.ts'
import {
  type Deployment,
  historyKey,
  type Service,
  type ServiceDeployment,
  serviceDeployments,
  serviceKey,
  serviceRevisions,
  services,
} from '../service-state.ts'
import { resourceTags } from '../tags.ts'
import { serviceCheck } from './services.ts'

export const listServiceDeployments = ecsOperation<ListServiceDeploymentsCommandInput, ListServiceDeploymentsCommandOutput>(
  ListServiceDeployments$,
  {
    authorize: ({ cluster, service }, call) => [serviceCheck('ecs:ListServiceDeployments', cluster, service, call)],
    invoke({ cluster: givenCluster, service: given, status, createdAt, maxResults, nextToken }, call) {
      const where = whereOf(call)
      const cluster = clusterName(where, givenCluster)
      const name = serviceName(where, cluster, given)
      return call.state.read((view) => {
        if (view.get(services, where.accountId, serviceKey(where.region, { cluster, name })) === undefined)
          throw ecsError('ServiceNotFoundException', 'Service not found.')
        const prefix = historyKey(where.region, { cluster, service: name }, '')
        const all = view
          .list(serviceDeployments, where.accountId, { prefix })
          .map(({ value }) => value)
          .filter(
            (one) =>
              (status === undefined || status.length === 0 || status.includes(one.status)) &&
              (createdAt?.after === undefined || one.createdAt >= createdAt.after.getTime()) &&
              (createdAt?.before === undefined || one.createdAt <= createdAt.before.getTime()),
          )
        // Newest first.
        const keyed = all
          .map((one) => ({ key: `${String(1e15 - one.createdAt)}/${one.id}`, item: one.id }))
          .toSorted((a, b) => (a.key < b.key ? -1 : 1))
        const { items, ...rest } = pageOf(keyed, { maxResults, nextToken })
        const shown = items.flatMap((id) => all.find((one) => one.id === id) ?? [])
        return { serviceDeployments: shown.map((one) => briefOf(where, one)), ...rest }
      })
    },
  },
)

export const describeServiceDeployments = ecsOperation<DescribeServiceDeploymentsCommandInput, DescribeServiceDeploymentsCommandOutput>(
  DescribeServiceDeployments$,
  {
    authorize: ({ serviceDeploymentArns }, call) =>
      assertArns(serviceDeploymentArns).flatMap((arn) => historyChecks('ecs:DescribeServiceDeployments', 'service-deployment', arn, call)),
    invoke({ serviceDeploymentArns }, call) {
      const where = whereOf(call)
      return call.state.read((view) => {
        const found = serviceDeploymentArns.map((arn) => ({ arn, record: recordOf(view, where, arn) }))
        return {
          serviceDeployments: found.flatMap(({ record }) => (record === undefined ? [] : [deploymentShape(view, where, record)])),
          failures: found.flatMap(({ arn, record }) => (record === undefined ? [{ arn, reason: 'MISSING' }] : [])),
        }
      })
    },
  },
)

export const describeServiceRevisions = ecsOperation<DescribeServiceRevisionsCommandInput, DescribeServiceRevisionsCommandOutput>(
  DescribeServiceRevisions$,
  {
    authorize: ({ serviceRevisionArns }, call) =>
      assertArns(serviceRevisionArns).flatMap((arn) => historyChecks('ecs:DescribeServiceRevisions', 'service-revision', arn, call)),
    invoke({ serviceRevisionArns }, call) {
      const where = whereOf(call)
      return call.state.read((view) => {
        const found = serviceRevisionArns.map((arn) => {
          const { cluster, service, id } = serviceHistoryName(where, 'service-revision', arn)
          return { arn, revision: view.get(serviceRevisions, where.accountId, historyKey(where.region, { cluster, service }, id)) }
        })
        return {
          serviceRevisions: found.flatMap(({ arn, revision }) =>
            revision === undefined
              ? []
              : [
                  {
                    serviceRevisionArn: arn,
                    serviceArn: serviceArn(where, { cluster: revision.cluster, name: revision.service }),
                    clusterArn: ecsArn(where, 'cluster', revision.cluster),
                    ...workloadShape(where, revision.workload),
                    createdAt: new Date(revision.createdAt),
                  },
                ],
          ),
          failures: found.flatMap(({ arn, revision }) => (revision === undefined ? [{ arn, reason: 'MISSING' }] : [])),
        }
      })
    },
  },
)

/** ROLLBACK goes back to what was there before; ABORT leaves things as they are, and starts no more tasks. */
export const stopServiceDeployment = ecsOperation<StopServiceDeploymentCommandInput, StopServiceDeploymentCommandOutput>(
  StopServiceDeployment$,
  {
    authorize: ({ serviceDeploymentArn }, call) =>
      historyChecks('ecs:StopServiceDeployment', 'service-deployment', serviceDeploymentArn, call),
    async invoke({ serviceDeploymentArn, stopType = 'ROLLBACK' }, call) {
      const where = whereOf(call)
      const { cluster, service: name, id } = serviceHistoryName(where, 'service-deployment', serviceDeploymentArn)
      const rollbackId = `ecs-svc/${digits(call.newId())}`
      await call.state.transact((tx) => {
        const record = recordOf(tx, where, serviceDeploymentArn)
        if (record === undefined) throw ecsError('ServiceDeploymentNotFoundException', 'Service deployment not found.')
        const key = serviceKey(where.region, { cluster, name })
        const service = tx.get(services, where.accountId, key)
        const [primary, ...others] = service?.deployments ?? []
        if (service === undefined || primary?.serviceDeployment !== id || record.status !== 'IN_PROGRESS')
          throw ecsError('ConflictException', 'The service deployment is not in a state in which it can be stopped.')
        const good = others.find(({ rolloutState }) => rolloutState === 'COMPLETED')
        if (stopType === 'ROLLBACK' && good === undefined)
          throw ecsError('ConflictException', 'There is no completed service deployment to roll back to.')
        const stopped: Deployment = { ...primary, rolloutState: 'FAILED', rolloutStateReason: texts.stoppedByUser, updatedAt: call.now }
        const ending = { statusReason: texts.stoppedByUser, stoppedAt: call.now, updatedAt: call.now } as const
        const isBack = stopType === 'ROLLBACK' && good !== undefined
        const next: Service = isBack
          ? {
              ...service,
              workload: good.workload,
              isSteady: false,
              deployments: [
                rollbackTo(good, stopped, rollbackId, call.now, texts.userRollback),
                { ...stopped, status: 'ACTIVE' },
                ...others,
              ],
            }
          : { ...service, deployments: [stopped, ...others] }
        const change: ServiceDeployment = isBack
          ? {
              ...record,
              ...ending,
              status: 'ROLLBACK_IN_PROGRESS',
              rollback: { reason: texts.stoppedByUser, startedAt: call.now, serviceRevision: good.serviceRevision },
            }
          : { ...record, ...ending, status: 'STOPPED', finishedAt: call.now }
        tx.put(services, where.accountId, key, next)
        tx.put(serviceDeployments, where.accountId, historyKey(where.region, { cluster, service: name }, id), change)
      })
      call.scheduling.serviceChanged(where, { cluster, name })
      return { serviceDeploymentArn }
    },
  },
)

/** The service, and the deployment or revision itself: both must be allowed. */
function historyChecks(action: string, kind: 'service-deployment' | 'service-revision', arn: string, call: EcsCall): Check[] {
  const where = whereOf(call)
  const { cluster, service: name } = serviceHistoryName(where, kind, arn)
  const known = call.state.read((view) => view.get(services, where.accountId, serviceKey(where.region, { cluster, name })))
  const ofService = serviceArn(where, { cluster, name })
  const context = { 'ecs:cluster': ecsArn(where, 'cluster', cluster), 'ecs:service': ofService, ...resourceTags(known?.tags) }
  return [
    { action, resource: ofService, context },
    { action, resource: arn, context },
  ]
}

function assertArns(arns: readonly string[]): readonly string[] {
  if (arns.length === 0 || arns.length > 20) throw ecsError('InvalidParameterException', 'There must be between 1 and 20 ARNs.')
  return arns
}

function recordOf(view: View, where: Where, arn: string): ServiceDeployment | undefined {
  const { cluster, service, id } = serviceHistoryName(where, 'service-deployment', arn)
  return view.get(serviceDeployments, where.accountId, historyKey(where.region, { cluster, service }, id))
}

function briefOf(where: Where, record: ServiceDeployment) {
  const { cluster, service: name, id, status, statusReason, createdAt, finishedAt, targetRevision } = record
  return {
    serviceDeploymentArn: historyArn(where, 'service-deployment', { cluster, name }, id),
    serviceArn: serviceArn(where, { cluster, name }),
    clusterArn: ecsArn(where, 'cluster', cluster),
    startedAt: new Date(createdAt),
    createdAt: new Date(createdAt),
    ...(finishedAt !== undefined && { finishedAt: new Date(finishedAt) }),
    targetServiceRevisionArn: historyArn(where, 'service-revision', { cluster, name }, targetRevision),
    status,
    ...(statusReason !== undefined && { statusReason }),
  }
}

function deploymentShape(view: View, where: Where, record: ServiceDeployment): ServiceDeploymentShape {
  const { cluster, service: name, sourceRevisions, targetRevision, deploymentConfiguration, rollback } = record
  const { targetServiceRevisionArn: _target, ...brief } = briefOf(where, record)
  const service = view.get(services, where.accountId, serviceKey(where.region, { cluster, name }))
  const all = service === undefined ? [] : tasksOfService(view, where, service)
  const summary = (revision: string, requestedTaskCount: number) => {
    const deployments = (service?.deployments ?? []).filter(({ serviceRevision }) => serviceRevision === revision).map(({ id }) => id)
    const { running, pending } = countTasks(all.filter((task) => deployments.includes(task.service?.deployment ?? '')))
    return {
      arn: historyArn(where, 'service-revision', { cluster, name }, revision),
      requestedTaskCount,
      runningTaskCount: running,
      pendingTaskCount: pending,
    }
  }
  const breaker = deploymentConfiguration.deploymentCircuitBreaker
  const [primary] = service?.deployments ?? []
  return {
    ...brief,
    updatedAt: new Date(record.updatedAt),
    ...(record.stoppedAt !== undefined && { stoppedAt: new Date(record.stoppedAt) }),
    sourceServiceRevisions: sourceRevisions.map((one) => summary(one, 0)),
    targetServiceRevision: summary(targetRevision, record.requestedTaskCount),
    deploymentConfiguration: { ...deploymentConfiguration },
    ...(rollback && {
      rollback: {
        reason: rollback.reason,
        startedAt: new Date(rollback.startedAt),
        serviceRevisionArn: historyArn(where, 'service-revision', { cluster, name }, rollback.serviceRevision),
      },
    }),
    deploymentCircuitBreaker: {
      status: record.isCircuitBroken
        ? 'TRIGGERED'
        : breaker?.enable !== true
          ? 'DISABLED'
          : record.finishedAt === undefined
            ? 'MONITORING'
            : 'MONITORING_COMPLETE',
      failureCount: primary?.serviceDeployment === record.id && !primary.isRollback ? primary.failedTasks : record.failedTasks,
      threshold: breakerThreshold({ desiredCount: record.requestedTaskCount, deploymentConfiguration }),
    },
  }
}
