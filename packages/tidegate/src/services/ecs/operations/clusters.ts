/** Clusters. A deleted one stays visible as INACTIVE until another is made under its name. */
import { isDeepStrictEqual } from 'node:util'
import {
  CreateCluster$,
  DeleteCluster$,
  DescribeClusters$,
  ListClusters$,
  PutClusterCapacityProviders$,
  UpdateCluster$,
  UpdateClusterSettings$,
  type Cluster as ClusterShape,
  type ClusterField,
  type ClusterSetting,
  type CreateClusterCommandInput,
  type CreateClusterCommandOutput,
  type DeleteClusterCommandInput,
  type DeleteClusterCommandOutput,
  type DescribeClustersCommandInput,
  type DescribeClustersCommandOutput,
  type ListClustersCommandInput,
  type ListClustersCommandOutput,
  type PutClusterCapacityProvidersCommandInput,
  type PutClusterCapacityProvidersCommandOutput,
  type UpdateClusterCommandInput,
  type UpdateClusterCommandOutput,
  type UpdateClusterSettingsCommandInput,
  type UpdateClusterSettingsCommandOutput,
} from '@aws-sdk/client-ecs'
import type { Check } from '../../../kernel/operation.ts'
import type { Transaction, View } from '../../../kernel/state.ts'
import { effectiveSetting } from '../account-settings.ts'
import { clusterName, ecsArn, type Where } from '../arn.ts'
import { capacityProviderKeys, checkCapacityProviders } from '../capacity-providers.ts'
import { type EcsCall, ecsOperation, whereOf } from '../ecs-operation.ts'
import { ecsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import { countTasks } from '../service.ts'
import { serviceKey, services } from '../service-state.ts'
import { type Cluster, clusterKey, clusters } from '../state.ts'
import { taskKey, tasks } from '../task-state.ts'
import { requestTags, resourceTags, tagsOf } from '../tags.ts'

export const createCluster = ecsOperation<CreateClusterCommandInput, CreateClusterCommandOutput>(CreateCluster$, {
  recordedOutputs: ['cluster.clusterArn'],
  authorize(input, call) {
    const where = whereOf(call)
    const resource = ecsArn(where, 'cluster', clusterName(where, input.clusterName))
    const tags = requestTags(input.tags)
    const providers = capacityProviderKeys(where, input.capacityProviders)
    const create: Check = { action: 'ecs:CreateCluster', resource, context: { ...tags, ...providers, ...storageKey(input) } }
    if ((input.tags ?? []).length === 0) return [create]
    return [create, { action: 'ecs:TagResource', resource, context: { ...tags, 'ecs:CreateAction': 'CreateCluster' } }]
  },
  async invoke(input, call) {
    const where = whereOf(call)
    const name = clusterName(where, input.clusterName)
    const { capacityProviders = [], defaultCapacityProviderStrategy = [], configuration, serviceConnectDefaults } = input
    checkCapacityProviders(capacityProviders, defaultCapacityProviderStrategy)
    const asked: Omit<Cluster, 'settings'> = {
      name,
      status: 'ACTIVE',
      ...(configuration && { configuration }),
      ...(serviceConnectDefaults && { serviceConnectDefaults: { namespace: serviceConnectDefaults.namespace ?? '' } }),
      capacityProviders,
      defaultCapacityProviderStrategy,
      tags: tagsOf(input.tags),
    }
    const made = await call.state.transact((tx) => {
      const known = tx.get(clusters, where.accountId, clusterKey(where.region, name))
      const insights = effectiveSetting(tx, where, call.caller.principal, 'containerInsights')
      const cluster = { ...asked, settings: settingsOf(input.settings, [{ name: 'containerInsights', value: insights }]) }
      if (known?.status !== 'ACTIVE') return put(tx, where, cluster)
      // Asking again for what is there is answered with it.
      if (isDeepStrictEqual(known, cluster)) return known
      throw ecsError(
        'InvalidParameterException',
        'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
      )
    })
    return { cluster: shapeOf(call, made, ['SETTINGS', 'CONFIGURATIONS', 'TAGS']) }
  },
})

export const describeClusters = ecsOperation<DescribeClustersCommandInput, DescribeClustersCommandOutput>(DescribeClusters$, {
  authorize: (input, call) => namesIn(input, whereOf(call)).map((name) => clusterCheck('ecs:DescribeClusters', name, call)),
  invoke(input, call) {
    const where = whereOf(call)
    const names = namesIn(input, where)
    return call.state.read((view) => {
      const found = names.map((name) => ({ name, cluster: view.get(clusters, where.accountId, clusterKey(where.region, name)) }))
      return {
        clusters: found.flatMap(({ cluster }) => (cluster === undefined ? [] : [clusterShape(view, where, cluster, input.include)])),
        failures: found.flatMap(({ name, cluster }) =>
          cluster === undefined ? [{ arn: ecsArn(where, 'cluster', name), reason: 'MISSING' }] : [],
        ),
      }
    })
  },
})

export const listClusters = ecsOperation<ListClustersCommandInput, ListClustersCommandOutput>(ListClusters$, {
  authorize: () => [{ action: 'ecs:ListClusters', resource: '*' }],
  invoke(input, call) {
    const where = whereOf(call)
    const all = call.state.read((view) => view.list(clusters, where.accountId, { prefix: clusterKey(where.region, '') }))
    const active = all.filter(({ value }) => value.status === 'ACTIVE')
    const { items, ...rest } = pageOf(
      active.map(({ key, value }) => ({ key, item: ecsArn(where, 'cluster', value.name) })),
      input,
    )
    return { clusterArns: items, ...rest }
  },
})

export const updateCluster = ecsOperation<UpdateClusterCommandInput, UpdateClusterCommandOutput>(UpdateCluster$, {
  authorize(input, call) {
    const check = clusterCheck('ecs:UpdateCluster', clusterName(whereOf(call), input.cluster), call)
    return [{ ...check, context: { ...check.context, ...storageKey(input) } }]
  },
  async invoke({ cluster: given, settings, configuration, serviceConnectDefaults }, call) {
    const changed = await change(call, given, (cluster) => ({
      ...cluster,
      settings: settingsOf(settings, cluster.settings),
      ...(configuration && { configuration }),
      ...(serviceConnectDefaults && { serviceConnectDefaults: { namespace: serviceConnectDefaults.namespace ?? '' } }),
    }))
    return { cluster: shapeOf(call, changed, ['SETTINGS', 'CONFIGURATIONS', 'TAGS']) }
  },
})

export const updateClusterSettings = ecsOperation<UpdateClusterSettingsCommandInput, UpdateClusterSettingsCommandOutput>(
  UpdateClusterSettings$,
  {
    authorize: ({ cluster }, call) => [clusterCheck('ecs:UpdateClusterSettings', clusterName(whereOf(call), cluster), call)],
    async invoke({ cluster: given, settings }, call) {
      const changed = await change(call, given, (cluster) => ({ ...cluster, settings: settingsOf(settings, cluster.settings) }))
      return { cluster: shapeOf(call, changed, ['SETTINGS', 'TAGS']) }
    },
  },
)

export const putClusterCapacityProviders = ecsOperation<PutClusterCapacityProvidersCommandInput, PutClusterCapacityProvidersCommandOutput>(
  PutClusterCapacityProviders$,
  {
    authorize(input, call) {
      const where = whereOf(call)
      const check = clusterCheck('ecs:PutClusterCapacityProviders', clusterName(where, input.cluster), call)
      return [{ ...check, context: { ...check.context, ...capacityProviderKeys(where, input.capacityProviders) } }]
    },
    async invoke({ cluster: given, capacityProviders, defaultCapacityProviderStrategy }, call) {
      checkCapacityProviders(capacityProviders, defaultCapacityProviderStrategy)
      const changed = await change(call, given, (cluster) => ({ ...cluster, capacityProviders, defaultCapacityProviderStrategy }))
      return { cluster: shapeOf(call, changed, ['SETTINGS', 'CONFIGURATIONS', 'TAGS']) }
    },
  },
)

export const deleteCluster = ecsOperation<DeleteClusterCommandInput, DeleteClusterCommandOutput>(DeleteCluster$, {
  authorize: ({ cluster }, call) => [clusterCheck('ecs:DeleteCluster', clusterName(whereOf(call), cluster), call)],
  async invoke({ cluster: given }, call) {
    const where = whereOf(call)
    const deleted = await call.state.transact((tx) => {
      const cluster = activeCluster(tx, where, clusterName(where, given))
      const { activeServicesCount, runningTasksCount, pendingTasksCount } = countsOf(tx, where, cluster.name)
      if (activeServicesCount > 0)
        throw ecsError('ClusterContainsServicesException', 'The Cluster cannot be deleted while Services are active.')
      if (runningTasksCount + pendingTasksCount > 0)
        throw ecsError('ClusterContainsTasksException', 'The Cluster cannot be deleted while Tasks are active.')
      return put(tx, where, { ...cluster, status: 'INACTIVE' })
    })
    return { cluster: shapeOf(call, deleted, ['SETTINGS', 'TAGS']) }
  },
})

/** The condition key of the key that Fargate would encrypt ephemeral storage with. */
function storageKey({ configuration }: Pick<CreateClusterCommandInput, 'configuration'>): Readonly<Record<string, string>> {
  const key = configuration?.managedStorageConfiguration?.fargateEphemeralStorageKmsKeyId
  return key === undefined ? {} : { 'ecs:fargate-ephemeral-storage-kms-key': key }
}

export function clusterCheck(action: string, name: string, { state, ...call }: EcsCall): Check {
  const where = whereOf(call)
  const known = state.read((view) => view.get(clusters, where.accountId, clusterKey(where.region, name)))
  return { action, resource: ecsArn(where, 'cluster', name), context: resourceTags(known?.tags) }
}

function namesIn({ clusters: given }: DescribeClustersCommandInput, where: Where): readonly string[] {
  if ((given ?? []).length > 100) throw ecsError('InvalidParameterException', 'Clusters cannot have more than 100 elements.')
  const names = (given?.length ?? 0) === 0 ? [clusterName(where)] : (given ?? []).map((each) => clusterName(where, each))
  return [...new Set(names)]
}

/** Throws `ClusterNotFoundException` for a cluster that is not there or was deleted. */
export function activeCluster(view: View, { accountId, region }: Where, name: string): Cluster {
  const cluster = view.get(clusters, accountId, clusterKey(region, name))
  if (cluster?.status !== 'ACTIVE') throw ecsError('ClusterNotFoundException', 'Cluster not found.')
  return cluster
}

function change(call: EcsCall, given: string | undefined, work: (cluster: Cluster) => Cluster): Promise<Cluster> {
  const where = whereOf(call)
  return call.state.transact((tx) => put(tx, where, work(activeCluster(tx, where, clusterName(where, given)))))
}

function put(tx: Transaction, { accountId, region }: Where, cluster: Cluster): Cluster {
  tx.put(clusters, accountId, clusterKey(region, cluster.name), cluster)
  return cluster
}

/** Settings that are asked for, and those that stay. */
function settingsOf(asked: readonly ClusterSetting[] = [], known: readonly ClusterSetting[]): ClusterSetting[] {
  for (const { name, value } of asked) {
    if (name !== 'containerInsights') throw ecsError('InvalidParameterException', 'Setting name must be one of [containerInsights].')
    if (value === undefined || !['enabled', 'disabled', 'enhanced'].includes(value))
      throw ecsError('InvalidParameterException', 'The value for the setting must be one of [enabled, disabled, enhanced].')
  }
  return [...asked, ...known.filter(({ name }) => !asked.some((each) => each.name === name))]
}

function shapeOf(call: EcsCall, cluster: Cluster, include: readonly ClusterField[]): ClusterShape {
  return call.state.read((view) => clusterShape(view, whereOf(call), cluster, include))
}

function countsOf(view: View, where: Where, cluster: string) {
  const { accountId, region } = where
  const { running, pending } = countTasks(
    view.list(tasks, accountId, { prefix: taskKey(region, { cluster, id: '' }) }).map(({ value }) => value),
  )
  const all = view.list(services, accountId, { prefix: serviceKey(region, { cluster, name: '' }) })
  return {
    runningTasksCount: running,
    pendingTasksCount: pending,
    activeServicesCount: all.filter(({ value }) => value.status === 'ACTIVE').length,
  }
}

/** What `include` does not name is left out, as ECS does. */
function clusterShape(view: View, where: Where, cluster: Cluster, include: readonly ClusterField[] = []): ClusterShape {
  const { name, status, settings, configuration, serviceConnectDefaults, capacityProviders, defaultCapacityProviderStrategy, tags } =
    cluster
  return {
    clusterArn: ecsArn(where, 'cluster', name),
    clusterName: name,
    status,
    registeredContainerInstancesCount: 0,
    ...countsOf(view, where, name),
    statistics: [],
    tags: include.includes('TAGS') ? tags.map((tag) => ({ ...tag })) : [],
    settings: include.includes('SETTINGS') ? [...settings] : [],
    ...(include.includes('CONFIGURATIONS') && configuration && { configuration }),
    capacityProviders: [...capacityProviders],
    defaultCapacityProviderStrategy: [...defaultCapacityProviderStrategy],
    ...(serviceConnectDefaults && { serviceConnectDefaults }),
  }
}
