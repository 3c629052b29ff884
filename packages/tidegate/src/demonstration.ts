/** What `tidegate up --demo` adds to an instance: people who can sign in, and roles that their groups may be. */
import type { RootKey } from './accounts.ts'
import { type Configuration, parseConfiguration } from './configuration/configuration.ts'
import { demoClientId, demoPeople, startDemoIdentityProvider } from './demo/identity-provider.ts'

export interface Demonstration {
  readonly configuration: Configuration
  /** Names to click on. */
  readonly people: readonly string[]
  /** Makes the roles where they are missing, as the root user of the account. */
  prepare(url: string, root: RootKey): Promise<void>
  close(): Promise<void>
}

/** @param port of the identity provider; it is part of who people are, so it should stay the same. 0 takes a free one */
export async function startDemonstration(port: number): Promise<Demonstration> {
  const redirectUris = ['http://127.0.0.1/console/', 'http://localhost/console/']
  const idp = await startDemoIdentityProvider({ port, redirectUris, allowsDeviceCode: true })
  return {
    configuration: configurationFor(idp.issuer),
    people: demoPeople.map(({ id }) => id),
    prepare: makeRoles,
    close: () => idp.close(),
  }
}

function configurationFor(issuer: string): Configuration {
  const bindings = roles.map(({ name, groups, needsSecondFactor }) => {
    const conditions = needsSecondFactor ? { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } : {}
    return [name, { provider: 'demo', groups, role: name, accounts: [account], conditions }] as const
  })
  return parseConfiguration(
    JSON.stringify({
      accounts: { [account]: { name: 'main' } },
      identityProviders: { allowLoopback: true },
      providers: { demo: { preset: 'generic', issuer, clientId: demoClientId, deviceCode: true } },
      bindings: Object.fromEntries(bindings),
    }),
    'the configuration of the demonstration',
  )
}

async function makeRoles(url: string, { accessKeyId, secretAccessKey }: RootKey): Promise<void> {
  const { AttachRolePolicyCommand, CreateRoleCommand, EntityAlreadyExistsException, IAMClient } = await import('@aws-sdk/client-iam')
  const iam = new IAMClient({ endpoint: url, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 })
  try {
    for (const { name, policies } of roles) {
      try {
        await iam.send(
          new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trustsNobodyElse, Description: 'of the demonstration' }),
        )
        for (const policy of policies)
          await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: `arn:aws:iam::aws:policy/${policy}` }))
      } catch (error) {
        // From an earlier start, and perhaps changed since.
        if (!(error instanceof EntityAlreadyExistsException)) throw error
      }
    }
  } finally {
    iam.destroy()
  }
}

const account = '111122223333'

const roles = [
  { name: 'developer', groups: ['developers'], policies: ['ReadOnlyAccess', 'AmazonECS_FullAccess'], needsSecondFactor: false },
  { name: 'operator', groups: ['oncall'], policies: ['PowerUserAccess'], needsSecondFactor: true },
  { name: 'administrator', groups: ['platform'], policies: ['AdministratorAccess'], needsSecondFactor: true },
  { name: 'auditor', groups: ['auditors'], policies: ['SecurityAudit', 'CloudWatchLogsReadOnlyAccess'], needsSecondFactor: false },
] as const

/** Bindings let people in; a trust policy has to name somebody. */
const trustsNobodyElse = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' },
})
