import * as iam from '@aws-sdk/client-iam'
import { arnOf, parseArn } from '../arn.ts'
import { check } from '../checks.ts'
import { iamError } from '../errors.ts'
import { iamOperation } from '../iam-operation.ts'
import { newId, newUuid } from '../ids.ts'
import { findPolicy, isServiceLinked, missing, roleNamed } from '../lookup.ts'
import { assertRoom } from '../quotas.ts'
import { roleShape } from '../shapes.ts'
import { keyOf, roleDeletions, roles } from '../state.ts'
import type { Role } from '../state.ts'

export const createServiceLinkedRole = iamOperation<iam.CreateServiceLinkedRoleCommandInput, iam.CreateServiceLinkedRoleCommandOutput>(
  iam.CreateServiceLinkedRole$,
  {
    recordedOutputs: ['Role'],
    authorize({ AWSServiceName, CustomSuffix }, call) {
      const name = roleNameOf(AWSServiceName, CustomSuffix)
      const arn = arnOf('role', call.caller.accountId, { name, path: pathOf(AWSServiceName) })
      return [check('CreateServiceLinkedRole', { arn, context: {} }, { 'iam:AWSServiceName': AWSServiceName })]
    },
    invoke({ AWSServiceName, CustomSuffix, Description }, { state, credentials, caller: { accountId }, now }) {
      const service = linkedServices.get(AWSServiceName)
      if (service === undefined) {
        throw iamError('InvalidInput', `${AWSServiceName} is not a service that has a service-linked role here.`)
      }
      if (CustomSuffix !== undefined && !service.takesSuffix) {
        throw iamError('InvalidInput', `Custom suffix is not allowed for ${AWSServiceName}`)
      }
      const id = newId('AROA', credentials)
      const name = roleNameOf(AWSServiceName, CustomSuffix)
      const policyArn = arnOf('policy', 'aws', { path: '/aws-service-role/', name: service.policy ?? '' })
      return state.transact((tx) => {
        if (tx.get(roles, accountId, keyOf(name)) !== undefined) {
          throw iamError('InvalidInput', `Service role name ${name} has been taken in this account, please try a different suffix.`)
        }
        assertRoom(tx, accountId, roles)
        const role: Role = {
          name,
          path: pathOf(AWSServiceName),
          id,
          createdAt: now,
          description: Description,
          maxSessionDurationSeconds: 3600,
          trustPolicy: trustPolicyOf(AWSServiceName),
          trustPrincipals: [],
          tags: [],
          inlinePolicies: [],
          attachedPolicies: findPolicy(tx, accountId, policyArn) === undefined ? [] : [policyArn],
        }
        tx.put(roles, accountId, keyOf(name), role)
        return { Role: roleShape(tx, accountId, role) }
      })
    },
  },
)

/** Done at once; the task only tells so. */
export const deleteServiceLinkedRole = iamOperation<iam.DeleteServiceLinkedRoleCommandInput, iam.DeleteServiceLinkedRoleCommandOutput>(
  iam.DeleteServiceLinkedRole$,
  {
    recordedOutputs: ['DeletionTaskId'],
    authorize({ RoleName }, { state, caller: { accountId } }) {
      const role = state.read((view) => view.get(roles, accountId, keyOf(RoleName)))
      const service = role === undefined ? undefined : serviceOf(role.path)
      const arn = arnOf('role', accountId, role ?? { name: RoleName, path: '/aws-service-role/' })
      return [check('DeleteServiceLinkedRole', { arn, context: {} }, service === undefined ? {} : { 'iam:AWSServiceName': service })]
    },
    invoke({ RoleName }, { state, credentials, caller: { accountId }, now }) {
      const uuid = newUuid(credentials)
      return state.transact((tx) => {
        const { name, path } = roleNamed(tx, accountId, RoleName)
        if (!isServiceLinked({ path })) throw iamError('InvalidInput', `Role ${name} is not a service-linked role.`)
        const taskId = `task${path}${name}/${uuid}`
        tx.delete(roles, accountId, keyOf(name))
        tx.put(roleDeletions, accountId, taskId, { createdAt: now })
        return { DeletionTaskId: taskId }
      })
    },
  },
)

export const getServiceLinkedRoleDeletionStatus = iamOperation<
  iam.GetServiceLinkedRoleDeletionStatusCommandInput,
  iam.GetServiceLinkedRoleDeletionStatusCommandOutput
>(iam.GetServiceLinkedRoleDeletionStatus$, {
  authorize({ DeletionTaskId }, { caller: { accountId } }) {
    const [, path, name] = /^task(\/aws-service-role\/[^/]+\/)([^/]+)\/[^/]+$/.exec(DeletionTaskId) ?? []
    const arn = path === undefined || name === undefined ? '*' : arnOf('role', accountId, { path, name })
    const service = serviceOf(parseArn(arn)?.path ?? '')
    const context = service === undefined ? {} : { 'iam:AWSServiceName': service }
    return [check('GetServiceLinkedRoleDeletionStatus', { arn, context: {} }, context)]
  },
  invoke: ({ DeletionTaskId }, { state, caller: { accountId } }) =>
    state.read((view) => {
      if (view.get(roleDeletions, accountId, DeletionTaskId) === undefined) {
        missing(`The deletion task with id ${DeletionTaskId} cannot be found.`)
      }
      return { Status: 'SUCCEEDED' as const }
    }),
})

interface LinkedService {
  readonly name: string
  readonly takesSuffix?: true
  /** Name of its AWS managed policy, where that is here. */
  readonly policy?: string
}

function roleNameOf(service: string, suffix: string | undefined): string {
  const name = linkedServices.get(service)?.name ?? service.split('.', 1)[0] ?? service
  return `AWSServiceRoleFor${name}${suffix === undefined ? '' : `_${suffix}`}`
}

function pathOf(service: string): string {
  return `/aws-service-role/${service}/`
}

function serviceOf(path: string): string | undefined {
  return /^\/aws-service-role\/([^/]+)\/$/.exec(path)?.[1]
}

function trustPolicyOf(service: string): string {
  return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"${service}"},"Action":"sts:AssumeRole"}]}`
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html */
const linkedServices: ReadonlyMap<string, LinkedService> = new Map<string, LinkedService>([
  ['ecs.amazonaws.com', { name: 'ECS', policy: 'AmazonECSServiceRolePolicy' }],
  ['ecs.application-autoscaling.amazonaws.com', { name: 'ApplicationAutoScaling_ECSService' }],
  ['autoscaling.amazonaws.com', { name: 'AutoScaling', takesSuffix: true }],
  ['elasticloadbalancing.amazonaws.com', { name: 'ElasticLoadBalancing' }],
  ['elasticbeanstalk.amazonaws.com', { name: 'ElasticBeanstalk' }],
  ['replication.ecr.amazonaws.com', { name: 'ECRReplication' }],
  ['pullthroughcache.ecr.amazonaws.com', { name: 'ECRPullThroughCache' }],
  ['batch.amazonaws.com', { name: 'Batch' }],
  ['spot.amazonaws.com', { name: 'EC2Spot' }],
  ['rds.amazonaws.com', { name: 'RDS' }],
  ['cloudtrail.amazonaws.com', { name: 'CloudTrail' }],
])
