/**
 * An input for every operation, made from its schema: what is required, with values that pass the service's own constraints. What they
 * name does not exist, so an operation that is reached changes nothing that others need.
 */
import type { Operation } from '../../src/kernel/operation.ts'
import { type Member, type Shape, structureOf } from '../../src/wire/shape.ts'
import { s3Inputs } from './typical-s3.ts'

/** Exists where a test makes it. */
export const assumableRole = 'assumable'

export interface Typical {
  readonly account: string
  readonly webIdentityToken: string
}

export function typicalInput({ name, schema }: Pick<Operation, 'name' | 'schema'>, typical: Typical): Record<string, unknown> {
  const { account } = typical
  const exact = {
    ...exactInputs(typical),
    ...(schema[1] === logsNamespace && logsInputs(account)),
    ...(schema[1] === s3Namespace && s3Inputs),
  }[name]
  if (exact !== undefined) return exact
  const values = valuesByMember(account)
  const { members } = structureOf(schema[4])
  // Without a user name some operations mean whoever calls, and so something else for each caller.
  const given = members.filter((member) => member.isRequired || member.name === 'UserName')
  return Object.fromEntries(given.map((member) => [member.name, values[member.name] ?? valueOf(member)]))
}

/** Where the schema does not say what goes together. */
function exactInputs({ account, webIdentityToken }: Typical): Readonly<Record<string, Record<string, unknown>>> {
  const RoleArn = `arn:aws:iam::${account}:role/${assumableRole}`
  return {
    AssumeRole: { RoleArn, RoleSessionName: 'typical' },
    AssumeRoleWithWebIdentity: { RoleArn, RoleSessionName: 'typical', WebIdentityToken: webIdentityToken },
    DeleteTaskDefinitions: { taskDefinitions: ['nobody:1'] },
    PutClusterCapacityProviders: { cluster: 'nobody', capacityProviders: ['FARGATE'], defaultCapacityProviderStrategy: [] },
    PutAccountSetting: { name: 'containerInsights', value: 'disabled' },
    PutAccountSettingDefault: { name: 'containerInsights', value: 'disabled' },
    RegisterTaskDefinition: {
      family: 'nobody',
      containerDefinitions: [{ name: 'app', image: 'app', memory: 64 }],
      taskRoleArn: RoleArn,
      tags: [{ key: 'team', value: 'payments' }],
    },
    CreateService: { cluster: 'nobody-else', serviceName: 'nobody', taskDefinition: 'nobody', tags: [{ key: 'team', value: 'payments' }] },
    UpdateService: { service: 'nobody', taskDefinition: 'nobody', desiredCount: 2 },
    DescribeServiceDeployments: { serviceDeploymentArns: [`arn:aws:ecs:us-east-1:${account}:service-deployment/default/nobody/nothing`] },
    DescribeServiceRevisions: { serviceRevisionArns: [`arn:aws:ecs:us-east-1:${account}:service-revision/default/nobody/1`] },
    StopServiceDeployment: { serviceDeploymentArn: `arn:aws:ecs:us-east-1:${account}:service-deployment/default/nobody/nothing` },
    PutAttributes: { attributes: [{ name: 'stack', value: 'blue', targetId: nobodysTask }] },
    DeleteAttributes: { attributes: [{ name: 'stack', targetId: nobodysTask }] },
    ListAttributes: { targetType: 'container-instance' },
    DescribeTasks: { tasks: [nobodysTask] },
    RunTask: { cluster: 'nobody-else', taskDefinition: 'nobody', tags: [{ key: 'team', value: 'payments' }] },
    StartTask: { taskDefinition: 'nobody', containerInstances: [nobodysTask] },
    StopTask: { task: nobodysTask },
    GetTaskProtection: { cluster: 'nobody', tasks: [nobodysTask] },
    UpdateTaskProtection: { cluster: 'nobody', tasks: [nobodysTask], protectionEnabled: true },
    ListPrincipalsWithAccess: { Action: 'iam:GetUser', Resource: '*' },
    SimulateAccess: { Who: RoleArn, Requests: [{ Action: 'iam:GetUser', Resource: '*' }] },
    UpdateAccountPasswordPolicy: {},
    UpdateAssumeRolePolicy: { RoleName: 'nobody', PolicyDocument: trustPolicy },
    UpdateUser: { UserName: 'nobody', NewUserName: 'nobody-else' },
    UpdateGroup: { GroupName: 'nobody', NewGroupName: 'nobody-else' },
  }
}

/** Operations that other services have under the same name, with other shapes. */
function logsInputs(account: string): Readonly<Record<string, Record<string, unknown>>> {
  const resourceArn = `arn:aws:logs:us-east-1:${account}:log-group:nobody`
  const logGroupName = 'nobody'
  return {
    CreateLogGroup: { logGroupName, tags: { team: 'payments' } },
    DescribeLogStreams: { logGroupName },
    FilterLogEvents: { logGroupName },
    GetLogEvents: { logGroupName, logStreamName: 'nobody' },
    ListTagsForResource: { resourceArn },
    PutLogEvents: { logGroupName, logStreamName: 'nobody', logEvents: [{ timestamp: 1, message: 'nothing' }] },
    PutMetricFilter: {
      logGroupName,
      filterName: 'nobody',
      filterPattern: 'ERROR',
      metricTransformations: [{ metricName: 'errors', metricNamespace: 'nobody', metricValue: '1' }],
    },
    PutResourcePolicy: { policyName: 'nobody', policyDocument: trustPolicy },
    PutRetentionPolicy: { logGroupName, retentionInDays: 7 },
    TagLogGroup: { logGroupName, tags: { team: 'payments' } },
    TagResource: { resourceArn, tags: { team: 'payments' } },
    UntagLogGroup: { logGroupName, tags: ['team'] },
    UntagResource: { resourceArn, tagKeys: ['team'] },
  }
}

const logsNamespace = 'com.amazonaws.cloudwatchlogs'
const s3Namespace = 'com.amazonaws.s3'

function valuesByMember(account: string): Readonly<Record<string, unknown>> {
  const policy = `arn:aws:iam::${account}:policy/nothing`
  return {
    AWSServiceName: 'ecs.amazonaws.com',
    AccessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    AccountAlias: 'nobody',
    ActionNames: ['s3:GetObject'],
    Arn: policy,
    AssumeRolePolicyDocument: trustPolicy,
    AuthenticationCode1: '123456',
    AuthenticationCode2: '123456',
    DeletionTaskId: 'task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/00000000-0000-4000-8000-000000000000',
    JobId: '00000000-0000-4000-8000-000000000000',
    Name: 'nobody',
    OpenIDConnectProviderArn: `arn:aws:iam::${account}:oidc-provider/login.example.com`,
    PermissionsBoundary: policy,
    PolicyArn: policy,
    PolicyDocument: identityPolicy,
    PolicyInputList: [identityPolicy],
    PolicySourceArn: `arn:aws:iam::${account}:user/nobody`,
    SerialNumber: `arn:aws:iam::${account}:mfa/nobody`,
    Status: 'Inactive',
    TagKeys: ['team'],
    Tags: [{ Key: 'team', Value: 'payments' }],
    ThumbprintList: ['0'.repeat(40)],
    resourceArn: `arn:aws:ecs:us-east-1:${account}:cluster/nobody`,
    settings: [{ name: 'containerInsights', value: 'enabled' }],
    tags: [{ key: 'team', value: 'payments' }],
    Url: 'https://login.example.com',
    VersionId: 'v2',
  }
}

function valueOf({ name, shape }: Member): unknown {
  switch (shape.type) {
    case 'string':
      return 'nobody'
    case 'number':
      return 1
    case 'boolean':
      return true
    case 'timestamp':
      return new Date(0)
    case 'list':
      return [itemOf(name, shape.item)]
    default:
      throw new Error(`no typical value for ${name}: add one to the table in typical-input.ts`)
  }
}

function itemOf(name: string, shape: Shape): unknown {
  return valueOf({ name, shape, isRequired: true })
}

const identityPolicy = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}'
const trustPolicy =
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}}'

const nobodysTask = '00000000000000000000000000000000'
