/** What each command that changes a service is going to do, from what the service is now. */
import {
  DescribeServiceRevisionsCommand,
  ListServiceDeploymentsCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type ServiceDeploymentBrief,
  type ServiceDeploymentStatus,
  StopServiceDeploymentCommand,
} from '@aws-sdk/client-ecs'
import { UsageError } from '../usage-error.ts'
import { type Change, primaryOf, type ToChange, update } from './changing.ts'
import { shortName } from './names.ts'
import { definitionOf as readDefinition } from './reading.ts'
import { deploymentVerdict, scaleVerdict, takenBackVerdict } from './rollout.ts'

export function restartPlan(to: ToChange): Change {
  const { service } = to
  return {
    what: [`replace the ${service.runningCount ?? 0} running tasks of ${pathOf(to)} by new ones of ${shortName(service.taskDefinition)}`],
    apply: () => deploy(to, { forceNewDeployment: true }),
  }
}

export function scalePlan(to: ToChange, desiredCount: number): Change {
  return {
    what: [`set the desired count of ${pathOf(to)} from ${to.service.desiredCount ?? 0} to ${desiredCount}`],
    async apply() {
      const { requestId, service } = await update(to, { desiredCount })
      return { requestId, taskDefinition: service.taskDefinition, verdict: scaleVerdict(desiredCount) }
    },
  }
}

/** Deploys a task definition that is registered: `web`, the newest, or `web:12`, or its ARN. */
export function deployPlan(to: ToChange, taskDefinition: string): Change {
  return {
    what: [`deploy ${shortName(taskDefinition)} to ${pathOf(to)}, which runs ${shortName(to.service.taskDefinition)}`],
    apply: () => deploy(to, { taskDefinition }),
  }
}

/** Registers a task definition, and deploys it. */
export function deployFilePlan(to: ToChange, definition: RegisterTaskDefinitionCommandInput, described: string): Change {
  return {
    what: [`register ${described}`, `deploy it to ${pathOf(to)}, which runs ${shortName(to.service.taskDefinition)}`],
    async apply() {
      const { taskDefinition } = await to.ecs.send(new RegisterTaskDefinitionCommand(definition))
      return deploy(to, { taskDefinition: taskDefinition?.taskDefinitionArn })
    },
  }
}

/** The task definition that the service runs, with another image. @param image `IMAGE`, or `CONTAINER=IMAGE` */
export async function deployImagePlan(to: ToChange, image: string): Promise<Change> {
  const { taskDefinition = {}, tags = [] } = await readDefinition(to.ecs, to.service.taskDefinition ?? '')
  const { containerDefinitions = [], ...rest } = taskDefinition
  const [, named, reference = ''] = /^(?:([\w-]+)=)?(.+)$/.exec(image) ?? []
  const names = containerDefinitions.map(({ name = '' }) => name)
  const container = named ?? (names.length === 1 ? names[0] : undefined)
  if (container === undefined || !names.includes(container))
    throw new UsageError(`\`--image\` has to name one of the containers ${names.join(', ')}: CONTAINER=IMAGE`)
  const changed = containerDefinitions.map((each) => (each.name === container ? { ...each, image: reference } : each))
  const before = containerDefinitions.find(({ name }) => name === container)?.image ?? '-'
  return deployFilePlan(
    to,
    { ...inputOf(rest), family: rest.family, containerDefinitions: changed, ...(tags.length > 0 && { tags }) },
    `a revision of ${rest.family} in which ${container} is ${reference}, not ${before}`,
  )
}

/** Takes back the deployment that is under way; where none is, deploys what ran before the one that is there. */
export async function rollbackPlan(to: ToChange): Promise<Change> {
  const { ecs } = to
  const [underWay] = await deployments(to, ['PENDING', 'IN_PROGRESS'])
  if (underWay?.serviceDeploymentArn === undefined) return earlierPlan(to)
  const { serviceDeploymentArn } = underWay
  return {
    what: [`stop the deployment ${shortName(serviceDeploymentArn)} of ${pathOf(to)} and roll it back`],
    async apply() {
      const { $metadata } = await ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: 'ROLLBACK' }))
      const taskDefinition = to.service.deployments?.find(({ status }) => status === 'ACTIVE')?.taskDefinition
      return { requestId: $metadata.requestId, taskDefinition, verdict: takenBackVerdict(primaryOf(to.service)) }
    },
  }
}

async function earlierPlan(to: ToChange): Promise<Change> {
  const { ecs, service } = to
  for (const { targetServiceRevisionArn } of await deployments(to, ['SUCCESSFUL'])) {
    if (targetServiceRevisionArn === undefined) continue
    const { serviceRevisions = [] } = await ecs.send(
      new DescribeServiceRevisionsCommand({ serviceRevisionArns: [targetServiceRevisionArn] }),
    )
    const taskDefinition = serviceRevisions[0]?.taskDefinition
    if (taskDefinition !== undefined && taskDefinition !== service.taskDefinition) return deployPlan(to, taskDefinition)
  }
  throw new UsageError(
    `nothing but ${shortName(service.taskDefinition)} was deployed to ${pathOf(to)}: there is nothing to go back to`,
    `tidegate ecs deploy ${pathOf(to)} --task-definition FAMILY:REVISION`,
  )
}

async function deploy(to: ToChange, changes: Parameters<typeof update>[1]): ReturnType<Change['apply']> {
  const { service, requestId } = await update(to, changes)
  const deployment = primaryOf(service)
  return { requestId, taskDefinition: service.taskDefinition, deployment, verdict: deploymentVerdict(deployment) }
}

/** The newest first. */
async function deployments({ ecs, name }: ToChange, status: ServiceDeploymentStatus[]): Promise<ServiceDeploymentBrief[]> {
  const found: ServiceDeploymentBrief[] = []
  let nextToken: string | undefined
  do {
    const page = await ecs.send(new ListServiceDeploymentsCommand({ cluster: name.cluster, service: name.name, status, nextToken }))
    found.push(...(page.serviceDeployments ?? []))
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return found.toSorted((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0))
}

/** What ECS answers of a task definition, without what it does not take back. */
function inputOf(described: object): object {
  return Object.fromEntries(Object.entries(described).filter(([name, value]) => value !== undefined && !answered.has(name)))
}

const pathOf = ({ name: { cluster, name } }: ToChange): string => `${cluster}/${name}`

const answered: ReadonlySet<string> = new Set([
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
  'deregisteredAt',
  'deleteRequestedAt',
])
