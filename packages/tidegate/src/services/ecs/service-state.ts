/** Services as they are stored, with what came of them: deployments, revisions, events. Times are milliseconds since 1970. */
import type {
  AvailabilityZoneRebalancing,
  CapacityProviderStrategyItem,
  DeploymentConfiguration,
  LoadBalancer,
  NetworkConfiguration,
  PlacementConstraint,
  PlacementStrategy,
  PropagateTags,
  ServiceConnectConfiguration,
  ServiceRegistry,
  ServiceVolumeConfiguration,
  VpcLatticeConfiguration,
} from '@aws-sdk/client-ecs'
import type { Actor } from '../../kernel/caller.ts'
import { collection } from '../../kernel/state.ts'
import type { Tag } from './state.ts'
import type { Task } from './task-state.ts'

/** What a service is to run: what a deployment rolls out. Members without a meaning here are kept as they were sent, and shown. */
export interface Workload {
  readonly family: string
  readonly revision: number
  readonly launchType: Task['launchType']
  readonly capacityProvider?: string | undefined
  /** As it was asked for; absent where a launch type was. */
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[] | undefined
  readonly platformVersion?: string | undefined
  readonly networkConfiguration?: NetworkConfiguration | undefined
  readonly loadBalancers: readonly LoadBalancer[]
  readonly serviceRegistries: readonly ServiceRegistry[]
  readonly serviceConnectConfiguration?: ServiceConnectConfiguration | undefined
  readonly volumeConfigurations?: readonly ServiceVolumeConfiguration[] | undefined
  readonly vpcLatticeConfigurations?: readonly VpcLatticeConfiguration[] | undefined
  readonly enableExecuteCommand: boolean
}

export interface Service {
  readonly name: string
  readonly cluster: string
  /** A deleted one stays visible as INACTIVE until one is made again under its name. */
  readonly status: 'ACTIVE' | 'DRAINING' | 'INACTIVE'
  readonly desiredCount: number
  readonly workload: Workload
  readonly schedulingStrategy: 'REPLICA' | 'DAEMON'
  /** With ECS's defaults. */
  readonly deploymentConfiguration: DeploymentConfiguration
  readonly availabilityZoneRebalancing: AvailabilityZoneRebalancing
  readonly healthCheckGracePeriodSeconds?: number | undefined
  readonly placementConstraints: readonly PlacementConstraint[]
  readonly placementStrategy: readonly PlacementStrategy[]
  readonly enableECSManagedTags: boolean
  readonly propagateTags: PropagateTags
  readonly roleArn?: string | undefined
  readonly tags: readonly Tag[]
  readonly createdAt: number
  /** ARN of the principal. */
  readonly createdBy: string
  /** The one that is rolled out or was last, then those that it takes the place of, newest first. */
  readonly deployments: readonly Deployment[]
  /** Whether it was told that the service has all that it wants. */
  readonly isSteady: boolean
}

export interface Deployment {
  /** `ecs-svc/` and 19 digits. */
  readonly id: string
  readonly status: 'PRIMARY' | 'ACTIVE'
  readonly workload: Workload
  readonly desiredCount: number
  /** Tasks that failed in a row. */
  readonly failedTasks: number
  readonly rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED'
  readonly rolloutStateReason: string
  readonly createdAt: number
  readonly updatedAt: number
  /** Id of its service revision, and of its service deployment. */
  readonly serviceRevision: string
  readonly serviceDeployment: string
  /** It takes back one that failed or was stopped. */
  readonly isRollback: boolean
  /** Who is behind it, nearest first: what its tasks do is done for them. */
  readonly createdBy: readonly Actor[]
}

export interface ServiceRevision {
  readonly id: string
  readonly cluster: string
  readonly service: string
  readonly workload: Workload
  readonly createdAt: number
}

export type ServiceDeploymentStatus =
  | 'IN_PROGRESS'
  | 'SUCCESSFUL'
  | 'STOPPED'
  | 'ROLLBACK_IN_PROGRESS'
  | 'ROLLBACK_SUCCESSFUL'
  | 'ROLLBACK_FAILED'

export interface ServiceDeployment {
  readonly id: string
  readonly cluster: string
  readonly service: string
  readonly status: ServiceDeploymentStatus
  readonly statusReason?: string | undefined
  readonly createdAt: number
  readonly updatedAt: number
  readonly finishedAt?: number | undefined
  readonly stoppedAt?: number | undefined
  readonly targetRevision: string
  readonly sourceRevisions: readonly string[]
  readonly requestedTaskCount: number
  readonly deploymentConfiguration: DeploymentConfiguration
  readonly failedTasks: number
  readonly isCircuitBroken: boolean
  readonly rollback?: { readonly reason: string; readonly startedAt: number; readonly serviceRevision: string } | undefined
}

export interface ServiceEvents {
  /** Newest first, at most 100. */
  readonly events: readonly ServiceEvent[]
}

export interface ServiceEvent {
  readonly id: string
  readonly at: number
  readonly message: string
}

export const services = collection<Service>('ecs.services')
export const serviceEvents = collection<ServiceEvents>('ecs.service-events')
export const serviceRevisions = collection<ServiceRevision>('ecs.service-revisions')
export const serviceDeployments = collection<ServiceDeployment>('ecs.service-deployments')

interface OfService {
  readonly cluster: string
  readonly name: string
}

export const serviceKey = (region: string, { cluster, name }: OfService): string => `${region}/${cluster}/${name}`
/** Key of a service deployment or revision. */
export const historyKey = (region: string, of: { readonly cluster: string; readonly service: string }, id: string): string =>
  `${region}/${of.cluster}/${of.service}/${id}`
