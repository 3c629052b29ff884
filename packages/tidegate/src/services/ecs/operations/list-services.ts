/** Services that are there. */
import {
  DescribeServices$,
  ListServices$,
  ListServicesByNamespace$,
  type DescribeServicesCommandInput,
  type DescribeServicesCommandOutput,
  type ListServicesByNamespaceCommandInput,
  type ListServicesByNamespaceCommandOutput,
  type ListServicesCommandInput,
  type ListServicesCommandOutput,
} from '@aws-sdk/client-ecs'
import type { Given } from '../../../kernel/judged-operation.ts'
import type { View } from '../../../kernel/state.ts'
import { clusterName, ecsArn, serviceName, type Where } from '../arn.ts'
import { ecsOperation, whereOf } from '../ecs-operation.ts'
import { ecsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import { serviceArn, serviceShape } from '../service.ts'
import { type Service, serviceKey, services } from '../service-state.ts'
import { activeCluster } from './clusters.ts'
import { serviceCheck } from './services.ts'

export const describeServices = ecsOperation<DescribeServicesCommandInput, DescribeServicesCommandOutput>(DescribeServices$, {
  authorize: (input, call) => namesIn(input, whereOf(call)).map((name) => serviceCheck('ecs:DescribeServices', input.cluster, name, call)),
  invoke(input, call) {
    const where = whereOf(call)
    return call.state.read((view) => {
      const { name: cluster } = activeCluster(view, where, clusterName(where, input.cluster))
      const withTags = input.include?.includes('TAGS') === true
      const found = namesIn(input, where).map((name) => ({
        name,
        service: view.get(services, where.accountId, serviceKey(where.region, { cluster, name })),
      }))
      return {
        services: found.flatMap(({ service }) => (service === undefined ? [] : [serviceShape(view, where, service, withTags)])),
        failures: found.flatMap(({ name, service }) =>
          service === undefined ? [{ arn: serviceArn(where, { cluster, name }), reason: 'MISSING' }] : [],
        ),
      }
    })
  },
})

export const listServices = ecsOperation<ListServicesCommandInput, ListServicesCommandOutput>(ListServices$, {
  authorize({ cluster }, call) {
    const where = whereOf(call)
    return [
      { action: 'ecs:ListServices', resource: '*', context: { 'ecs:cluster': ecsArn(where, 'cluster', clusterName(where, cluster)) } },
    ]
  },
  invoke({ cluster: given, launchType, schedulingStrategy, maxResults = 10, nextToken }, call) {
    const where = whereOf(call)
    return call.state.read((view) => {
      const { name: cluster } = activeCluster(view, where, clusterName(where, given))
      const shown = listed(view, where, serviceKey(where.region, { cluster, name: '' })).filter(
        (service) =>
          (launchType === undefined || service.workload.launchType === launchType) &&
          (schedulingStrategy === undefined || service.schedulingStrategy === schedulingStrategy),
      )
      return page(where, shown, { maxResults, nextToken })
    })
  },
})

/** Those of all clusters that name it for Service Connect. */
export const listServicesByNamespace = ecsOperation<ListServicesByNamespaceCommandInput, ListServicesByNamespaceCommandOutput>(
  ListServicesByNamespace$,
  {
    authorize: ({ namespace }) => [{ action: 'ecs:ListServicesByNamespace', resource: '*', context: { 'ecs:namespace': namespace } }],
    invoke({ namespace, maxResults = 10, nextToken }, call) {
      const where = whereOf(call)
      const shown = call.state
        .read((view) => listed(view, where, `${where.region}/`))
        .filter(({ workload }) => workload.serviceConnectConfiguration?.namespace === namespace)
      return page(where, shown, { maxResults, nextToken })
    },
  },
)

/** Deleted ones are not listed. */
function listed(view: View, where: Where, prefix: string): readonly Service[] {
  return view
    .list(services, where.accountId, { prefix })
    .map(({ value }) => value)
    .filter(({ status }) => status !== 'INACTIVE')
}

function page(where: Where, shown: readonly Service[], asked: { readonly maxResults: number; readonly nextToken: string | undefined }) {
  const { items, ...rest } = pageOf(
    shown.map((service) => ({ key: serviceKey(where.region, service), item: serviceArn(where, service) })),
    asked,
  )
  return { serviceArns: items, ...rest }
}

function namesIn({ services: given, cluster }: Given<DescribeServicesCommandInput>, where: Where): readonly string[] {
  if (given.length === 0) throw ecsError('InvalidParameterException', 'Services cannot be empty.')
  if (given.length > 10) throw ecsError('InvalidParameterException', 'Services cannot have more than 10 elements.')
  return [...new Set(given.map((each) => serviceName(where, clusterName(where, cluster), each)))]
}
