/**
 * Amazon Elastic Container Service: clusters, task definitions, their tags, account settings.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/Welcome.html
 */
import * as client from '@aws-sdk/client-ecs'
import { operationNames } from '../../kernel/operation-names.ts'
import type { Operation, Service } from '../../kernel/operation.ts'
import * as accountSettings from './operations/account-settings.ts'
import {
  createCluster,
  deleteCluster,
  describeClusters,
  listClusters,
  putClusterCapacityProviders,
  updateCluster,
  updateClusterSettings,
} from './operations/clusters.ts'
import * as tags from './operations/tags.ts'
import {
  deleteTaskDefinitions,
  deregisterTaskDefinition,
  describeTaskDefinition,
  listTaskDefinitionFamilies,
  listTaskDefinitions,
  registerTaskDefinition,
} from './operations/task-definitions.ts'
import type { EcsPorts } from './ports.ts'

export function ecsService(ports: EcsPorts): Service<EcsPorts> {
  return {
    name: 'ecs',
    protocol: 'aws-json',
    targets: ['AmazonEC2ContainerServiceV20141113'],
    eventSource: 'ecs.amazonaws.com',
    operations: ecsOperations,
    knownOperations: operationNames(client),
    ports,
  }
}

const ecsOperations: readonly Operation<EcsPorts>[] = [
  createCluster,
  deleteCluster,
  describeClusters,
  listClusters,
  putClusterCapacityProviders,
  updateCluster,
  updateClusterSettings,
  deleteTaskDefinitions,
  deregisterTaskDefinition,
  describeTaskDefinition,
  listTaskDefinitionFamilies,
  listTaskDefinitions,
  registerTaskDefinition,
  ...Object.values(accountSettings),
  ...Object.values(tags),
]
