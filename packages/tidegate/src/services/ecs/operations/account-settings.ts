/** Account settings of a principal, and of the account for whoever has none. Only `containerInsights` has an effect here. */
import {
  DeleteAccountSetting$,
  ListAccountSettings$,
  PutAccountSetting$,
  PutAccountSettingDefault$,
  type DeleteAccountSettingCommandInput,
  type DeleteAccountSettingCommandOutput,
  type ListAccountSettingsCommandInput,
  type ListAccountSettingsCommandOutput,
  type PutAccountSettingCommandInput,
  type PutAccountSettingCommandOutput,
  type PutAccountSettingDefaultCommandInput,
  type PutAccountSettingDefaultCommandOutput,
  type Setting,
} from '@aws-sdk/client-ecs'
import { rootArn } from '../../../kernel/arn.ts'
import type { Check } from '../../../kernel/operation.ts'
import { effectiveSetting, settingHolder, settingKey, settingKinds } from '../account-settings.ts'
import { type EcsCall, ecsOperation, whereOf } from '../ecs-operation.ts'
import { ecsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import { accountSettings } from '../state.ts'

export const putAccountSetting = ecsOperation<PutAccountSettingCommandInput, PutAccountSettingCommandOutput>(PutAccountSetting$, {
  authorize: ({ name }) => [checkOf('ecs:PutAccountSetting', name)],
  invoke: ({ name, value, principalArn }, call) => put(name, value, holderIn(principalArn, call), call),
})

export const putAccountSettingDefault = ecsOperation<PutAccountSettingDefaultCommandInput, PutAccountSettingDefaultCommandOutput>(
  PutAccountSettingDefault$,
  {
    authorize: ({ name }) => [checkOf('ecs:PutAccountSettingDefault', name)],
    invoke: ({ name, value }, call) => put(name, value, rootArn(call.caller.accountId), call),
  },
)

export const deleteAccountSetting = ecsOperation<DeleteAccountSettingCommandInput, DeleteAccountSettingCommandOutput>(
  DeleteAccountSetting$,
  {
    authorize: ({ name }) => [checkOf('ecs:DeleteAccountSetting', name)],
    async invoke({ name, principalArn }, call) {
      const where = whereOf(call)
      const holder = holderIn(principalArn, call)
      const key = settingKey(where, holder, name)
      const value = await call.state.transact((tx) => {
        const known = tx.get(accountSettings, where.accountId, key)
        if (known !== undefined) tx.delete(accountSettings, where.accountId, key)
        return known
      })
      return { setting: { name, ...(value !== undefined && { value }), principalArn: holder } }
    },
  },
)

export const listAccountSettings = ecsOperation<ListAccountSettingsCommandInput, ListAccountSettingsCommandOutput>(ListAccountSettings$, {
  authorize: () => [{ action: 'ecs:ListAccountSettings', resource: '*' }],
  invoke(input, call) {
    const where = whereOf(call)
    const holder = holderIn(input.principalArn, call)
    const found = call.state.read((view): Setting[] =>
      [...settingKinds.keys()].flatMap((name) => {
        const own = view.get(accountSettings, where.accountId, settingKey(where, holder, name))
        const value = input.effectiveSettings === true ? effectiveSetting(view, where, call.caller.principal, name) : own
        if (value === undefined || (input.name ?? name) !== name || (input.value ?? value) !== value) return []
        return [{ name: name as NonNullable<Setting['name']>, value, principalArn: holder, type: 'user' }]
      }),
    )
    const keyed = found.map((setting) => ({ key: setting.name ?? '', item: JSON.stringify(setting) }))
    const { items, ...rest } = pageOf(keyed, { maxResults: input.maxResults, nextToken: input.nextToken })
    return { settings: items.map((item) => JSON.parse(item) as Setting), ...rest }
  },
})

const checkOf = (action: string, name: string): Check => ({ action, resource: '*', context: { 'ecs:account-setting': name } })

async function put(
  name: NonNullable<Setting['name']>,
  value: string,
  holder: string,
  call: EcsCall,
): Promise<Omit<PutAccountSettingCommandOutput, '$metadata'>> {
  const kind = settingKinds.get(name)
  if (kind === undefined)
    throw ecsError('InvalidParameterException', `Setting name must be one of [${[...settingKinds.keys()].join(', ')}].`)
  if (!kind.values.includes(value))
    throw ecsError('InvalidParameterException', `The value for the setting must be one of [${kind.values.join(', ')}].`)
  const where = whereOf(call)
  await call.state.transact((tx) => tx.put(accountSettings, where.accountId, settingKey(where, holder, name), value))
  return { setting: { name, value, principalArn: holder } }
}

/** Settings of somebody else are the root user's to see and change. */
function holderIn(principalArn: string | undefined, call: EcsCall): string {
  const own = settingHolder(call.caller.principal, whereOf(call))
  if (principalArn === undefined || principalArn === own) return own
  if (call.caller.principal.kind !== 'root')
    throw ecsError('ClientException', 'You must be the account root user to set the account setting of another principal.')
  if (!principalArn.startsWith(`arn:aws:iam::${call.caller.accountId}:`))
    throw ecsError('InvalidParameterException', `Invalid principal ARN: ${principalArn}`)
  return principalArn
}
