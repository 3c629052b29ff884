/** What the roles of the demonstration may do. */
import { region, staging } from './organization.ts'

const ecs = (rest: string): string => `arn:aws:ecs:${region}:${staging}:${rest}`
export const role = (name: string): string => `arn:aws:iam::${staging}:role/${name}`

export const cluster = 'harbour'
export const reports = `reports-${staging}`
export const payroll = `payroll-${staging}`
export const logGroup = '/ecs/reports'

const onCluster = { ArnEquals: { 'ecs:cluster': ecs(`cluster/${cluster}`) } }
const see = {
  Sid: 'See',
  Effect: 'Allow',
  Action: ['ecs:Describe*', 'ecs:List*', 'logs:Describe*', 'logs:FilterLogEvents', 'logs:GetLogEvents', 'tidegate:SimulateAccess'],
  Resource: '*',
}

/** A change of a service is judged by the fields that it changes. */
const changing = (...fields: readonly string[]): object => ({
  'ForAllValues:StringEquals': { 'tidegate:ChangedFields': fields },
  Null: { 'tidegate:ChangedFields': 'false' },
})

/** Developers deploy and restart. */
export const developer = policy(
  see,
  { Sid: 'Define', Effect: 'Allow', Action: ['ecs:RegisterTaskDefinition', 'ecs:TagResource'], Resource: '*' },
  {
    Sid: 'HandOver',
    Effect: 'Allow',
    Action: 'iam:PassRole',
    Resource: [role('reports-task'), role('reports-execution')],
    Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
  },
  { Sid: 'Run', Effect: 'Allow', Action: 'ecs:RunTask', Resource: ecs('task-definition/*'), Condition: onCluster },
  {
    Sid: 'CreateSmall',
    Effect: 'Allow',
    Action: 'ecs:CreateService',
    Resource: ecs(`service/${cluster}/*`),
    Condition: { NumericLessThanEquals: { 'tidegate:DesiredCount': '2' } },
  },
  {
    Sid: 'DeployAndRestart',
    Effect: 'Allow',
    Action: 'ecs:UpdateService',
    Resource: ecs(`service/${cluster}/*`),
    Condition: changing('taskDefinition', 'forceNewDeployment'),
  },
)

/** Operations scale. */
export const operator = policy(see, {
  Sid: 'Scale',
  Effect: 'Allow',
  Action: 'ecs:UpdateService',
  Resource: ecs(`service/${cluster}/*`),
  Condition: changing('desiredCount'),
})

/** Who is on call stops one family on one cluster, anything of Accounting, and removes a cluster only with a second factor. */
export const onCall = policy(
  see,
  { Sid: 'StopReports', Effect: 'Allow', Action: 'ecs:StopTask', Resource: ecs('task-definition/reports:*'), Condition: onCluster },
  {
    Sid: 'DeleteWithMfa',
    Effect: 'Allow',
    Action: 'ecs:DeleteCluster',
    Resource: ecs('cluster/*'),
    Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
  },
  {
    Sid: 'Accounting',
    Effect: 'Allow',
    Action: ['ecs:RunTask', 'ecs:StartTask', 'ecs:StopTask'],
    Resource: 'arn:aws:ecs:*',
    Condition: { StringEquals: { 'ecs:ResourceTag/Department': 'Accounting' } },
  },
  {
    Sid: 'HandOver',
    Effect: 'Allow',
    Action: 'iam:PassRole',
    Resource: [role('reports-task'), role('reports-execution')],
  },
)

/** Auditors read, and are told why. */
export const auditor = policy(see, {
  Sid: 'Audit',
  Effect: 'Allow',
  Action: ['tidegate:*', 'cloudtrail:LookupEvents', 'iam:Get*', 'iam:List*', 's3:ListBucket', 's3:GetBucket*'],
  Resource: '*',
})

/** The task writes below one prefix. The payroll is there for another region, which it is not in. */
export const task = policy(
  { Sid: 'OwnReports', Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: `arn:aws:s3:::${reports}/out/*` },
  {
    Sid: 'PayrollOfFrankfurt',
    Effect: 'Allow',
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${payroll}/*`,
    Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } },
  },
)

/** Only tasks of this account may be the roles of tasks. */
export const taskTrust = policy({
  Effect: 'Allow',
  Principal: { Service: 'ecs-tasks.amazonaws.com' },
  Action: 'sts:AssumeRole',
  Condition: { StringEquals: { 'aws:SourceAccount': staging }, ArnLike: { 'aws:SourceArn': `arn:aws:ecs:${region}:${staging}:*` } },
})

/** Nobody but whom the bindings name: the statement of a role that people are. */
export const boundTrust = policy({
  Sid: 'BindingsOnly',
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: 'sts:AssumeRole',
})

function policy(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}
