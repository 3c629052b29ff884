/** An identity provider, an instance that is configured for it, and roles that its groups may be. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfiguration } from '../../src/configuration/configuration.ts'
import { type DemoIdentityProvider, type DemoIdentityProviderOptions, startDemoIdentityProvider } from '../../src/demo/identity-provider.ts'
import { newRole, policyOf } from './account.ts'
import { iamClient } from './clients.ts'
import { type TestInstance, type TestOptions, testInstance } from './instance.ts'
import { clientOf, type SignIn, signInOf } from './sign-in.ts'

export const otherAccount = '444455556666'

export interface PeopleWorld {
  readonly idp: DemoIdentityProvider
  readonly instance: TestInstance
  readonly signIn: SignIn
  /** An ID token. */
  token(person: string, fields?: Readonly<Record<string, string>>): Promise<string>
  close(): Promise<void>
}

export interface PeopleWorldOptions extends TestOptions {
  readonly idp?: Partial<DemoIdentityProviderOptions>
  readonly provider?: (issuer: string) => Readonly<Record<string, unknown>>
  readonly bindings?: Readonly<Record<string, object>>
}

/** Nobody may be `nobody-may-be` but through a binding: that is what its trust policy says. */
export async function peopleWorld({
  idp: idpOptions,
  provider = () => ({}),
  bindings = {},
  ...options
}: PeopleWorldOptions = {}): Promise<PeopleWorld> {
  const idp = await startDemoIdentityProvider({ port: 0, ...idpOptions })
  const configuration = configurationOf({
    accounts: { '111122223333': { name: 'staging' }, [otherAccount]: { name: 'prod' } },
    identityProviders: { allowLoopback: true },
    askForAccess: 'https://wiki.example.com/access',
    providers: { demo: { preset: 'generic', issuer: idp.issuer, clientId: idp.clientId, ...provider(idp.issuer) } },
    bindings: {
      developers: { provider: 'demo', groups: ['developers'], role: 'developer', accounts: ['111122223333', otherAccount] },
      oncall: {
        provider: 'demo',
        groups: ['oncall'],
        role: 'operator',
        accounts: ['111122223333'],
        maxDurationSeconds: 1800,
        conditions: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
      },
      ...bindings,
    },
  })
  const instance = await testInstance(configuration, options)
  for (const account of ['111122223333', otherAccount]) {
    const iam = iamClient(instance.url, instance.rootKey(account))
    await newRole(iam, 'developer', {
      trust: trustsNobody,
      document: policyOf({ Action: ['iam:Get*', 'iam:List*', 'sts:*', 'cloudtrail:*'] }),
    })
    await newRole(iam, 'operator', { trust: trustsNobody, document: policyOf({}), MaxSessionDuration: 7200 })
  }
  const signIn = signInOf(await clientOf(idp))
  return {
    idp,
    instance,
    signIn,
    token: async (person, fields) => (await signIn(person, { max_age: '3600' }, fields)).id_token ?? '',
    async close() {
      await instance.close()
      await idp.close()
    },
  }
}

function configurationOf(value: object) {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-configuration-'))
  try {
    writeFileSync(join(folder, 'tidegate.json'), JSON.stringify(value))
    return readConfiguration(join(folder, 'tidegate.json'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A service that is not built here: a trust policy has to trust somebody. */
const trustsNobody = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' },
})
