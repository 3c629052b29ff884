/** What AWS reads in the claims of a verified token: session tags, source identity, condition keys; and who is behind it. */
import type { Actor } from '../../kernel/caller.ts'
import { checkConstraints } from './constraints.ts'
import { stsError } from './errors.ts'
import type { OidcProvider, Tag, VerifiedToken } from './ports.ts'
import { keptClaims } from './session-claims.ts'
import type { Context } from './session-context.ts'
import { sessionTags } from './tags.ts'
import type { SessionTags } from './tags.ts'

type Claims = VerifiedToken['claims']

/**
 * Condition keys of the token, `<issuer>:sub` and the like.
 *
 * INVARIANT: only claims of these names, in this spelling. Condition keys know no case: if every claim became one, somebody who can choose
 * the name of a claim could add a second value to `sub` under the name `Sub`.
 */
export function tokenContext(token: VerifiedToken, { url }: OidcProvider): Context {
  return Object.fromEntries(Object.entries(claimValues(token)).map(([name, value]) => [`${url}:${name}`, value]))
}

/** Of a person: how she signed in, and the name that her sessions have. */
export function personContext({ person }: VerifiedToken, now: number): Context {
  if (person === undefined) return {}
  const { sessionName, mfaAuthenticatedAt } = person
  return {
    'tidegate:ActorSessionName': sessionName,
    'aws:MultiFactorAuthPresent': String(mfaAuthenticatedAt !== undefined),
    ...(mfaAuthenticatedAt === undefined
      ? {}
      : { 'aws:MultiFactorAuthAge': String(Math.max(0, Math.floor(now / 1000) - mfaAuthenticatedAt)) }),
  }
}

/** Seconds since 1970 at which whoever is behind the token proved who they are. */
export function provedAt({ claims, person }: VerifiedToken): number {
  if (person !== undefined) return person.authenticatedAt
  return typeof claims['iat'] === 'number' ? claims['iat'] : 0
}

/** The claims that the session keeps. */
export function tokenClaims(token: VerifiedToken): Readonly<Record<string, string>> {
  return keptClaims(claimValues(token))
}

/**
 * Session tags of the claim `https://aws.amazon.com/tags`, nested or flat. Throws `InvalidIdentityToken`, `ValidationError`,
 * `InvalidParameterValue`.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp
 */
export function tokenTags({ claims, person }: VerifiedToken): SessionTags {
  const nested = claims[tagsClaim] ?? {}
  if (!isRecord(nested)) throw badTags()
  const flat = Object.entries(claims).flatMap(([name, value]) =>
    name.startsWith(flatTags) ? [[name.slice(flatTags.length), value] as const] : [],
  )
  const principalTags = nested['principal_tags'] ?? {}
  if (!isRecord(principalTags)) throw badTags()
  const claimed = [...Object.entries(principalTags), ...flat].map(([key, value]): Tag => ({ key, value: onlyText(value) }))
  const given = [...claimed, ...(person?.tags ?? [])]
  const transitiveKeys = [...texts(nested['transitive_tag_keys']), ...texts(claims[`${tagsClaim}/transitive_tag_keys`])]
  checkConstraints('AssumeRoleWithWebIdentity', {
    Tags: given.map(({ key, value }) => ({ Key: key, Value: value })),
    TransitiveTagKeys: transitiveKeys,
  })
  return sessionTags(given, transitiveKeys, undefined)
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html */
export function tokenSourceIdentity({ claims, person }: VerifiedToken): string | undefined {
  if (person !== undefined) return person.sourceIdentity
  const value = claims['https://aws.amazon.com/source_identity']
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw stsError('InvalidIdentityToken', 'The source identity in the token is not a string')
  checkConstraints('AssumeRoleWithWebIdentity', { SourceIdentity: value })
  return value
}

/** Who is behind a token, nearest first. Issuer and subject are the identity; everything else about an actor is a label. */
export function tokenActors({ issuer, subject, claims, person }: VerifiedToken): readonly Actor[] {
  if (person !== undefined) return [person.actor]
  const label = labelOf(claims)
  const type = actorTypeOf(claims)
  const actor = { type, issuer, subject, ...(label === undefined ? {} : { label }) }
  return type === 'pipeline' ? [actor, ...triggeredBy(issuer, claims)] : [actor]
}

/** Who started a pipeline, as the CI service knows them: an account there, and nobody's at another issuer. */
function triggeredBy(issuer: string, claims: Claims): readonly Actor[] {
  const [id, login] = 'repository' in claims ? [claims['actor_id'], claims['actor']] : [claims['user_id'], claims['user_login']]
  if (typeof id !== 'string' && typeof id !== 'number') return []
  return [{ type: 'human', issuer, subject: `user:${id}`, ...(typeof login === 'string' ? { label: login } : {}) }]
}

/** A token with the claims of a GitHub Actions or GitLab CI job is a pipeline's; every other one is a workload's. */
export function actorTypeOf(claims: Claims): Actor['type'] {
  const has = (...names: readonly string[]): boolean => names.every((name) => typeof claims[name] === 'string' && claims[name] !== '')
  return has('repository', 'workflow', 'run_id') || has('project_path', 'pipeline_id', 'job_id') ? 'pipeline' : 'workload'
}

/** Of a pipeline: where it runs, on what, and which run it is. */
function labelOf(claims: Claims): string | undefined {
  if (actorTypeOf(claims) === 'pipeline') {
    const { repository = claims['project_path'], ref, run_number: run = claims['pipeline_id'] } = claims
    return `${String(repository)}${typeof ref === 'string' ? `@${ref}` : ''}${typeof run === 'string' ? `#${run}` : ''}`
  }
  const { email } = claims
  // Addresses that nobody verified could be anybody's, even as a label.
  return typeof email === 'string' && claims['email_verified'] === true ? email : undefined
}

function claimValues({ subject, audiences, claims }: VerifiedToken): Record<string, string | readonly string[]> {
  const amr = Array.isArray(claims['amr']) ? claims['amr'].filter((each) => typeof each === 'string' && !each.includes('\n')) : []
  return {
    ...Object.fromEntries(
      providerClaims.flatMap((name) => {
        const value = claims[name]
        return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[name, String(value)]] : []
      }),
    ),
    ...(claims['azp'] === undefined ? {} : { oaud: texts(claims['aud']) }),
    aud: audiences.length === 1 ? audiences[0] : audiences,
    sub: subject,
    ...(amr.length === 0 ? {} : { amr }),
  }
}

function onlyText(value: unknown): string {
  const only: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value
  if (typeof only !== 'string') throw badTags()
  return only
}

function texts(value: unknown): readonly string[] {
  const all: readonly unknown[] = value === undefined ? [] : Array.isArray(value) ? value : [value]
  return all.map((each) => {
    if (typeof each !== 'string') throw badTags()
    return each
  })
}

function badTags(): Error {
  return stsError('InvalidIdentityToken', 'The session tags in the token are not valid')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const tagsClaim = 'https://aws.amazon.com/tags'
const flatTags = `${tagsClaim}/principal_tags/`

/** Claims of GitHub and GitLab that AWS lets trust policies ask for; those with ids outlive a repository's name. */
const providerClaims = [
  'actor',
  'actor_id',
  'enterprise',
  'enterprise_id',
  'environment',
  'environment_protected',
  'event_name',
  'job_workflow_ref',
  'namespace_id',
  'namespace_path',
  'pipeline_source',
  'project_id',
  'project_path',
  'ref',
  'ref_path',
  'ref_protected',
  'ref_type',
  'repository',
  'repository_id',
  'repository_owner',
  'repository_owner_id',
  'repository_visibility',
  'runner_environment',
  'user_id',
  'workflow',
  'workflow_ref',
]
