/** An instance with one caller of each kind that is refused, and two that are not. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateAccessKeyCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { parsePolicy } from '@tidegate/policy'
import { search } from '../../src/audit/query.ts'
import { withSegments } from '../../src/audit/reading.ts'
import { defaultAccount, type OrganizationSettings } from '../../src/configuration/configuration.ts'
import { dataFolder } from '../../src/data-folder.ts'
import type { Operation } from '../../src/kernel/operation.ts'
import { openKeyRing } from '../../src/sessions/open-key-ring.ts'
import { sealSession } from '../../src/sessions/session-token.ts'
import { credentialsIn, iamClient, type Signer, stsClient } from './clients.ts'
import { policy, rootOf, trustIn } from './iam.ts'
import { type Credentials, mainAccount, type TestInstance, testInstance } from './instance.ts'
import { audience, type OidcIssuer, oidcIssuer } from './oidc-issuer.ts'
import { assumableRole } from './typical-input.ts'

export const roles = [
  'anonymous',
  'unknown key',
  'expired session',
  'wrong signature',
  'no policy',
  'explicit deny',
  'boundary',
  'session policy',
  'SCP',
  'administrator',
  'root',
] as const
export type Role = (typeof roles)[number]

/** Its SCP denies everything. */
export const lockedAccount = '444455556666'

export interface AccessWorld {
  readonly instance: TestInstance
  readonly signers: Readonly<Record<Role, Signer>>
  /** Of an issuer that both accounts know and no role trusts. */
  readonly webIdentityToken: string
  /** `action on resource`. */
  checksOf(operation: Operation, input: object): Promise<readonly string[]>
  /** How often each operation was called since the world was made, by the audit log. */
  recordedCalls(): Promise<ReadonlyMap<string, number>>
  close(): Promise<void>
}

export async function accessWorld(): Promise<AccessWorld> {
  const issuer = await oidcIssuer()
  const organization: OrganizationSettings = {
    id: 'o-accessworld',
    managementAccount: '999900001111',
    root: { scps: [], rcps: [] },
    units: new Map(),
    accounts: new Map([[lockedAccount, { unit: undefined, guardrail: { scps: [denyAll()], rcps: [] } }]]),
  }
  // An SCP binds the root user too, so the locked account gets its user before the guardrail is there.
  const accounts = [defaultAccount, { id: lockedAccount, name: 'locked' }]
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-instance-'))
  const open = await testInstance({ accounts }, { folder })
  const locked = await peopled(open, lockedAccount, issuer)
  const main = await peopled(open, mainAccount, issuer)
  await open.close()
  const instance = await testInstance({ accounts, organization, identityProviders: { allowLoopback: true } }, { folder })
  const { url } = instance
  const administrator = main.user('administrator')
  const narrowed = await narrowedSession(url, administrator)
  const before = await countedCalls(folder)
  return {
    instance,
    signers: {
      anonymous: undefined,
      'unknown key': { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
      'expired session': await expiredSession(folder, administrator),
      'wrong signature': { ...administrator, secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
      'no policy': main.user('nobody-special'),
      'explicit deny': main.user('denied'),
      boundary: main.user('bounded'),
      'session policy': narrowed,
      SCP: locked.user('administrator'),
      administrator,
      root: instance.rootKey(),
    },
    webIdentityToken: await issuer.token({}),
    async checksOf(operation, input) {
      // Not the root user, who may not assume roles.
      const arn = `arn:aws:iam::${mainAccount}:user/administrator`
      const principal = { kind: 'user', arn, account: mainAccount, id: 'AIDAEXAMPLE' } as const
      const { accessKeyId } = administrator
      const caller = { ...rootOf(mainAccount), principal, credential: { kind: 'long-term', accessKeyId } as const }
      const call = { caller, requestId: 'r', region: 'us-east-1', now: Date.now(), sourceIp: '127.0.0.1' }
      await operation.identify?.(input, call)
      const checks = await operation.authorize(input, call)
      return checks.map(({ action, resource }) => `${action} on ${resource}`)
    },
    async recordedCalls() {
      const after = await countedCalls(folder)
      return new Map([...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)]))
    },
    async close() {
      await instance.close()
      await issuer.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The users of an account with their keys, and the role that typical inputs name. */
async function peopled(instance: TestInstance, account: string, issuer: OidcIssuer): Promise<{ user(name: string): Credentials }> {
  const iam = iamClient(instance.url, instance.rootKey(account))
  const everything = policy('*')
  const boundary = await iam.send(new CreatePolicyCommand({ PolicyName: 'reads-objects', PolicyDocument: policy('s3:GetObject') }))
  const keys = new Map<string, Credentials>()
  for (const { name, document, isBounded } of people) {
    await iam.send(new CreateUserCommand({ UserName: name, ...(isBounded && { PermissionsBoundary: boundary.Policy?.Arn }) }))
    if (document !== undefined) {
      await iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'own', PolicyDocument: document }))
    }
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }))
    keys.set(name, { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' })
  }
  const trust = trustIn({ AWS: `arn:aws:iam::${account}:root` })
  await iam.send(new CreateRoleCommand({ RoleName: assumableRole, AssumeRolePolicyDocument: trust }))
  await iam.send(new PutRolePolicyCommand({ RoleName: assumableRole, PolicyName: 'own', PolicyDocument: everything }))
  await iam.send(new CreateOpenIDConnectProviderCommand({ Url: `https://${issuer.host}`, ClientIDList: [audience] }))
  return {
    user(name) {
      const key = keys.get(name)
      if (key === undefined) throw new Error(`no user ${name}`)
      return key
    },
  }
}

const people: readonly { readonly name: string; readonly document?: string; readonly isBounded?: true }[] = [
  { name: 'administrator', document: policy('*') },
  { name: 'nobody-special' },
  { name: 'bounded', document: policy('*'), isBounded: true },
  {
    name: 'denied',
    document: JSON.stringify({
      Version: '2012-10-17',
      Statement: ['Allow', 'Deny'].map((Effect) => ({ Effect, Action: '*', Resource: '*' })),
    }),
  },
]

/** A role that may do everything, taken with a session policy that allows next to nothing. */
async function narrowedSession(url: string, administrator: Credentials): Promise<Credentials> {
  const input = {
    RoleArn: `arn:aws:iam::${mainAccount}:role/${assumableRole}`,
    RoleSessionName: 'narrowed',
    Policy: policy('s3:GetObject'),
  }
  return credentialsIn(await stsClient(url, administrator).send(new AssumeRoleCommand(input)))
}

/** Issued two hours ago for a quarter of an hour, by an instance on the same keys. */
async function expiredSession(folder: string, administrator: Credentials): Promise<Credentials> {
  const keys = openKeyRing({ path: dataFolder(folder).keyRing })
  try {
    const issuedAt = Math.floor(Date.now() / 1000) - 7200
    const arn = `arn:aws:iam::${mainAccount}:user/administrator`
    const { accessKeyId, secretAccessKey, sessionToken } = sealSession(
      {
        kind: 'session-token',
        accessKeyId: `ASIA${administrator.accessKeyId.slice(4)}`,
        accountId: mainAccount,
        parentArn: arn,
        parentId: 'AIDAEXAMPLE',
        name: '',
        issuedAt,
        expiresAt: issuedAt + 900,
        actorChain: [],
      },
      keys,
    )
    return { accessKeyId, secretAccessKey, sessionToken }
  } finally {
    keys.close()
  }
}

function denyAll() {
  const parsed = parsePolicy('{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}', 'scp', {
    name: 'deny-all',
  })
  if (!parsed.ok) throw new Error('the policy is not read')
  return parsed.document
}

async function countedCalls(folder: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  await withSegments(dataFolder(folder).audit, async (segments) => {
    for await (const { record } of search(segments, {}, 'newest')) {
      const name = `${record.eventSource.split('.')[0]}:${record.eventName}`
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  })
  return counts
}
