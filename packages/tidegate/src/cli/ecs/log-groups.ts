/** Where the containers of services and tasks write their output. */
import type { ECSClient } from '@aws-sdk/client-ecs'
import { UsageError } from '../usage-error.ts'
import type { InCluster } from './names.ts'
import { definitionOf, serviceOf, taskOf } from './reading.ts'

export interface Logged {
  /** ARN of the service or task: it is behind each of its lines. */
  readonly arn: string
  readonly groups: readonly LogGroupName[]
}

export interface LogGroupName {
  readonly name: string
  /** That of the client where absent. */
  readonly region: string | undefined
}

/** Of all task definitions that the service is running. */
export async function logsOfService(ecs: ECSClient, name: InCluster): Promise<Logged> {
  const { serviceArn = '', taskDefinition, deployments = [] } = await serviceOf(ecs, name)
  return { arn: serviceArn, groups: await groupsOf(ecs, [taskDefinition, ...deployments.map((each) => each.taskDefinition)]) }
}

export async function logsOfTask(ecs: ECSClient, name: InCluster): Promise<Logged> {
  const { taskArn = '', taskDefinitionArn } = await taskOf(ecs, name)
  return { arn: taskArn, groups: await groupsOf(ecs, [taskDefinitionArn]) }
}

async function groupsOf(ecs: ECSClient, definitions: readonly (string | undefined)[]): Promise<LogGroupName[]> {
  const found = new Map<string, LogGroupName>()
  for (const arn of new Set(definitions.filter((each) => each !== undefined))) {
    const { taskDefinition } = await definitionOf(ecs, arn)
    for (const { logConfiguration } of taskDefinition?.containerDefinitions ?? []) {
      const { 'awslogs-group': name, 'awslogs-region': region } = logConfiguration?.options ?? {}
      if (logConfiguration?.logDriver === 'awslogs' && name !== undefined) found.set(`${region ?? ''} ${name}`, { name, region })
    }
  }
  if (found.size === 0) throw new UsageError('none of its containers writes to CloudWatch Logs: logConfiguration has no `awslogs` driver')
  return [...found.values()]
}
