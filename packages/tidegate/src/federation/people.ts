/**
 * From the verified token of a person to who she is: each product of identity provider has its own names for things.
 *
 * INVARIANT: the identity is issuer and subject. Addresses and names are labels: they change, they are given to others, and in some
 * products people choose them. Nobody is ever taken for the person of another issuer because both have one address.
 */
import { createHash } from 'node:crypto'
import type { Actor } from '../kernel/caller.ts'
import { tokenError } from './errors.ts'
import { matchesGlob } from './glob.ts'
import type { VerifiedToken } from './web-identity.ts'

/** How to read the tokens of one provider. */
export interface PersonRules {
  /** Name of the provider in the configuration. */
  readonly name: string
  readonly preset: 'okta' | 'entra' | 'generic'
  readonly groupsClaim: string
  readonly keepGroups: readonly string[] | undefined
  readonly multiFactorAcr: readonly string[]
  readonly groupTags: ReadonlyMap<string, { readonly key: string; readonly value: string }>
}

export interface Person {
  readonly actor: Actor
  /** Seconds since 1970 of the sign-in, where more than one factor was used and the time is known. */
  readonly mfaAuthenticatedAt?: number
  /** When she signed in at the provider, or when the token was issued where it does not say; seconds since 1970. */
  readonly authenticatedAt: number
  /** The identity in the letters that a source identity may have. */
  readonly sourceIdentity: string
  /** The label in the letters that a session name may have. */
  readonly sessionName: string
  readonly tags: readonly { readonly key: string; readonly value: string }[]
}

/** Asks for the groups of a person of whom the token has too many. */
export type ManyGroups = (subject: string) => Promise<readonly string[]>

/** Throws `InvalidIdentityToken` for a token that does not say what it has to, `IDPRejectedClaim` for groups that can't be told. */
export async function personOf(token: VerifiedToken, rules: PersonRules, manyGroups: ManyGroups | undefined): Promise<Person> {
  const { issuer, claims } = token
  const subject = subjectOf(token, rules)
  const groups = keptGroups(await groupsOf(token, subject, rules, manyGroups), rules)
  const label = labelOf(claims, rules)
  const authenticatedAt = timeOf(claims['auth_time']) ?? timeOf(claims['iat'])
  if (authenticatedAt === undefined) throw tokenError('InvalidIdentityToken', 'Missing a required claim: iat')
  const mfaAuthenticatedAt = usedManyFactors(claims, rules) ? timeOf(claims['auth_time']) : undefined
  return {
    actor: { type: 'human', issuer, subject, ...(label === undefined ? {} : { label }), groups },
    ...(mfaAuthenticatedAt === undefined ? {} : { mfaAuthenticatedAt }),
    authenticatedAt,
    sourceIdentity: sessionText(`${rules.name}.${subject}`),
    sessionName: sessionText(label ?? subject),
    tags: tagsOf(groups, rules),
  }
}

/** Entra's `sub` is another for each application; `oid` is the person within the tenant that the issuer names. */
function subjectOf({ subject, issuer, claims }: VerifiedToken, { preset }: PersonRules): string {
  if (preset !== 'entra') return subject
  const { oid, tid } = claims
  if (typeof oid !== 'string' || oid === '') throw tokenError('InvalidIdentityToken', 'Missing a required claim: oid')
  if (typeof tid !== 'string' || !issuer.split('/').includes(tid)) {
    throw tokenError('InvalidIdentityToken', 'Missing a required claim: tid', { detail: 'the tenant is not the one that the issuer names' })
  }
  return oid
}

async function groupsOf(
  { claims }: VerifiedToken,
  subject: string,
  { groupsClaim, preset }: PersonRules,
  manyGroups: ManyGroups | undefined,
): Promise<readonly string[]> {
  const value = claims[groupsClaim]
  if (value === undefined && isElsewhere(claims, groupsClaim)) {
    // Having no groups would let past whatever is denied to a group.
    if (manyGroups === undefined || preset !== 'entra')
      throw unknownGroups('the token has too many groups and says to ask elsewhere; `graph` is not configured')
    return manyGroups(subject)
  }
  const all: readonly unknown[] = value === undefined ? [] : Array.isArray(value) ? value : [value]
  return all.map((each) => {
    if (typeof each !== 'string') throw unknownGroups(`the claim \`${groupsClaim}\` is no list of texts`)
    return each
  })
}

/** Distributed claims: OpenID Connect Core 1.0, section 5.6.2. Where the token says to look is not looked at. */
function isElsewhere(claims: VerifiedToken['claims'], groupsClaim: string): boolean {
  const names = claims['_claim_names']
  return claims['hasgroups'] === true || (typeof names === 'object' && names !== null && Object.hasOwn(names, groupsClaim))
}

/** All of them or those that are wanted, but never some: what is denied to a group must not be lost silently. */
function keptGroups(groups: readonly string[], { keepGroups }: PersonRules): readonly string[] {
  const kept = keepGroups === undefined ? groups : groups.filter((group) => keepGroups.some((pattern) => matchesGlob(pattern, group)))
  if (kept.length <= maxGroups && kept.join('').length <= maxGroupsLength) return [...new Set(kept)]
  throw unknownGroups(`${kept.length} groups are more than a session holds; \`keepGroups\` says which ones policies ask for`)
}

/** What may be shown: addresses that somebody verified, or names that only administrators give. */
function labelOf(claims: VerifiedToken['claims'], { preset }: PersonRules): string | undefined {
  const text = (name: string): string | undefined => {
    const value = claims[name]
    return typeof value === 'string' && value !== '' && value.length <= 256 ? value : undefined
  }
  if (claims['email_verified'] === true && text('email') !== undefined) return text('email')
  return preset === 'generic' ? undefined : text('preferred_username')
}

/** @see https://www.rfc-editor.org/rfc/rfc8176 */
function usedManyFactors(claims: VerifiedToken['claims'], { preset, multiFactorAcr }: PersonRules): boolean {
  const { amr, acr } = claims
  const methods: readonly unknown[] = Array.isArray(amr) ? amr : []
  return (
    methods.some((each) => each === 'mfa' || (preset === 'entra' && each === 'ngcmfa')) ||
    (typeof acr === 'string' && multiFactorAcr.includes(acr))
  )
}

function tagsOf(groups: readonly string[], { groupTags }: PersonRules): Person['tags'] {
  const tags = new Map<string, string>()
  // In the order of the configuration: of two groups that give one tag, the first counts.
  for (const [group, { key, value }] of groupTags) if (groups.includes(group) && !tags.has(key)) tags.set(key, value)
  return [...tags].map(([key, value]) => ({ key, value }))
}

/** 2 to 64 of the letters that session names and source identities may have. What had to be changed ends in a digest, so that no two become one. */
function sessionText(text: string): string {
  const plain = text.replaceAll(/[^\w+=,.@-]/g, '-')
  if (plain === text && text.length >= 2 && text.length <= 64) return text
  return `${plain.slice(0, 51)}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.floor(value) : undefined
}

function unknownGroups(detail: string): Error {
  return tokenError('IDPRejectedClaim', `The groups of the person cannot be told: ${detail}`)
}

const maxGroups = 100
const maxGroupsLength = 3000
