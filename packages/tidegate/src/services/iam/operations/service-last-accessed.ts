/** Which services a user, group, role or policy allows, and when they were last used: from the audit log, through `AccessHistory`. */
import * as iam from '@aws-sdk/client-iam'
import type { PolicyDocument } from '@tidegate/policy'
import type { View } from '../../../kernel/state.ts'
import { arnOf, parseArn } from '../arn.ts'
import { check, groupTarget, policyTarget, roleTarget, userTarget } from '../checks.ts'
import type { Target } from '../checks.ts'
import { iamError } from '../errors.ts'
import { iamOperation } from '../iam-operation.ts'
import type { IamCall } from '../iam-operation.ts'
import { newUuid } from '../ids.ts'
import { findPolicy, groupNamed, missing, policyOf, roleNamed, userNamed } from '../lookup.ts'
import { pageOf } from '../page.ts'
import type { ServiceUse } from '../ports.ts'
import { documentsOf, managedDocument } from '../principals.ts'
import { accessReportJobs, groups, keyOf, roles, users } from '../state.ts'

export const generateServiceLastAccessedDetails = iamOperation<
  iam.GenerateServiceLastAccessedDetailsCommandInput,
  iam.GenerateServiceLastAccessedDetailsCommandOutput
>(iam.GenerateServiceLastAccessedDetails$, {
  authorize: ({ Arn }, call) => [check('GenerateServiceLastAccessedDetails', targetOf(call, Arn))],
  async invoke({ Arn, Granularity }, { state, credentials, caller: { accountId }, now }) {
    const jobId = newUuid(credentials)
    await state.transact((tx) => {
      subjectOf(tx, accountId, Arn)
      const jobs = tx.list(accessReportJobs, accountId).toSorted((a, b) => a.value.createdAt - b.value.createdAt)
      for (const { key } of jobs.slice(0, Math.max(0, jobs.length - keptJobs + 1))) tx.delete(accessReportJobs, accountId, key)
      tx.put(accessReportJobs, accountId, jobId, { arn: Arn, isActionLevel: Granularity === 'ACTION_LEVEL', createdAt: now })
    })
    return { JobId: jobId }
  },
})

export const getServiceLastAccessedDetails = iamOperation<
  iam.GetServiceLastAccessedDetailsCommandInput,
  iam.GetServiceLastAccessedDetailsCommandOutput
>(iam.GetServiceLastAccessedDetails$, {
  authorize({ JobId }, call) {
    const job = call.state.read((view) => view.get(accessReportJobs, call.caller.accountId, JobId))
    return [check('GetServiceLastAccessedDetails', job === undefined ? { arn: '*', context: {} } : targetOf(call, job.arn))]
  },
  async invoke(input, { state, accessHistory, caller: { accountId } }) {
    const job = state.read((view) => view.get(accessReportJobs, accountId, input.JobId))
    if (job === undefined) return missing(`Job ${input.JobId} cannot be found.`)
    const { entities, documents } = state.read((view) => subjectOf(view, accountId, job.arn))
    const uses = await accessHistory.servicesUsed(accountId, [...entities.keys()])
    const namespaces = [...new Set([...allowedServices(documents), ...uses.map(({ service }) => service)])]
    const all = namespaces.map((namespace) => lastAccess(namespace, uses, entities, job.isActionLevel))
    const { items, rest } = pageOf(all, ({ ServiceNamespace }) => ServiceNamespace ?? '', input)
    return {
      JobStatus: 'COMPLETED' as const,
      JobType: job.isActionLevel ? ('ACTION_LEVEL' as const) : ('SERVICE_LEVEL' as const),
      JobCreationDate: new Date(job.createdAt),
      JobCompletionDate: new Date(job.createdAt),
      ServicesLastAccessed: items,
      ...rest,
    }
  },
})

interface Subject {
  /** ARN by unique id of the users and roles whose calls count. */
  readonly entities: ReadonlyMap<string, string>
  readonly documents: readonly PolicyDocument[]
}

/** Throws `NoSuchEntity`. */
function subjectOf(view: View, accountId: string, arn: string): Subject {
  const parsed = parseArn(arn)
  if (parsed === undefined) throw iamError('InvalidInput', `ARN ${arn} is not valid.`)
  if (parsed.accountId !== accountId && parsed.accountId !== 'aws') missing(`ARN ${arn} does not exist.`)
  const userIds = view.list(users, accountId).map(({ value }) => value)
  const roleIds = view.list(roles, accountId).map(({ value }) => value)
  const only = (type: 'user' | 'role', entity: { readonly id: string; readonly name: string; readonly path: string }) =>
    new Map([[entity.id, arnOf(type, accountId, entity)]])
  switch (parsed.type) {
    case 'user': {
      const user = userNamed(view, accountId, parsed.name)
      const inherited = user.groups.flatMap((key) => view.get(groups, accountId, key) ?? [])
      return { entities: only('user', user), documents: [user, ...inherited].flatMap((holder) => documentsOf(view, accountId, holder)) }
    }
    case 'role': {
      const role = roleNamed(view, accountId, parsed.name)
      return { entities: only('role', role), documents: documentsOf(view, accountId, role) }
    }
    case 'group': {
      const group = groupNamed(view, accountId, parsed.name)
      const members = userIds.filter((user) => user.groups.includes(keyOf(group.name)))
      const entities = new Map(members.map((user) => [user.id, arnOf('user', accountId, user)]))
      return { entities, documents: documentsOf(view, accountId, group) }
    }
    case 'policy': {
      const policy = policyOf(view, accountId, arn)
      const inGroups = new Set(
        view.list(groups, accountId).flatMap(({ key, value }) => (value.attachedPolicies.includes(arn) ? [key] : [])),
      )
      const attachedUsers = userIds.filter((user) => user.attachedPolicies.includes(arn) || user.groups.some((key) => inGroups.has(key)))
      const attachedRoles = roleIds.filter((role) => role.attachedPolicies.includes(arn))
      const entities = new Map([
        ...attachedUsers.map((user) => [user.id, arnOf('user', accountId, user)] as const),
        ...attachedRoles.map((role) => [role.id, arnOf('role', accountId, role)] as const),
      ])
      return { entities, documents: [managedDocument(policy, arn)] }
    }
    default:
      throw iamError('InvalidInput', `ARN ${arn} is not valid.`)
  }
}

function targetOf(call: IamCall, arn: string): Target {
  const parsed = parseArn(arn)
  switch (parsed?.type) {
    case 'user':
      return userTarget(call, parsed.name)
    case 'role':
      return roleTarget(call, parsed.name)
    case 'group':
      return groupTarget(call, parsed.name)
    default:
      return call.state.read((view) => findPolicy(view, call.caller.accountId, arn)) === undefined
        ? { arn, context: {} }
        : policyTarget(call, arn)
  }
}

/** Service prefixes that Allow statements name; `*` and `NotAction` stand for every service that is here. */
function allowedServices(documents: readonly PolicyDocument[]): ReadonlySet<string> {
  const services = new Set<string>()
  for (const { effect, action } of documents.flatMap(({ statements }) => statements)) {
    if (effect !== 'Allow') continue
    const named = action.not ? ['*'] : action.patterns.map((pattern) => pattern.split(':', 1)[0]?.toLowerCase() ?? '')
    for (const service of named.includes('*') ? serviceNames.keys() : named) services.add(service)
  }
  return services
}

function lastAccess(
  namespace: string,
  uses: readonly ServiceUse[],
  entities: ReadonlyMap<string, string>,
  isActionLevel: boolean,
): iam.ServiceLastAccessed {
  const own = uses.filter(({ service, entityId }) => service === namespace && entities.has(entityId)).toSorted((a, b) => b.at - a.at)
  const [last] = own
  const shape = { ServiceName: serviceNames.get(namespace) ?? namespace, ServiceNamespace: namespace }
  if (last === undefined) return { ...shape, TotalAuthenticatedEntities: 0 }
  const actions = own.flatMap(({ actions: each, entityId }) => each.map((action) => ({ ...action, entity: entities.get(entityId) ?? '' })))
  return {
    ...shape,
    LastAuthenticated: new Date(last.at),
    LastAuthenticatedEntity: entities.get(last.entityId) ?? '',
    LastAuthenticatedRegion: last.region,
    TotalAuthenticatedEntities: new Set(own.map(({ entityId }) => entityId)).size,
    ...(isActionLevel
      ? {
          TrackedActionsLastAccessed: actions.map(({ name, at, region, entity }) => ({
            ActionName: name,
            LastAccessedEntity: entity,
            LastAccessedTime: new Date(at),
            LastAccessedRegion: region,
          })),
        }
      : {}),
  }
}

const keptJobs = 100

const serviceNames: ReadonlyMap<string, string> = new Map([
  ['cloudtrail', 'AWS CloudTrail'],
  ['ecr', 'Amazon Elastic Container Registry'],
  ['ecs', 'Amazon Elastic Container Service'],
  ['iam', 'AWS Identity and Access Management'],
  ['kms', 'AWS Key Management Service'],
  ['logs', 'Amazon CloudWatch Logs'],
  ['s3', 'Amazon S3'],
  ['secretsmanager', 'AWS Secrets Manager'],
  ['sts', 'AWS Security Token Service'],
])
