/** Where what IAM says of people and pipelines is not what the configuration says. */
import { readPolicy } from '@tidegate/policy'
import { bareIssuer, type IdentityProvider } from './configuration/people.ts'
import type { View } from './kernel/state.ts'
import type { PeopleSettings } from './people.ts'
import { keyOf, openIdConnectProviders, roles } from './services/iam/state.ts'

export interface Drift {
  readonly problem: string
  /** The command that mends it. */
  readonly mend: string
}

/** Nothing where the configuration names no providers: then IAM's are all there are. */
export function driftOf(settings: PeopleSettings, view: View): readonly Drift[] {
  if (settings.providers.length === 0) return []
  return [
    ...providerDrift(settings, view),
    ...unknownProviders(settings, view),
    ...roleDrift(settings, view),
    ...trustDrift(settings, view),
  ]
}

function providerDrift({ providers, bindings }: PeopleSettings, view: View): readonly Drift[] {
  return providers.flatMap(({ name, issuer, clientId }) => {
    const url = bareIssuer(issuer)
    const accounts = new Set(bindings.filter((each) => each.provider === name).flatMap((each) => each.accounts))
    return [...accounts].flatMap((account): Drift[] => {
      const present = view.get(openIdConnectProviders, account, url)
      const ids = present?.clientIds.join(', ') ?? ''
      if (ids === clientId) return []
      const problem =
        present === undefined
          ? `provider \`${name}\` is not in account ${account}`
          : `provider \`${name}\` has the client ids \`${ids}\` in account ${account}, not \`${clientId}\``
      return [{ problem, mend: 'tidegate up, with the same --config: the file is written at each start' }]
    })
  })
}

function unknownProviders({ providers }: PeopleSettings, view: View): readonly Drift[] {
  const known = new Set(providers.map(({ issuer }) => bareIssuer(issuer)))
  return view.accounts(openIdConnectProviders).flatMap((account) =>
    view
      .list(openIdConnectProviders, account)
      .filter(({ key }) => !known.has(key))
      .map(({ key }) => ({
        problem: `account ${account} trusts the provider ${key}, which the configuration does not name`,
        mend: `aws iam delete-open-id-connect-provider --open-id-connect-provider-arn ${arnOf(account, key)}`,
      })),
  )
}

function roleDrift({ bindings }: PeopleSettings, view: View): readonly Drift[] {
  return bindings.flatMap(({ name, role, accounts, maxDurationSeconds }) =>
    accounts.flatMap((account): Drift[] => {
      const present = view.get(roles, account, keyOf(role))
      if (present === undefined) {
        const mend = `aws iam create-role --role-name ${role} --assume-role-policy-document FILE`
        return [{ problem: `binding \`${name}\` names the role \`${role}\`, which account ${account} does not have`, mend }]
      }
      if (present.maxSessionDurationSeconds >= maxDurationSeconds) return []
      const mend = `aws iam update-role --role-name ${role} --max-session-duration ${maxDurationSeconds}`
      return [
        {
          problem: `binding \`${name}\` gives ${maxDurationSeconds} s, the role \`${role}\` in account ${account} only ${present.maxSessionDurationSeconds}`,
          mend,
        },
      ]
    }),
  )
}

/** Trust that was written into a role beside its bindings. */
function trustDrift({ providers }: PeopleSettings, view: View): readonly Drift[] {
  return view.accounts(roles).flatMap((account) =>
    view.list(roles, account).flatMap(({ value: { name, trustPolicy } }) =>
      providers
        .filter((provider) => isTrusted(provider, account, trustPolicy))
        .map((provider) => ({
          problem: `role \`${name}\` in account ${account} trusts \`${provider.name}\` in its own policy, beside any binding`,
          mend: `aws iam get-role --role-name ${name}, and a binding in its place`,
        })),
    ),
  )
}

function isTrusted({ issuer }: IdentityProvider, account: string, trustPolicy: string): boolean {
  const read = readPolicy(trustPolicy, 'trust')
  const arn = arnOf(account, bareIssuer(issuer))
  return (
    read.ok &&
    read.document.statements.some(
      ({ effect, principal }) => effect === 'Allow' && principal?.entries.some(({ type, value }) => type === 'Federated' && value === arn),
    )
  )
}

function arnOf(account: string, url: string): string {
  return `arn:aws:iam::${account}:oidc-provider/${url}`
}
