import * as iam from '@aws-sdk/client-iam'
import { check, everything } from '../checks.ts'
import { iamError } from '../errors.ts'
import { iamOperation } from '../iam-operation.ts'
import { missing, settingsOf } from '../lookup.ts'
import { quotas } from '../quotas.ts'
import { accountSettings, groups, instanceProfiles, mfaDevices, openIdConnectProviders, policies, roles, theOne, users } from '../state.ts'
import type { PasswordPolicy } from '../state.ts'

/** An account has one alias: another one takes its place. */
export const createAccountAlias = iamOperation<iam.CreateAccountAliasCommandInput, iam.CreateAccountAliasCommandOutput>(
  iam.CreateAccountAlias$,
  {
    authorize: () => [check('CreateAccountAlias', everything)],
    async invoke({ AccountAlias: alias }, { state, caller: { accountId } }) {
      await state.transact((tx) => {
        const owner = tx.accounts(accountSettings).find((account) => settingsOf(tx, account).alias === alias)
        if (owner !== undefined) throw iamError('EntityAlreadyExists', `The account alias ${alias} already exists.`)
        tx.put(accountSettings, accountId, theOne, { ...settingsOf(tx, accountId), alias })
      })
      return {}
    },
  },
)

export const deleteAccountAlias = iamOperation<iam.DeleteAccountAliasCommandInput, iam.DeleteAccountAliasCommandOutput>(
  iam.DeleteAccountAlias$,
  {
    authorize: () => [check('DeleteAccountAlias', everything)],
    async invoke({ AccountAlias }, { state, caller: { accountId } }) {
      await state.transact((tx) => {
        const settings = settingsOf(tx, accountId)
        if (settings.alias !== AccountAlias) missing(`The account alias ${AccountAlias} cannot be found.`)
        tx.put(accountSettings, accountId, theOne, { ...settings, alias: undefined })
      })
      return {}
    },
  },
)

export const listAccountAliases = iamOperation<iam.ListAccountAliasesCommandInput, iam.ListAccountAliasesCommandOutput>(
  iam.ListAccountAliases$,
  {
    authorize: () => [check('ListAccountAliases', everything)],
    invoke: (_, { state, caller: { accountId } }) =>
      state.read((view) => {
        const { alias } = settingsOf(view, accountId)
        return { AccountAliases: alias === undefined ? [] : [alias], IsTruncated: false }
      }),
  },
)

/** What is left out goes back to its default. */
export const updateAccountPasswordPolicy = iamOperation<
  iam.UpdateAccountPasswordPolicyCommandInput,
  iam.UpdateAccountPasswordPolicyCommandOutput
>(iam.UpdateAccountPasswordPolicy$, {
  authorize: () => [check('UpdateAccountPasswordPolicy', everything)],
  async invoke(input, { state, caller: { accountId } }) {
    const passwordPolicy: PasswordPolicy = {
      minimumPasswordLength: input.MinimumPasswordLength ?? 6,
      requireSymbols: input.RequireSymbols ?? false,
      requireNumbers: input.RequireNumbers ?? false,
      requireUppercaseCharacters: input.RequireUppercaseCharacters ?? false,
      requireLowercaseCharacters: input.RequireLowercaseCharacters ?? false,
      allowUsersToChangePassword: input.AllowUsersToChangePassword ?? false,
      maxPasswordAge: input.MaxPasswordAge,
      passwordReusePrevention: input.PasswordReusePrevention,
      hardExpiry: input.HardExpiry,
    }
    await state.transact((tx) => tx.put(accountSettings, accountId, theOne, { ...settingsOf(tx, accountId), passwordPolicy }))
    return {}
  },
})

export const getAccountPasswordPolicy = iamOperation<iam.GetAccountPasswordPolicyCommandInput, iam.GetAccountPasswordPolicyCommandOutput>(
  iam.GetAccountPasswordPolicy$,
  {
    authorize: () => [check('GetAccountPasswordPolicy', everything)],
    invoke: (_, { state, caller: { accountId } }) =>
      state.read((view) => {
        const policy = settingsOf(view, accountId).passwordPolicy
        return {
          PasswordPolicy: passwordPolicyShape(policy ?? missing(`The Password Policy with domain name ${accountId} cannot be found.`)),
        }
      }),
  },
)

export const deleteAccountPasswordPolicy = iamOperation<
  iam.DeleteAccountPasswordPolicyCommandInput,
  iam.DeleteAccountPasswordPolicyCommandOutput
>(iam.DeleteAccountPasswordPolicy$, {
  authorize: () => [check('DeleteAccountPasswordPolicy', everything)],
  async invoke(_, { state, caller: { accountId } }) {
    await state.transact((tx) => {
      const settings = settingsOf(tx, accountId)
      if (settings.passwordPolicy === undefined) missing('The account policy with name PasswordPolicy cannot be found.')
      tx.put(accountSettings, accountId, theOne, { ...settings, passwordPolicy: undefined })
    })
    return {}
  },
})

export const getAccountSummary = iamOperation<iam.GetAccountSummaryCommandInput, iam.GetAccountSummaryCommandOutput>(
  iam.GetAccountSummary$,
  {
    authorize: () => [check('GetAccountSummary', everything)],
    invoke: (_, { state, caller: { accountId } }) =>
      state.read((view) => {
        const count = (collection: Parameters<typeof view.list>[0]) => view.list(collection, accountId).length
        const devices = view.list(mfaDevices, accountId)
        const versions = view.list(policies, accountId).reduce((sum, { value }) => sum + value.versions.length, 0)
        const rootKeys = settingsOf(view, accountId).rootAccessKeyIds ?? []
        return {
          SummaryMap: {
            ...fixedQuotas,
            Users: count(users),
            Groups: count(groups),
            Roles: count(roles),
            Policies: count(policies),
            PolicyVersionsInUse: versions,
            InstanceProfiles: count(instanceProfiles),
            Providers: count(openIdConnectProviders),
            MFADevices: devices.length,
            MFADevicesInUse: devices.filter(({ value }) => value.user !== undefined).length,
            AccountAccessKeysPresent: rootKeys.length > 0 ? 1 : 0,
            UsersQuota: quotas.get(users)?.most ?? 0,
            GroupsQuota: quotas.get(groups)?.most ?? 0,
            RolesQuota: quotas.get(roles)?.most ?? 0,
            PoliciesQuota: quotas.get(policies)?.most ?? 0,
            InstanceProfilesQuota: quotas.get(instanceProfiles)?.most ?? 0,
          },
        }
      }),
  },
)

function passwordPolicyShape(policy: PasswordPolicy): iam.PasswordPolicy {
  const { maxPasswordAge, passwordReusePrevention, hardExpiry } = policy
  return {
    MinimumPasswordLength: policy.minimumPasswordLength,
    RequireSymbols: policy.requireSymbols,
    RequireNumbers: policy.requireNumbers,
    RequireUppercaseCharacters: policy.requireUppercaseCharacters,
    RequireLowercaseCharacters: policy.requireLowercaseCharacters,
    AllowUsersToChangePassword: policy.allowUsersToChangePassword,
    ExpirePasswords: maxPasswordAge !== undefined,
    ...(maxPasswordAge === undefined ? {} : { MaxPasswordAge: maxPasswordAge }),
    ...(passwordReusePrevention === undefined ? {} : { PasswordReusePrevention: passwordReusePrevention }),
    ...(hardExpiry === undefined ? {} : { HardExpiry: hardExpiry }),
  }
}

const fixedQuotas = {
  AccessKeysPerUserQuota: 2,
  AccountMFAEnabled: 0,
  AccountPasswordPresent: 0,
  AccountSigningCertificatesPresent: 0,
  AssumeRolePolicySizeQuota: 2048,
  AttachedPoliciesPerGroupQuota: 10,
  AttachedPoliciesPerRoleQuota: 10,
  AttachedPoliciesPerUserQuota: 10,
  GlobalEndpointTokenVersion: 1,
  GroupPolicySizeQuota: 5120,
  GroupsPerUserQuota: 10,
  PolicySizeQuota: 6144,
  PolicyVersionsInUseQuota: 10000,
  RolePolicySizeQuota: 10240,
  ServerCertificates: 0,
  ServerCertificatesQuota: 20,
  SigningCertificatesPerUserQuota: 2,
  UserPolicySizeQuota: 2048,
  VersionsPerPolicyQuota: 5,
}
