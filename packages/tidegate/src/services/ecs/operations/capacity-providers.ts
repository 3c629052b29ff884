/** The capacity providers that there are: those of Fargate. */
import {
  DescribeCapacityProviders$,
  type DescribeCapacityProvidersCommandInput,
  type DescribeCapacityProvidersCommandOutput,
} from '@aws-sdk/client-ecs'
import { fargateProviders } from '../capacity-providers.ts'
import { ecsOperation, whereOf } from '../ecs-operation.ts'
import type { Where } from '../arn.ts'

export const describeCapacityProviders = ecsOperation<DescribeCapacityProvidersCommandInput, DescribeCapacityProvidersCommandOutput>(
  DescribeCapacityProviders$,
  {
    authorize({ capacityProviders = [] }, call) {
      const action = 'ecs:DescribeCapacityProviders'
      if (capacityProviders.length === 0) return [{ action, resource: '*' }]
      return [...new Set(capacityProviders)].map((given) => ({ action, resource: providerArn(whereOf(call), given) }))
    },
    invoke({ capacityProviders = [] }, call) {
      const where = whereOf(call)
      const asked =
        capacityProviders.length === 0 ? fargateProviders : capacityProviders.map((given) => given.slice(given.lastIndexOf('/') + 1))
      return {
        capacityProviders: asked
          .filter((name) => fargateProviders.includes(name))
          .map((name) => ({ capacityProviderArn: providerArn(where, name), name, status: 'ACTIVE' as const, tags: [] })),
        failures: asked
          .filter((name) => !fargateProviders.includes(name))
          .map((name) => ({ arn: providerArn(where, name), reason: 'MISSING' })),
      }
    },
  },
)

const providerArn = ({ accountId, region }: Where, given: string): string =>
  given.startsWith('arn:') ? given : `arn:aws:ecs:${region}:${accountId}:capacity-provider/${given}`
