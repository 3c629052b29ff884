/** Which statements the worlds consist of. */
import * as container from './ecs-kinds.ts'
import { account } from './layers.ts'
import * as other from './other-kinds.ts'
import { allow, ask, deny, ecs, tagged, unit, type Kind } from './unit.ts'

/** Weights of the kinds in the mixed worlds; the last three take two statements each and make about a tenth of all statements denials. */
export const mixed: readonly (readonly [number, Kind])[] = [
  [12, container.service],
  [8, container.serviceFamily],
  [10, container.runTask],
  [8, container.tasks],
  [5, container.execute],
  [6, container.cluster],
  [8, other.objects],
  [4, other.objectPattern],
  [4, other.listing],
  [4, other.home],
  [7, other.secret],
  [6, other.key],
  [6, other.images],
  [6, other.logs],
  [4, other.passRole],
  [3, other.capped],
  [5, container.lockedServices],
  [4, other.guardedObjects],
  [3, container.foreignTags],
]

/** Statements that many resources meet; every principal of a mixed world has each of them once, however many statements it has. */
export const broad: readonly Kind[] = [
  ({ region }) =>
    unit(
      [allow(['ecs:List*', 'ecs:DescribeTaskDefinition', 'ecr:GetAuthorizationToken'], '*')],
      [ask('ecs:ListTaskDefinitions', '*'), ask('ecs:DescribeTaskDefinition', '*'), ask('ecr:GetAuthorizationToken', '*')],
      [ask('ecs:DeregisterTaskDefinition', '*'), ask('ecr:CreateRepository', `arn:aws:ecr:${region}:${account}:repository/new`)],
    ),
  (names) => {
    const arn = ecs(names, 'task/shared/3f2a')
    return unit(
      [
        allow(['ecs:StopTask', 'ecs:UpdateService', 'ecs:DescribeTasks'], '*', {
          StringEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' },
        }),
      ],
      [ask('ecs:StopTask', arn, tagged('team', names.team)), ask('ecs:DescribeTasks', arn, tagged('team', names.team))],
      [ask('ecs:StopTask', arn, tagged('team', 'team-of-others')), ask('ecs:StopTask', arn)],
    )
  },
  ({ self }) => {
    const arn = `arn:aws:s3:::acme-home-${account}`
    return unit(
      [allow('s3:GetObject', `${arn}/${self.variable}/*`)],
      [ask('s3:GetObject', `${arn}/${self.value}/a/b.txt`)],
      [ask('s3:GetObject', `${arn}/${self.value}x/b.txt`)],
    )
  },
  (names) =>
    unit(
      [allow('ecs:DescribeServices', `arn:aws:ecs:*:${account}:service/shared-*/*`)],
      [ask('ecs:DescribeServices', ecs(names, 'service/shared-tools/grafana'))],
      [ask('ecs:DescribeServices', ecs(names, 'service/share/grafana'))],
    ),
]

/** Statements on every resource that only a tag tells apart. */
export const tags: readonly (readonly [number, Kind])[] = [
  [
    9,
    (names) => {
      const arn = ecs(names, `service/${names.cluster}/${names.random.hex(8)}`)
      return unit(
        [allow(['ecs:UpdateService', 'ecs:DescribeServices'], '*', { StringEquals: { 'aws:ResourceTag/app': names.app } })],
        [ask('ecs:UpdateService', arn, tagged('app', names.app)), ask('ecs:DescribeServices', arn, tagged('app', names.app))],
        [
          ask('ecs:UpdateService', arn, tagged('app', `${names.app}x`)),
          ask('ecs:DeleteService', arn, tagged('app', names.app)),
          ask('ecs:UpdateService', arn),
        ],
      )
    },
  ],
  [
    1,
    (names) => {
      const arn = ecs(names, `service/${names.cluster}/${names.random.hex(8)}`)
      return unit(
        [deny('ecs:*Service', '*', { StringEquals: { 'aws:ResourceTag/app': names.app } })],
        [],
        [ask('ecs:UpdateService', arn, tagged('app', `${names.app}x`))],
        [ask('ecs:UpdateService', arn, tagged('app', names.app)), ask('ecs:DeleteService', arn, tagged('app', names.app))],
      )
    },
  ],
]

/** Statements whose patterns start to differ only behind a wildcard: any region, any bucket prefix. */
export const globs: readonly (readonly [number, Kind])[] = [
  [
    5,
    (names) => {
      const arn = ecs(names, `service/${names.cluster}/${names.app}`)
      return unit(
        [allow(['ecs:UpdateService', 'ecs:DescribeServices'], `arn:aws:ecs:*:${account}:service/${names.cluster}/${names.app}`)],
        [ask('ecs:UpdateService', arn), ask('ecs:DescribeServices', arn)],
        [ask('ecs:UpdateService', `${arn}x`), ask('ecs:DeleteService', arn)],
      )
    },
  ],
  [
    4,
    ({ app }) =>
      unit(
        [allow(['s3:GetObject', 's3:PutObject'], `arn:aws:s3:::*-${app}/*/data/*`)],
        [ask('s3:GetObject', `arn:aws:s3:::acme-${app}/2026/data/1`)],
        [ask('s3:GetObject', `arn:aws:s3:::acme-${app}x/2026/data/1`), ask('s3:GetObject', `arn:aws:s3:::acme-${app}/2026/1`)],
      ),
  ],
  [
    1,
    (names) => {
      const arn = ecs(names, `task/${names.app}/1f0c`)
      return unit(
        [deny('ecs:StopTask', `arn:aws:ecs:*:*:task/${names.app}/*`)],
        [],
        [ask('ecs:StopTask', arn.replace(names.app, `${names.app}x`))],
        [ask('ecs:StopTask', arn)],
      )
    },
  ],
]
