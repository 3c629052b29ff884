/** Account settings: what a principal asked for, else the account, else ECS's own default. */
import type { Principal } from '@tidegate/policy'
import { rootArn } from '../../kernel/arn.ts'
import type { View } from '../../kernel/state.ts'
import type { Where } from './arn.ts'
import { accountSettings } from './state.ts'

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html */
export const settingKinds: ReadonlyMap<string, { readonly otherwise: string; readonly values: readonly string[] }> = new Map([
  ['awsvpcTrunking', { otherwise: 'disabled', values: ['enabled', 'disabled'] }],
  ['containerInsights', { otherwise: 'disabled', values: ['enabled', 'disabled', 'enhanced'] }],
  ['containerInstanceLongArnFormat', { otherwise: 'enabled', values: ['enabled', 'disabled'] }],
  ['defaultLogDriverMode', { otherwise: 'non-blocking', values: ['blocking', 'non-blocking'] }],
  ['dualStackIPv6', { otherwise: 'enabled', values: ['enabled', 'disabled'] }],
  ['fargateFIPSMode', { otherwise: 'disabled', values: ['enabled', 'disabled'] }],
  ['fargateTaskRetirementWaitPeriod', { otherwise: '7', values: ['0', '7', '14'] }],
  ['guardDutyActivate', { otherwise: 'off', values: ['on', 'off'] }],
  ['serviceLongArnFormat', { otherwise: 'enabled', values: ['enabled', 'disabled'] }],
  ['tagResourceAuthorization', { otherwise: 'on', values: ['on', 'off'] }],
  ['taskLongArnFormat', { otherwise: 'enabled', values: ['enabled', 'disabled'] }],
])

export const settingKey = ({ region }: Where, principalArn: string, name: string): string => `${region}/${principalArn}/${name}`

/** The user or role that settings belong to. */
export function settingHolder(principal: Principal, { accountId }: Where): string {
  if (principal.kind === 'user') return principal.arn
  if (principal.kind === 'role-session') return principal.roleArn
  return rootArn(accountId)
}

export function effectiveSetting(view: View, where: Where, principal: Principal, name: string): string {
  const of = (arn: string): string | undefined => view.get(accountSettings, where.accountId, settingKey(where, arn, name))
  return of(settingHolder(principal, where)) ?? of(rootArn(where.accountId)) ?? settingKinds.get(name)?.otherwise ?? 'disabled'
}
