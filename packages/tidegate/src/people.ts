/**
 * People, as the configuration knows them: whose tokens are whose, which roles a group may be, and what of it the state of IAM should say.
 * A binding is a statement that stands with the role's trust policy: judged, explained and overruled by a Deny like every other.
 */
import { readFileSync } from 'node:fs'
import type { PolicyDocument } from '@tidegate/policy'
import type { IdentityProviderHosts } from './configuration/configuration.ts'
import { bareIssuer, type Binding, type IdentityProvider, isOfPeople } from './configuration/people.ts'
import type { ConsoleProvider } from './endpoints/console/sign-in.ts'
import { groupsAtGraph } from './federation/graph.ts'
import { type ManyGroups, type Person, type PersonRules, personOf } from './federation/people.ts'
import { type TrustedProvider, type VerifiedToken, type WebIdentityVerifier, webIdentityVerifier } from './federation/web-identity.ts'
import type { State } from './kernel/state.ts'
import { openIdConnectProviders } from './services/iam/state.ts'

export interface PeopleSettings {
  readonly identityProviders: IdentityProviderHosts
  readonly providers: readonly IdentityProvider[]
  readonly bindings: readonly Binding[]
}

/** A provider as IAM has it. */
interface TaggedProvider extends TrustedProvider {
  readonly tags: readonly { readonly key: string; readonly value: string }[]
}

export interface IdentifiedToken extends VerifiedToken {
  readonly person?: Person
}

interface Reading {
  readonly rules: PersonRules
  readonly manyGroups: ManyGroups | undefined
}

export class People {
  readonly settings: PeopleSettings
  readonly #verifier: WebIdentityVerifier
  readonly #readings: ReadonlyMap<string, Reading>

  constructor(settings: PeopleSettings) {
    this.settings = settings
    this.#verifier = webIdentityVerifier(settings.identityProviders)
    const ofPeople = settings.providers.flatMap((provider) => {
      const rules = rulesOf(provider)
      return rules === undefined ? [] : [[provider.issuer, { rules, manyGroups: manyGroupsOf(provider, settings) }] as const]
    })
    this.#readings = new Map(ofPeople)
  }

  issuerOf(token: string): string {
    return this.#verifier.issuerOf(token)
  }

  /** As `WebIdentityVerifier.verify`; with the person where the provider is one of people. */
  async verify(token: string, provider: TrustedProvider | TaggedProvider, now: number): Promise<IdentifiedToken> {
    const verified = await this.#verifier.verify(token, provider, now)
    const reading = this.#readings.get(verified.issuer) ?? taggedReading(provider)
    return reading === undefined ? verified : { ...verified, person: await personOf(verified, reading.rules, reading.manyGroups) }
  }

  /** Undefined for a token that is of none of the configured providers of people. */
  async identify(token: string, now: number): Promise<{ readonly provider: IdentityProvider; readonly person: Person } | undefined> {
    const issuer = this.issuerOf(token)
    const provider = this.settings.providers.find((each) => each.issuer === issuer)
    if (provider === undefined) return undefined
    const { person } = await this.verify(token, { url: bareIssuer(issuer), clientIds: [provider.clientId] }, now)
    return person && { provider, person }
  }

  /** What bindings say about who may be a role. */
  statementsFor(accountId: string, roleName: string): readonly PolicyDocument[] {
    const name = roleName.toLowerCase()
    return this.settings.bindings
      .filter(({ role }) => role.toLowerCase() === name)
      .flatMap(({ statements }) => statements.get(accountId) ?? [])
  }

  /** Bindings that name one of the person's groups. Conditions are judged when the role is assumed. */
  bindingsOf(provider: IdentityProvider, { actor }: Person): readonly Binding[] {
    const { groups = [] } = actor
    return this.settings.bindings.filter((each) => each.provider === provider.name && each.groups.some((group) => groups.includes(group)))
  }
}

/** The file wins at each start: IAM has its providers, in the accounts of their bindings, with their client ids. Answers how many changed. */
export async function writeProviders({ providers, bindings }: PeopleSettings, state: State, now: number): Promise<number> {
  return state.transact((tx) => {
    let changed = 0
    for (const { name, issuer, clientId, preset } of providers) {
      const url = bareIssuer(issuer)
      for (const accountId of accountsOf(bindings, name)) {
        const present = tx.get(openIdConnectProviders, accountId, url)
        const tags = present?.tags ?? []
        const isTagged = tags.some(({ key, value }) => key === presetTag && value === preset)
        if (isTagged && present?.clientIds.length === 1 && present.clientIds[0] === clientId) continue
        tx.put(openIdConnectProviders, accountId, url, {
          createdAt: now,
          thumbprints: [],
          ...present,
          url,
          clientIds: [clientId],
          tags: [...tags.filter(({ key }) => key !== presetTag), { key: presetTag, value: preset }],
        })
        changed++
      }
    }
    return changed
  })
}

/** Providers as the console offers them. */
export function consoleProviders({ providers }: PeopleSettings): readonly ConsoleProvider[] {
  return providers.filter(isOfPeople).map(({ name, issuer, clientId, maxAgeSeconds, scopes }) => {
    // A tab keeps nothing to refresh with.
    return { name, issuer, clientId, maxAgeSeconds, scopes: scopes.filter((scope) => scope !== 'offline_access') }
  })
}

function accountsOf(bindings: readonly Binding[], provider: string): readonly string[] {
  return [...new Set(bindings.filter((each) => each.provider === provider).flatMap(({ accounts }) => accounts))]
}

function rulesOf(provider: IdentityProvider): PersonRules | undefined {
  const { preset } = provider
  return isOfPeople(provider) && preset !== 'github' && preset !== 'gitlab' ? { ...provider, preset } : undefined
}

/** A provider that was made through IAM's API says with a tag whose it is: `tidegate:preset`. */
function taggedReading(provider: TrustedProvider | TaggedProvider): Reading | undefined {
  const tags = 'tags' in provider ? new Map(provider.tags.map(({ key, value }) => [key, value])) : new Map<string, string>()
  const preset = tags.get(presetTag)
  if (preset !== 'okta' && preset !== 'entra' && preset !== 'generic') return undefined
  const rules = {
    name: tags.get('tidegate:name') ?? provider.url.replace(/[/:].*$/, ''),
    preset,
    groupsClaim: tags.get('tidegate:groups-claim') ?? 'groups',
    keepGroups: undefined,
    multiFactorAcr: [],
    groupTags: new Map(),
  } as const
  return { rules, manyGroups: undefined }
}

function manyGroupsOf({ graph }: IdentityProvider, { identityProviders }: PeopleSettings): ManyGroups | undefined {
  return graph && groupsAtGraph({ ...identityProviders, ...graph, clientSecret: () => readFileSync(graph.clientSecretFile, 'utf8').trim() })
}

/** Tag of a provider in IAM that says whose claims its tokens have. */
const presetTag = 'tidegate:preset'
