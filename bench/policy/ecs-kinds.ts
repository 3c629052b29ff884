/** Statements of identity policies about Amazon ECS. */
import { account } from './layers.ts'
import { allow, ask, deny, ecs, mfa, tagged, unit, type Kind } from './unit.ts'

export const service: Kind = (names) => {
  const arn = ecs(names, `service/${names.cluster}/${names.app}`)
  const cluster = ecs(names, `cluster/${names.cluster}`)
  const here = { 'ecs:cluster': cluster }
  return unit(
    [allow(['ecs:UpdateService', 'ecs:DescribeServices'], arn, { ArnEquals: { 'ecs:cluster': cluster } })],
    [ask('ecs:UpdateService', arn, { ...here, 'ecs:enable-execute-command': 'false' }), ask('ecs:DescribeServices', arn, here)],
    [
      ask('ecs:UpdateService', `${arn}x`, here),
      ask('ecs:DeleteService', arn, here),
      ask('ecs:UpdateService', arn, { 'ecs:cluster': `${cluster}-old` }),
    ],
  )
}

export const serviceFamily: Kind = (names) => {
  const arn = ecs(names, `service/${names.cluster}/${names.app}`)
  return unit(
    [allow('ecs:*Service', `${arn}-*`, { StringLike: { 'aws:ResourceTag/env': ['stag*', 'prod*'] } })],
    [
      ask('ecs:CreateService', `${arn}-web`, tagged('env', 'staging')),
      ask('ecs:UpdateService', `${arn}-worker`, tagged('env', 'production')),
    ],
    [
      ask('ecs:UpdateService', `${arn}x-web`, tagged('env', 'staging')),
      ask('ecs:UpdateService', `${arn}-web`, tagged('env', 'test')),
      ask('ecs:UpdateServicePrimaryTaskSet', `${arn}-web`, tagged('env', 'staging')),
    ],
  )
}

export const runTask: Kind = (names) => {
  const family = ecs(names, `task-definition/${names.app}`)
  const context = { 'ecs:cluster': ecs(names, `cluster/${names.cluster}`), 'ecs:task-cpu': '512', 'ecs:task-memory': '1024' }
  return unit(
    [
      allow('ecs:RunTask', [family, `${family}:*`], {
        ArnLike: { 'ecs:cluster': `arn:aws:ecs:*:${account}:cluster/${names.cluster}` },
        NumericLessThanEquals: { 'ecs:task-cpu': '1024' },
      }),
    ],
    [ask('ecs:RunTask', `${family}:${names.random.below(90) + 1}`, context), ask('ecs:RunTask', family, context)],
    [
      ask('ecs:RunTask', `${family}x:3`, context),
      ask('ecs:RunTask', `${family}:7`, { ...context, 'ecs:task-cpu': '2048' }),
      ask('ecs:StartTask', `${family}:7`, context),
    ],
  )
}

export const tasks: Kind = (names) => {
  const arn = ecs(names, `task/${names.app}/${names.random.hex(32)}`)
  return unit(
    [allow(['ecs:StopTask', 'ecs:DescribeTasks', 'ecs:GetTaskProtection'], ecs(names, `task/${names.app}/*`))],
    [ask('ecs:StopTask', arn), ask('ecs:DescribeTasks', arn)],
    [ask('ecs:StopTask', arn.replace(names.app, `${names.app}x`)), ask('ecs:UpdateTaskProtection', arn)],
  )
}

export const execute: Kind = (names) => {
  const task = ecs(names, `task/${names.app}/${names.random.hex(32)}`)
  const context = { 'ecs:container-name': 'web', ...mfa }
  return unit(
    [
      allow('ecs:ExecuteCommand', [ecs(names, `cluster/${names.app}`), ecs(names, `task/${names.app}/*`)], {
        Bool: { 'aws:MultiFactorAuthPresent': 'true' },
        StringEquals: { 'ecs:container-name': ['web', 'worker'] },
      }),
    ],
    [ask('ecs:ExecuteCommand', task, context), ask('ecs:ExecuteCommand', ecs(names, `cluster/${names.app}`), context)],
    [
      ask('ecs:ExecuteCommand', task, { 'ecs:container-name': 'web' }),
      ask('ecs:ExecuteCommand', task, { ...context, 'ecs:container-name': 'db' }),
    ],
  )
}

export const cluster: Kind = (names) => {
  const arn = ecs(names, `cluster/${names.app}`)
  return unit(
    [
      allow(['ecs:UpdateCluster*', 'ecs:DescribeClusters', 'ecs:PutClusterCapacityProviders'], arn, {
        IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '203.0.113.0/24'] },
      }),
    ],
    [ask('ecs:UpdateClusterSettings', arn), ask('ecs:DescribeClusters', arn)],
    [ask('ecs:UpdateCluster', `${arn}x`), ask('ecs:UpdateCluster', arn, { 'aws:SourceIp': '198.51.100.7' }), ask('ecs:DeleteCluster', arn)],
  )
}

export const lockedServices: Kind = (names) => {
  const arn = ecs(names, `service/${names.app}`)
  const locked = tagged('locked', 'true')
  return unit(
    [
      allow(['ecs:UpdateService', 'ecs:DeleteService'], `${arn}/*`),
      deny('ecs:*Service', `${arn}/*`, { StringEquals: { 'aws:ResourceTag/locked': 'true' } }),
    ],
    [ask('ecs:UpdateService', `${arn}/web`, tagged('locked', 'false')), ask('ecs:DeleteService', `${arn}/web`)],
    [ask('ecs:UpdateService', arn.replace(names.app, `${names.app}x/web`)), ask('ecs:UpdateService', arn)],
    [ask('ecs:UpdateService', `${arn}/web`, locked), ask('ecs:DeleteService', `${arn}/core/web`, locked)],
  )
}

export const foreignTags: Kind = (names) => {
  const arn = ecs(names, `task-definition/${names.app}`)
  return unit(
    [
      allow(['ecs:TagResource', 'ecs:RegisterTaskDefinition'], `${arn}:*`, {
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['team', 'env', 'cost-center'] },
      }),
      deny('ecs:TagResource', `${arn}:*`, { StringNotEquals: { 'aws:RequestTag/team': '${aws:PrincipalTag/team}' } }),
    ],
    [
      ask('ecs:TagResource', `${arn}:4`, { 'aws:TagKeys': ['team', 'env'], 'aws:RequestTag/team': names.team }),
      ask('ecs:RegisterTaskDefinition', `${arn}:5`, { 'aws:TagKeys': ['team'], 'aws:RequestTag/team': 'anybody' }),
    ],
    [ask('ecs:TagResource', `${arn}:4`, { 'aws:TagKeys': ['team', 'owner'], 'aws:RequestTag/team': names.team })],
    [ask('ecs:TagResource', `${arn}:4`, { 'aws:TagKeys': ['team'], 'aws:RequestTag/team': 'team-of-others' })],
  )
}
