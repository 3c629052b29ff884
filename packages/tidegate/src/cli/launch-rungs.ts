/** The rungs that the launch of a task definition climbs, as questions about who may do what. */
import type { ContextValue } from '../api/access.ts'

export interface Rung {
  /** What the launch is at: `hand over`, `run`, `trust`, `image`, `secret`, `log`. */
  readonly step: string
  readonly who: string
  readonly action: string
  readonly resource: string
  readonly context: readonly ContextValue[]
}

export interface Launch {
  readonly accountId: string
  readonly region: string
  readonly cluster: string
  /** Who is to run it; nobody's permissions are asked about where absent. */
  readonly as: string | undefined
}

/** The members of a task definition, as `register-task-definition` takes them, that a launch has to do with. */
export interface LaunchedDefinition {
  readonly family: string
  readonly taskRoleArn?: string
  readonly executionRoleArn?: string
  readonly containerDefinitions: readonly LaunchedContainer[]
}

interface LaunchedContainer {
  readonly name: string
  readonly image: string
  readonly secrets?: readonly { readonly name: string; readonly valueFrom: string }[]
  readonly logConfiguration?: { readonly logDriver: string; readonly options?: Readonly<Record<string, string>> }
}

/** Answers the definition, or what is wrong with the text in words for whoever wrote it. */
export function readDefinition(text: string): LaunchedDefinition | string {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    return `it is no JSON: ${error instanceof Error ? error.message : String(error)}`
  }
  // As `describe-task-definition` prints it, too.
  const outer = isObject(parsed) && isObject(parsed['taskDefinition']) ? parsed['taskDefinition'] : parsed
  if (!isObject(outer)) return 'it is no object'
  const { family, containerDefinitions, taskRoleArn, executionRoleArn } = outer
  if (typeof family !== 'string') return 'it has no `family`'
  if (!Array.isArray(containerDefinitions) || containerDefinitions.length === 0) return 'it has no `containerDefinitions`'
  if (!containerDefinitions.every(isContainer))
    return 'each of its `containerDefinitions` needs a `name` and an `image`; `secrets` is a list'
  return {
    family,
    containerDefinitions,
    ...(typeof taskRoleArn === 'string' && { taskRoleArn }),
    ...(typeof executionRoleArn === 'string' && { executionRoleArn }),
  }
}

/** In the order in which they are climbed. */
export function launchRungs(definition: LaunchedDefinition, launch: Launch): readonly Rung[] {
  const { accountId, region, cluster, as } = launch
  const roles = [definition.taskRoleArn, definition.executionRoleArn].flatMap((given) =>
    given === undefined ? [] : [roleArn(given, accountId)],
  )
  const clusterArn = `arn:aws:ecs:${region}:${accountId}:cluster/${cluster}`
  const run = `arn:aws:ecs:${region}:${accountId}:task-definition/${definition.family}`
  const ofTask = [
    key('aws:SourceArn', `arn:aws:ecs:${region}:${accountId}:task/${cluster}/${anyTask}`),
    key('aws:SourceAccount', accountId),
  ]
  const handedOver = [...new Set(roles)]
  return [
    ...(as === undefined
      ? []
      : [
          ...handedOver.map((resource) => rung('hand over', as, 'iam:PassRole', resource, [key('iam:PassedToService', service)])),
          rung('run', as, 'ecs:RunTask', run, [key('ecs:cluster', clusterArn)]),
        ]),
    ...handedOver.map((resource) => rung('trust', service, 'sts:AssumeRole', resource, ofTask)),
    ...(definition.executionRoleArn === undefined
      ? []
      : executionRungs(definition, roleArn(definition.executionRoleArn, accountId), launch)),
  ]
}

function executionRungs({ containerDefinitions }: LaunchedDefinition, role: string, { accountId, region }: Launch): Rung[] {
  const images = containerDefinitions.flatMap(({ image }) => {
    const [, account, at, repository] = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^:@]+)/.exec(image) ?? []
    return repository === undefined ? [] : [`arn:aws:ecr:${at}:${account}:repository/${repository}`]
  })
  const pulls = ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage']
  return [
    ...(images.length > 0 ? [rung('image', role, 'ecr:GetAuthorizationToken', '*')] : []),
    ...[...new Set(images)].flatMap((repository) => pulls.map((action) => rung('image', role, action, repository))),
    ...containerDefinitions.flatMap(({ secrets = [] }) => secrets.map(({ valueFrom }) => secretRung(valueFrom, role, accountId, region))),
    ...containerDefinitions.flatMap((container) => logRungs(container, role, accountId, region)),
  ]
}

function secretRung(valueFrom: string, role: string, accountId: string, region: string): Rung {
  const parts = valueFrom.split(':')
  if (parts[2] === 'secretsmanager') return rung('secret', role, 'secretsmanager:GetSecretValue', parts.slice(0, 7).join(':'))
  const resource = valueFrom.startsWith('arn:') ? valueFrom : `arn:aws:ssm:${region}:${accountId}:parameter/${valueFrom.replace(/^\//, '')}`
  return rung('secret', role, 'ssm:GetParameters', resource)
}

function logRungs({ name, logConfiguration }: LaunchedContainer, role: string, accountId: string, region: string): Rung[] {
  const options = logConfiguration?.options ?? {}
  const group = options['awslogs-group']
  if (logConfiguration?.logDriver !== 'awslogs' || group === undefined) return []
  const start = `arn:aws:logs:${options['awslogs-region'] ?? region}:${accountId}:log-group:${group}`
  const stream = `${start}:log-stream:${options['awslogs-stream-prefix'] ?? 'ecs'}/${name}/${anyTask}`
  const create = options['awslogs-create-group'] === 'true' ? [rung('log', role, 'logs:CreateLogGroup', start)] : []
  return [...create, rung('log', role, 'logs:CreateLogStream', stream), rung('log', role, 'logs:PutLogEvents', stream)]
}

function rung(step: string, who: string, action: string, resource: string, context: readonly ContextValue[] = []): Rung {
  return { step, who, action, resource, context }
}

/** What would have to be added, and to which policy. */
export function missingStatement({ step, who, action, resource }: Rung): { readonly to: string; readonly statement: object } {
  if (step === 'trust')
    return { to: `the trust policy of ${resource}`, statement: { Effect: 'Allow', Principal: { Service: service }, Action: action } }
  return { to: `a policy of ${who}`, statement: { Effect: 'Allow', Action: action, Resource: resource } }
}

const key = (Key: string, value: string): ContextValue => ({ Key, Values: [value] })
const roleArn = (given: string, accountId: string): string => (given.startsWith('arn:') ? given : `arn:aws:iam::${accountId}:role/${given}`)
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function isContainer(value: unknown): value is LaunchedContainer {
  if (!isObject(value) || typeof value['name'] !== 'string' || typeof value['image'] !== 'string') return false
  const { secrets = [], logConfiguration = {} } = value
  const areSecrets = Array.isArray(secrets) && secrets.every((secret) => isObject(secret) && typeof secret['valueFrom'] === 'string')
  return areSecrets && isObject(logConfiguration) && isObject(logConfiguration['options'] ?? {})
}

const service = 'ecs-tasks.amazonaws.com'
/** Stands for the id that the task would get. */
const anyTask = '0'.repeat(32)
