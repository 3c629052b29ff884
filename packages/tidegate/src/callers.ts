/** From credentials to callers: whose access key it is, and what its owner may do. */
import { compilePolicies, readPolicy, type PolicyDocument, type PolicySet } from '@tidegate/policy'
import type { Organization } from './configuration/organization.ts'
import type { Credentials, KnownCredential } from './gateway/credentials.ts'
import { actorContext, principalActor } from './kernel/actor-chain.ts'
import { nameOf, rootArn } from './kernel/arn.ts'
import { BoundedCache } from './kernel/bounded-cache.ts'
import type { Caller, Session } from './kernel/caller.ts'
import { OpenedSessions } from './opened.ts'
import type { KnownAccessKey, KnownRole, KnownUser, Principals } from './services/iam/principals.ts'
import { isOfRoot, rootContext, sessionContext, sessionPrincipal, userContext } from './services/sts/session-context.ts'
import { rootUserIdentity, sessionUserIdentity, userUserIdentity } from './services/sts/session-user-identity.ts'
import type { Keys } from './sessions/key-ring.ts'
import { isRevoked, type RevocationTable } from './sessions/revocation.ts'

export interface CallerSources {
  readonly principals: Principals
  readonly keys: Keys
  readonly revocations: () => RevocationTable
  readonly organization: Organization
}

export function credentialsFrom(sources: CallerSources): Credentials {
  const sessions = new OpenedSessions(sources.keys)
  const callers = new Callers(sources)
  return {
    find(accessKeyId, sessionToken, now) {
      if (sessionToken === undefined) return longTerm(accessKeyId, sources, callers)
      const { session, secretAccessKey } = sessions.open({ accessKeyId, sessionToken, now })
      if (isRevoked(session, sources.revocations())) return undefined
      const owner = ownerOf(session, sources.principals)
      if (owner === undefined) return undefined
      return { secretAccessKey, caller: () => callers.ofSession(session, owner, now) }
    },
  }
}

/** Undefined for keys that are inactive or nobody's. */
function longTerm(accessKeyId: string, { principals }: CallerSources, callers: Callers): KnownCredential | undefined {
  const key = principals.accessKey(accessKeyId)
  if (key?.isActive !== true) return undefined
  return { secretAccessKey: key.secretAccessKey(), caller: () => callers.ofKey(accessKeyId, key) }
}

/** The role, user or root that a session was made from, as it is now. */
interface Owner {
  readonly known: Pick<KnownRole | KnownUser, 'tags'>
  readonly policies: PolicySet | undefined
}

/** Undefined when it is gone: one that was made again under the same name is another. */
function ownerOf(session: Session, principals: Principals): Owner | undefined {
  const { accountId, parentArn, parentId, kind } = session
  if (kind !== 'role-session' && isOfRoot(session)) return kind === 'federated-user' ? federatingRoot : root
  const name = nameOf(parentArn)
  const known = kind === 'role-session' ? principals.role(accountId, name) : principals.user(accountId, name)
  if (known?.id !== parentId) return undefined
  const policies = kind === 'role-session' ? principals.policiesOfRole(accountId, name) : principals.policiesOfUser(accountId, name)
  return { known, policies }
}

/**
 * Callers are made once for each access key, and again as soon as anything is different that they were made from: users, roles and policy
 * sets are other objects when somebody has written them.
 */
class Callers {
  readonly #sources: CallerSources
  readonly #sessionPolicies: SessionPolicies
  readonly #made = new BoundedCache<{ readonly from: readonly unknown[]; readonly caller: Caller }>(10_000)

  constructor(sources: CallerSources) {
    this.#sources = sources
    this.#sessionPolicies = new SessionPolicies(sources.principals)
  }

  ofKey(accessKeyId: string, key: KnownAccessKey): Caller {
    const { principals, organization } = this.#sources
    const { accountId, userName } = key
    const scp = organization.serviceControlPolicies(accountId)
    const user = userName === undefined ? undefined : principals.user(accountId, userName)
    if (userName !== undefined && user === undefined) throw new Error('the owner of an access key is gone')
    const policies = user && principals.policiesOfUser(accountId, user.name)
    return this.#once(accessKeyId, [user, policies, scp], () => ({
      accountId,
      credential: { kind: 'long-term', accessKeyId },
      policies: [policies, scp].filter(isPresent),
      ...(user === undefined ? this.#root(accountId, accessKeyId) : this.#user({ accountId, ...user }, accessKeyId)),
    }))
  }

  ofSession(session: Session, { known, policies }: Owner, now: number): Caller {
    const { accountId, accessKeyId, actorChain, mfaAuthenticatedAt } = session
    const { organization } = this.#sources
    const scp = organization.serviceControlPolicies(accountId)
    const narrowing = this.#sessionPolicies.of(session)
    // The age of the MFA is one of its condition keys, in seconds.
    const second = mfaAuthenticatedAt === undefined ? 0 : Math.floor(now / 1000)
    return this.#once(accessKeyId, [session, known, policies, narrowing, scp, second], () => ({
      principal: sessionPrincipal(session),
      accountId,
      context: { ...organization.keysOf(accountId, 'Principal'), ...sessionContext(session, known.tags, now), ...isNoService },
      policies: [policies, narrowing, scp].filter(isPresent),
      userIdentity: sessionUserIdentity(session),
      credential: { kind: 'session', accessKeyId, session },
      actorChain,
    }))
  }

  #once(accessKeyId: string, from: readonly unknown[], make: () => Caller): Caller {
    const made = this.#made.get(accessKeyId)
    if (made !== undefined && made.from.length === from.length && made.from.every((part, i) => part === from[i])) return made.caller
    const caller = make()
    this.#made.set(accessKeyId, { from, caller })
    return caller
  }

  #root(accountId: string, accessKeyId: string): Pick<Caller, 'principal' | 'context' | 'userIdentity' | 'actorChain'> {
    const actorChain = [principalActor(rootArn(accountId))]
    return {
      principal: { kind: 'root', arn: rootArn(accountId), account: accountId },
      context: {
        ...this.#sources.organization.keysOf(accountId, 'Principal'),
        ...rootContext(accountId),
        ...isNoService,
        ...actorContext(actorChain),
      },
      actorChain,
      userIdentity: rootUserIdentity(accountId, accessKeyId),
    }
  }

  #user(
    user: KnownUser & { readonly accountId: string },
    accessKeyId: string,
  ): Pick<Caller, 'principal' | 'context' | 'userIdentity' | 'actorChain'> {
    const actorChain = [principalActor(user.arn)]
    return {
      principal: user.principal,
      context: {
        ...this.#sources.organization.keysOf(user.accountId, 'Principal'),
        ...userContext(user),
        ...isNoService,
        ...actorContext(actorChain),
      },
      actorChain,
      userIdentity: userUserIdentity(user, accessKeyId),
    }
  }
}

/** Session policies compiled: a session makes many calls. */
class SessionPolicies {
  readonly #principals: Principals
  readonly #compiled = new BoundedCache<PolicySet>(4096)

  constructor(principals: Principals) {
    this.#principals = principals
  }

  /** Undefined for a session that is not narrowed. */
  of({ accountId, sessionPolicies }: Session): PolicySet | undefined {
    if (sessionPolicies === undefined) return undefined
    const { inline, arns = [] } = sessionPolicies
    // Managed policies by their text: a changed one is another.
    const texts = [...(inline === undefined ? [] : [inline]), ...arns.map((arn) => this.#principals.managedPolicy(accountId, arn) ?? '')]
    const key = JSON.stringify(texts)
    const known = this.#compiled.get(key)
    if (known !== undefined) return known
    const documents = texts.map((text, i) => documentOf(text, `session policy ${i + 1}`))
    // INVARIANT: with one that is gone or cannot be read nothing is allowed, because what it would have denied cannot be told.
    const set = compilePolicies({ session: documents.every((one) => one !== undefined) ? documents : [] })
    this.#compiled.set(key, set)
    return set
  }
}

function documentOf(text: string, name: string): PolicyDocument | undefined {
  const read = readPolicy(text, 'session', { name })
  return read.ok ? read.document : undefined
}

function isPresent(set: PolicySet | undefined): set is PolicySet {
  return set !== undefined
}

const root: Owner = { known: { tags: [] }, policies: undefined }
/** What the root user federates may do what its session policies allow. */
const federatingRoot: Owner = {
  known: { tags: [] },
  policies: compilePolicies({
    identity: [documentOf('{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}', 'root user')].filter(
      (document) => document !== undefined,
    ),
  }),
}
const isNoService = { 'aws:PrincipalIsAWSService': 'false' }
