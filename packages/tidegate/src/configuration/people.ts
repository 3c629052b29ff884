/** Who comes in, and as what: identity providers, and the bindings of their groups to roles. */
import { parsePolicy, type PolicyDocument } from '@tidegate/policy'
import { ConfigurationError, type Member } from './json-members.ts'

/** Presets know how a product writes its claims. */
export type Preset = PeoplePreset | PipelinePreset
type PeoplePreset = (typeof peoplePresets)[number]
type PipelinePreset = (typeof pipelinePresets)[number]

export interface IdentityProvider {
  readonly name: string
  readonly preset: Preset
  /** As its tokens name it in `iss`. */
  readonly issuer: string
  readonly clientId: string
  /** What sign-in asks for. */
  readonly scopes: readonly string[]
  /** Whether people may sign in with a code on another device. */
  readonly allowsDeviceCode: boolean
  /** How long ago somebody may have signed in at the provider, at most. */
  readonly maxAgeSeconds: number
  /** Name of the claim with the groups. */
  readonly groupsClaim: string
  /** Patterns with `*`: of a person's groups only these are kept in sessions. All where absent. */
  readonly keepGroups: readonly string[] | undefined
  /** Values of `acr` that mean more than one factor, beside what the preset knows of `amr`. */
  readonly multiFactorAcr: readonly string[]
  /** Session tags of who is in a group. */
  readonly groupTags: ReadonlyMap<string, { readonly key: string; readonly value: string }>
  /** How to ask Microsoft Graph for the groups of who has more than a token holds. */
  readonly graph: GraphSettings | undefined
}

export interface GraphSettings {
  readonly url: string
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecretFile: string
}

/** A group of people, or pipelines, that may be a role in some accounts. */
export interface Binding {
  readonly name: string
  readonly provider: string
  readonly groups: readonly string[]
  /** Of pipelines: patterns of `sub`. */
  readonly subjects: readonly string[]
  /** Name of the role, without its path. */
  readonly role: string
  readonly accounts: readonly string[]
  readonly maxDurationSeconds: number
  /** As the statement of a trust policy, for each account. */
  readonly statements: ReadonlyMap<string, PolicyDocument>
}

export function readProviders(root: Member): readonly IdentityProvider[] {
  const providers = root.objects('providers').map(readProvider)
  for (const [i, { issuer }] of providers.entries()) {
    if (providers.findIndex((other) => other.issuer === issuer) < i) throw root.error('providers', `has \`${issuer}\` twice`)
  }
  return providers
}

export function readBindings(root: Member, providers: readonly IdentityProvider[], accounts: readonly string[]): readonly Binding[] {
  return root.objects('bindings').map((node) => readBinding(node, providers, accounts))
}

/** Whether who comes from the provider is a person. */
export function isOfPeople({ preset }: Pick<IdentityProvider, 'preset'>): boolean {
  return peoplePresets.some((each) => each === preset)
}

/** Issuer as ARNs and condition keys have it. */
export function bareIssuer(issuer: string): string {
  return issuer.replace(/^https?:\/\//, '').replace(/\/$/, '')
}

function readProvider(node: Member): IdentityProvider {
  node.only(...providerMembers)
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(node.key)) throw node.error('', 'must be named with up to 20 lower-case letters, digits and hyphens')
  const preset = node.choice('preset', [...peoplePresets, ...pipelinePresets])
  const issuer = node.text('issuer')
  if (!/^https?:\/\/[^/?#]+(?:\/[^?#]*)?$/.test(issuer))
    throw node.error('issuer', 'must be the URL of an issuer, as its tokens have it in `iss`')
  const scopes = node.texts('scopes')
  return {
    name: node.key,
    preset,
    issuer,
    clientId: node.text('clientId'),
    scopes: scopes.length > 0 ? scopes : defaultScopes[preset],
    allowsDeviceCode: node.flag('deviceCode'),
    maxAgeSeconds: node.count('maxAgeSeconds', 43_200),
    groupsClaim: node.text('groupsClaim', 'groups'),
    keepGroups: node.has('keepGroups') ? node.texts('keepGroups') : undefined,
    multiFactorAcr: node.texts('multiFactorAcr'),
    groupTags: readGroupTags(node),
    graph: readGraph(node, preset, issuer),
  }
}

function readGroupTags(node: Member): IdentityProvider['groupTags'] {
  return new Map(
    node.pairs('groupTags').map(([group, tag]) => {
      const [, key, value] = /^([^=]{1,128})=(.{0,256})$/.exec(tag) ?? []
      if (key === undefined || value === undefined) throw node.error(`groupTags.${group}`, 'must be `key=value`')
      return [group, { key, value }] as const
    }),
  )
}

function readGraph(node: Member, preset: Preset, issuer: string): GraphSettings | undefined {
  const graph = node.optionalObject('graph')
  if (graph === undefined) return undefined
  if (preset !== 'entra') throw node.error('graph', 'is for the preset `entra`')
  graph.only('url', 'tokenUrl', 'clientId', 'clientSecretFile')
  return {
    url: graph.text('url', 'https://graph.microsoft.com').replace(/\/$/, ''),
    tokenUrl: graph.text('tokenUrl', `${issuer.replace(/\/v2\.0\/?$/, '')}/oauth2/v2.0/token`),
    clientId: graph.text('clientId', node.text('clientId')),
    clientSecretFile: graph.text('clientSecretFile'),
  }
}

function readBinding(node: Member, providers: readonly IdentityProvider[], known: readonly string[]): Binding {
  node.only('provider', 'groups', 'subjects', 'role', 'accounts', 'maxDurationSeconds', 'conditions')
  const provider = providers.find(({ name }) => name === node.text('provider'))
  if (provider === undefined) throw node.error('provider', `names no provider; they are ${providers.map(({ name }) => name).join(', ')}`)
  const [groups, subjects] = [node.texts('groups'), node.texts('subjects')]
  const [wanted, other] = isOfPeople(provider) ? (['groups', 'subjects'] as const) : (['subjects', 'groups'] as const)
  if (node.texts(wanted).length === 0)
    throw node.error(wanted, `must name who is meant: without it everybody of \`${provider.name}\` could be the role`)
  if (node.has(other)) throw node.error(other, `is no setting with a provider of the preset \`${provider.preset}\``)
  const open = subjects.find((subject) => !/^[^*?]+[:/][^*?]+[:/]/.test(subject))
  if (open !== undefined) throw node.error('subjects', `has \`${open}\`, which does not fix the organization or group`)
  const accounts = node.texts('accounts')
  if (accounts.length === 0) throw node.error('accounts', 'must name at least one account')
  const missing = accounts.find((id) => !known.includes(id))
  if (missing !== undefined) throw node.error('accounts', `has \`${missing}\`, which is none of \`accounts\``)
  const role = node.text('role')
  if (!/^[\w+=,.@-]{1,64}$/.test(role)) throw node.error('role', 'must be the name of a role, without path and ARN')
  const maxDurationSeconds = node.count('maxDurationSeconds', 3600)
  if (maxDurationSeconds < 900 || maxDurationSeconds > 43_200) throw node.error('maxDurationSeconds', 'must be from 900 to 43200')
  const binding = { name: node.key, provider: provider.name, groups, subjects, role, accounts, maxDurationSeconds }
  const statements = new Map(accounts.map((id) => [id, statementOf(binding, provider, id, node)] as const))
  return { ...binding, statements }
}

/**
 * The binding as what it is: a statement of the role's trust policy. A person's session has the name that her token gives her, so that
 * nobody's ARN reads as another's.
 */
function statementOf(binding: Omit<Binding, 'statements'>, provider: IdentityProvider, accountId: string, node: Member): PolicyDocument {
  const issuer = bareIssuer(provider.issuer)
  const who = isOfPeople(provider)
    ? {
        StringEquals: {
          [`${issuer}:aud`]: provider.clientId,
          'tidegate:ActorType': 'human',
          'sts:RoleSessionName': '${tidegate:ActorSessionName}',
        },
        'ForAnyValue:StringEquals': { 'tidegate:ActorGroups': binding.groups },
      }
    : {
        StringEquals: { [`${issuer}:aud`]: provider.clientId, 'tidegate:ActorType': 'pipeline' },
        StringLike: { [`${issuer}:sub`]: binding.subjects },
      }
  const own: Record<string, object> = { ...who, NumericLessThanEquals: { 'tidegate:SessionSeconds': String(binding.maxDurationSeconds) } }
  for (const [operator, tests] of Object.entries(node.record('conditions'))) {
    if (typeof tests !== 'object' || tests === null) throw node.error(`conditions.${operator}`, 'must be an object of condition keys')
    const clash = Object.keys(tests).find((key) => Object.hasOwn(own[operator] ?? {}, key))
    if (clash !== undefined) throw node.error(`conditions.${operator}`, `tests \`${clash}\`, which the binding itself does`)
    own[operator] = { ...own[operator], ...tests }
  }
  const statement = {
    Sid: `Binding${binding.name.replaceAll(/[^A-Za-z0-9]/g, '')}`,
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${accountId}:oidc-provider/${issuer}` },
    Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'],
    Condition: own,
  }
  const parsed = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statement }), 'trust', { name: `binding ${binding.name}` })
  if (parsed.ok) return parsed.document
  throw new ConfigurationError(`${node.error('', 'is not a statement that can be judged').message}: ${parsed.problems[0].message}`)
}

const peoplePresets = ['okta', 'entra', 'generic'] as const
const pipelinePresets = ['github', 'gitlab'] as const

const defaultScopes: Readonly<Record<Preset, readonly string[]>> = {
  okta: ['openid', 'profile', 'email', 'groups', 'offline_access'],
  entra: ['openid', 'profile', 'email', 'offline_access'],
  generic: ['openid', 'profile', 'email', 'groups', 'offline_access'],
  github: [],
  gitlab: [],
}

const providerMembers = [
  'preset',
  'issuer',
  'clientId',
  'scopes',
  'deviceCode',
  'maxAgeSeconds',
  'groupsClaim',
  'keepGroups',
  'multiFactorAcr',
  'groupTags',
  'graph',
]
