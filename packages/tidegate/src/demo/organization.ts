/**
 * The organization of the demonstration: who is in it, which accounts it has, and what each group may be. Written as the files that anybody
 * would write for an organization of their own.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DemoIdentityProvider } from './identity-provider.ts'

export const staging = '111122223333'
const prod = '444455556666'
const management = '999988887777'
export const region = 'us-east-1'

/** Answers the path of the configuration file. */
export function writeOrganization(folder: string, { issuer, clientId }: Pick<DemoIdentityProvider, 'issuer' | 'clientId'>): string {
  mkdirSync(folder, { recursive: true })
  const write = (name: string, content: object): string => {
    const path = join(folder, name)
    writeFileSync(path, `${JSON.stringify(content, undefined, 2)}\n`)
    return path
  }
  write('nobody-above-ten.json', nobodyAboveTen)
  return write('tidegate.json', {
    defaultRegion: region,
    accounts: { [staging]: { name: 'staging' }, [prod]: { name: 'prod' }, [management]: { name: 'management' } },
    organization: {
      id: 'o-tidegatedemo',
      managementAccount: management,
      units: { workloads: { scps: ['nobody-above-ten.json'] } },
      accounts: { [staging]: { unit: 'workloads' }, [prod]: { unit: 'workloads' } },
    },
    identityProviders: { allowLoopback: true },
    providers: { demo: { preset: 'generic', issuer, clientId } },
    bindings: {
      developers: { provider: 'demo', groups: ['developers'], role: 'developer', accounts: [staging] },
      'on-call': { provider: 'demo', groups: ['oncall'], role: 'on-call', accounts: [staging] },
      platform: { provider: 'demo', groups: ['platform'], role: 'operator', accounts: [staging, prod] },
      auditors: { provider: 'demo', groups: ['auditors'], role: 'auditor', accounts: [staging, prod] },
    },
  })
}

/** A guardrail above all roles: a limit of the organization is a condition like any other. */
const nobodyAboveTen = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: '*', Resource: '*' },
    {
      Sid: 'NobodyAboveTen',
      Effect: 'Deny',
      Action: ['ecs:CreateService', 'ecs:UpdateService'],
      Resource: '*',
      Condition: { NumericGreaterThan: { 'tidegate:DesiredCount': '10' } },
    },
  ],
}
