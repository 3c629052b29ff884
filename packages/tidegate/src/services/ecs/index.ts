/**
 * Amazon Elastic Container Service: clusters, task definitions, tasks, services, their tags, account settings. Operations say what is wanted;
 * the scheduler makes it so.
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
import { runTask, startTask } from './operations/run-task.ts'
import * as taskProtection from './operations/task-protection.ts'
import { describeTasks, listTasks, stopTask } from './operations/tasks.ts'
import { describeCapacityProviders } from './operations/capacity-providers.ts'
import * as containerInstances from './operations/container-instances.ts'
import { describeServices, listServices, listServicesByNamespace } from './operations/list-services.ts'
import * as serviceDeployments from './operations/service-deployments.ts'
import { createService, deleteService, updateService } from './operations/services.ts'
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
  createService,
  deleteService,
  describeCapacityProviders,
  describeServices,
  listServices,
  listServicesByNamespace,
  updateService,
  ...Object.values(containerInstances),
  ...Object.values(serviceDeployments),
  describeTasks,
  listTasks,
  runTask,
  startTask,
  stopTask,
  ...Object.values(accountSettings),
  ...Object.values(taskProtection),
  ...Object.values(tags),
]
