/** Accounts with roles and users in memory, and STS in front of them, judged as the gateway judges. */
import { compilePolicies, type PolicySet, parsePolicy } from '@tidegate/policy'
import { accessDenied, authorizeCall, isAllowed } from '../../src/gateway/authorize.ts'
import type { Caller, Session } from '../../src/kernel/caller.ts'
import { stsOperations } from '../../src/services/sts/index.ts'
import type { OidcProvider, Role, StsPorts, Tag, VerifiedToken } from '../../src/services/sts/ports.ts'
import { rootContext, sessionContext, sessionPrincipal, userContext } from '../../src/services/sts/session-context.ts'
import { rootUserIdentity, sessionUserIdentity, userUserIdentity } from '../../src/services/sts/session-user-identity.ts'

export const home = '111122223333'
export const other = '444455556666'

/** 2026-11-20T10:00:00Z. */
export const startSeconds = 1_795_168_800

interface KnownRole {
  readonly role: Role
  readonly trust: PolicySet
  readonly identity: readonly object[]
}

export interface RoleOptions {
  readonly accountId?: string
  readonly path?: string
  readonly trust: readonly object[]
  readonly allows?: readonly object[]
  readonly maxSessionDurationSeconds?: number
  readonly tags?: readonly Tag[]
}

export class StsWorld {
  now = startSeconds * 1000
  readonly sessions: Session[] = []
  readonly managed = new Map<string, string>()
  readonly providers: OidcProvider[] = []
  /** Codes that MFA devices show; each counts once. */
  readonly codes = new Set<string>()
  /** What the verifier of tokens answers. */
  verifyToken: StsPorts['webIdentity']['verify'] = () => Promise.reject(new Error('no token is expected'))
  readonly #roles = new Map<string, KnownRole>()
  readonly #webIdentity: StsPorts['webIdentity'] | undefined
  #requests = 0

  readonly ports: StsPorts = {
    roles: {
      role: (accountId, name) => this.#roles.get(`${accountId}/${name.toLowerCase()}`)?.role,
      trustPolicyOf: (accountId, name) => this.#known(accountId, name).trust,
    },
    oidcProviders: { openIdConnectProviders: (accountId) => this.providers.filter(({ arn }) => arn.includes(`:${accountId}:`)) },
    managedPolicies: { managedPolicy: (_, arn) => this.managed.get(arn) },
    sealer: {
      seal: (session) => {
        const accessKeyId = `ASIA${String(this.sessions.length).padStart(16, '0')}`
        this.sessions.push({ ...session, accessKeyId })
        return { accessKeyId, secretAccessKey: 'a secret access key', sessionToken: 'a session token' }
      },
    },
    webIdentity: {
      issuerOf: (text) => this.#webIdentity?.issuerOf(text) ?? 'https://idp.example.com',
      verify: (text, provider, now) => (this.#webIdentity ?? { verify: this.verifyToken }).verify(text, provider, now),
    },
    mfa: { verify: async (serialNumber, code) => this.codes.delete(`${serialNumber} ${code}`) },
    authorizationMessages: {
      open: (action, caller) => JSON.stringify({ decision: { effect: 'implicit-deny' }, caller, action, resource: '*', layers: [] }),
    },
    revocations: { areRevoked: () => false },
    accessKeys: { accountOf: (id) => (id.startsWith('A') ? home : undefined) },
  }

  /** @param webIdentity verifies tokens in place of `verifyToken` */
  constructor(webIdentity?: StsPorts['webIdentity']) {
    this.#webIdentity = webIdentity
  }

  addRole(name: string, options: RoleOptions): Role {
    const { accountId = home, path = '/', trust, allows = [], maxSessionDurationSeconds = 43_200, tags = [] } = options
    const id = `AROA${name.toUpperCase().padEnd(17, 'X').slice(0, 17)}`
    const role = { name, id, arn: `arn:aws:iam::${accountId}:role${path}${name}`, tags, maxSessionDurationSeconds }
    this.#roles.set(`${accountId}/${name.toLowerCase()}`, {
      role,
      trust: compilePolicies({ resource: policy(trust, 'trust') }),
      identity: allows,
    })
    return role
  }

  /** Of the newest session. */
  get session(): Session {
    const newest = this.sessions.at(-1)
    if (newest === undefined) throw new Error('there is no session')
    return newest
  }

  callerOf(session = this.session): Caller {
    const { accountId, accessKeyId, kind, parentArn, actorChain, sessionPolicies } = session
    const role = kind === 'role-session' ? this.#known(accountId, parentArn.slice(parentArn.lastIndexOf('/') + 1)) : undefined
    const { inline, arns = [] } = sessionPolicies ?? {}
    const texts = [...(inline === undefined ? [] : [inline]), ...arns.map((arn) => this.managed.get(arn) ?? '')]
    return {
      principal: sessionPrincipal(session),
      accountId,
      context: sessionContext(session, role?.role.tags ?? [], this.now),
      policies: [
        compilePolicies({
          identity: statementsOf(role?.identity ?? everything),
          session: sessionPolicies && texts.map((text) => policyOfText(text, 'session')),
        }),
      ],
      userIdentity: sessionUserIdentity(session),
      credential: { kind: 'session', accessKeyId, session },
      actorChain,
    }
  }

  /** Throws `AwsError`, as the gateway answers. */
  async call<Output = Record<string, unknown>>(name: string, given: object, caller: Caller): Promise<Output> {
    const input = { ...given }
    const operation = stsOperations.find((each) => each.name === name)
    if (operation === undefined) throw new Error(`no operation ${name}`)
    const call = { caller, requestId: `r-${++this.#requests}`, region: 'eu-central-1', now: this.now, sourceIp: '192.0.2.1' }
    const identified = (await operation.identify?.(input, { ...call, ...this.ports })) ?? caller
    const judged = { ...call, caller: identified }
    const checks = await operation.authorize(input, { ...judged, ...this.ports })
    const authorization = authorizeCall(checks, judged, {}, { resourcePoliciesOf: () => [] })
    if (!isAllowed(authorization)) throw accessDenied(authorization, judged, 'aws-query')
    return operation.invoke(input, { ...judged, ...this.ports }) as Promise<Output>
  }

  #known(accountId: string, name: string): KnownRole {
    const known = this.#roles.get(`${accountId}/${name.toLowerCase()}`)
    if (known === undefined) throw new Error(`no role ${name}`)
    return known
  }
}

export const everything = [{ Effect: 'Allow', Action: '*', Resource: '*' }]

export function user(name: string, allows: readonly object[] = everything, accountId = home): Caller {
  const calling = {
    accountId,
    arn: `arn:aws:iam::${accountId}:user/${name}`,
    id: `AIDA${name.toUpperCase().replace(/^.*\//, '')}`,
    tags: [],
  }
  return {
    principal: { kind: 'user', arn: calling.arn, account: accountId, id: calling.id },
    accountId,
    context: userContext(calling),
    policies: [compilePolicies({ identity: statementsOf(allows) })],
    userIdentity: userUserIdentity(calling, 'AKIAUSER'),
    credential: { kind: 'long-term', accessKeyId: 'AKIAUSER' },
    actorChain: [{ type: 'human', issuer: 'https://idp.example.com', subject: name }],
  }
}

export function root(accountId = home): Caller {
  return {
    principal: { kind: 'root', arn: `arn:aws:iam::${accountId}:root`, account: accountId },
    accountId,
    context: rootContext(accountId),
    policies: [],
    userIdentity: rootUserIdentity(accountId, 'AKIAROOT'),
    credential: { kind: 'long-term', accessKeyId: 'AKIAROOT' },
    actorChain: [],
  }
}

export const anonymous: Caller = {
  principal: { kind: 'anonymous' },
  accountId: '',
  context: {},
  policies: [],
  userIdentity: {},
  credential: { kind: 'none' },
  actorChain: [],
}

/** A statement that trusts principals of an account, or anybody. */
export function trusts(aws: string | readonly string[], conditions: object = {}, actions: string | readonly string[] = allActions): object {
  return { Effect: 'Allow', Principal: { AWS: aws }, Action: actions, Condition: conditions }
}

export const allActions = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity', 'sts:SetContext']

export function token(claims: Readonly<Record<string, unknown>> = {}): VerifiedToken {
  return { issuer: 'https://idp.example.com', subject: 'build-7', audiences: ['sts.amazonaws.com'], claims }
}

export function policyText(statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}

function statementsOf(statements: readonly object[]) {
  return statements.length === 0 ? [] : [policy(statements, 'identity')]
}

function policy(statements: readonly object[], kind: 'trust' | 'identity') {
  return policyOfText(policyText(statements), kind)
}

function policyOfText(text: string, kind: 'trust' | 'identity' | 'session') {
  const read = parsePolicy(text, kind)
  if (!read.ok) throw new Error(read.problems[0].message)
  return read.document
}
