/** The operations that the console calls, with the shapes of the SDK. */
import type { GetLogEventsRequest, GetLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs'
import type {
  DescribeClustersRequest,
  DescribeClustersResponse,
  DescribeServicesRequest,
  DescribeServicesResponse,
  DescribeTaskDefinitionRequest,
  DescribeTaskDefinitionResponse,
  DescribeTasksRequest,
  DescribeTasksResponse,
  ListClustersRequest,
  ListClustersResponse,
  ListServicesRequest,
  ListServicesResponse,
  ListTasksRequest,
  ListTasksResponse,
  StopTaskRequest,
  StopTaskResponse,
  UpdateServiceRequest,
  UpdateServiceResponse,
} from '@aws-sdk/client-ecs'
import type { SimulateAccessInput, SimulateAccessOutput } from '../../../tidegate/src/api/access.ts'
import type {
  CountActivityInput,
  CountActivityOutput,
  DescribeEventChainInput,
  DescribeEventChainOutput,
  DescribeIntegrityOutput,
  LookupActivityInput,
  LookupActivityOutput,
} from '../../../tidegate/src/api/activity.ts'
import type { DescribeDecisionInput, DescribeDecisionOutput } from '../../../tidegate/src/api/describe-decision.ts'
import type { Wire } from './wire.ts'

interface Called<Input extends object, Output> {
  readonly input: Input
  readonly output: Wire<Output>
}

export interface Operations {
  readonly ecs: {
    readonly ListClusters: Called<ListClustersRequest, ListClustersResponse>
    readonly DescribeClusters: Called<DescribeClustersRequest, DescribeClustersResponse>
    readonly ListServices: Called<ListServicesRequest, ListServicesResponse>
    readonly DescribeServices: Called<DescribeServicesRequest, DescribeServicesResponse>
    readonly ListTasks: Called<ListTasksRequest, ListTasksResponse>
    readonly DescribeTasks: Called<DescribeTasksRequest, DescribeTasksResponse>
    readonly DescribeTaskDefinition: Called<DescribeTaskDefinitionRequest, DescribeTaskDefinitionResponse>
    readonly UpdateService: Called<UpdateServiceRequest, UpdateServiceResponse>
    readonly StopTask: Called<StopTaskRequest, StopTaskResponse>
  }
  readonly logs: {
    readonly GetLogEvents: Called<GetLogEventsRequest, GetLogEventsResponse>
  }
  readonly tidegate: {
    readonly DescribeDecision: Called<DescribeDecisionInput, DescribeDecisionOutput>
    readonly LookupActivity: Called<LookupActivityInput, LookupActivityOutput>
    readonly CountActivity: Called<CountActivityInput, CountActivityOutput>
    readonly DescribeEventChain: Called<DescribeEventChainInput, DescribeEventChainOutput>
    readonly DescribeIntegrity: Called<object, DescribeIntegrityOutput>
    readonly SimulateAccess: Called<SimulateAccessInput, SimulateAccessOutput>
  }
}

export type ServiceName = keyof Operations
export type OperationName<Service extends ServiceName> = keyof Operations[Service] & string
export type Input<Service extends ServiceName, Name extends OperationName<Service>> = Operations[Service][Name] extends {
  readonly input: infer In extends object
}
  ? In
  : never
export type Output<Service extends ServiceName, Name extends OperationName<Service>> = Operations[Service][Name] extends {
  readonly output: infer Out
}
  ? Out
  : never
