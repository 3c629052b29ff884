/** What is called: an account with users, each with a key, policies and a role that they may assume; and batches of calls by them. */
import { bytesOf, type Call, type Credentials, signed, type SignedRequest } from './requests.ts'

export interface World {
  readonly users: readonly Credentials[]
  /** One of each user, by AssumeRole. */
  readonly sessions: readonly Credentials[]
  readonly accountId: string
}

export const kinds = ['GetCallerIdentity', 'GetCallerIdentity, session', 'AssumeRole'] as const
export type Kind = (typeof kinds)[number]

/** @param url of an instance, or of anything else that speaks IAM and STS */
export async function makeWorld(url: string, root: Credentials): Promise<World> {
  const ask = (service: Call['service'], parameters: Call['parameters'], credentials = root) =>
    call(url, { service, parameters, credentials })
  const accountId = textOf(await ask('sts', { Action: 'GetCallerIdentity' }), 'Account')
  const users: Credentials[] = []
  const sessions: Credentials[] = []
  for (let i = 0; i < userCount; i++) {
    const UserName = `person-${i}`
    await ask('iam', { Action: 'CreateUser', UserName })
    await ask('iam', { Action: 'PutUserPolicy', UserName, PolicyName: 'work', PolicyDocument: JSON.stringify(workPolicy(accountId)) })
    const key = credentialsIn(await ask('iam', { Action: 'CreateAccessKey', UserName }))
    await ask('iam', { Action: 'CreateRole', RoleName: `deploy-${i}`, AssumeRolePolicyDocument: JSON.stringify(trustPolicy(accountId)) })
    await ask('iam', {
      Action: 'PutRolePolicy',
      RoleName: `deploy-${i}`,
      PolicyName: 'work',
      PolicyDocument: JSON.stringify(workPolicy(accountId)),
    })
    users.push(key)
    sessions.push(credentialsIn(await ask('sts', assumption(accountId, i, 'session'), key)))
  }
  return { users, sessions, accountId }
}

/** Calls that differ in caller, time of signing and user agent, so that no cache sees the same request twice in a row. */
export function batch({ users, sessions, accountId }: World, kind: Kind, size: number, host: string): readonly SignedRequest[] {
  const now = Date.now()
  return Array.from({ length: size }, (_, i) => {
    const from = kind === 'GetCallerIdentity, session' ? sessions : users
    const credentials = from[i % from.length]
    if (credentials === undefined) throw new Error('nobody calls')
    const parameters = kind === 'AssumeRole' ? assumption(accountId, i % userCount, `build-${i}`) : { Action: 'GetCallerIdentity' }
    return signed({ service: 'sts', parameters, credentials, at: now - (i % 120) * 1000 }, host)
  })
}

async function call(url: string, parts: Omit<Call, 'at'>): Promise<string> {
  const { headers, body } = signed({ ...parts, at: Date.now() }, new URL(url).host)
  const response = await fetch(url, { method: 'POST', headers: headers.map(([name, value]): [string, string] => [name, value]), body })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${parts.parameters['Action']} was answered with ${response.status}: ${text}`)
  return text
}

function assumption(accountId: string, i: number, name: string): Record<string, string> {
  return { Action: 'AssumeRole', RoleArn: `arn:aws:iam::${accountId}:role/deploy-${i}`, RoleSessionName: name }
}

function workPolicy(accountId: string): object {
  const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:${accountId}:${rest}`
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['ecs:Describe*', 'ecs:List*'], Resource: '*' },
      {
        Effect: 'Allow',
        Action: ['ecs:UpdateService', 'ecs:RunTask'],
        Resource: [arn('ecs', 'service/web/*'), arn('ecs', 'task-definition/web-*')],
      },
      { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::artifacts/*' },
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Resource: `arn:aws:iam::${accountId}:role/deploy-*`,
        Condition: { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } },
      },
      {
        Effect: 'Deny',
        Action: ['iam:*', 'organizations:*'],
        Resource: '*',
        Condition: { StringNotEquals: { 'aws:RequestedRegion': 'us-east-1' } },
      },
    ],
  }
}

function trustPolicy(accountId: string): object {
  const Statement = [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: 'sts:AssumeRole' }]
  return { Version: '2012-10-17', Statement }
}

function credentialsIn(xml: string): Credentials {
  const token = /<SessionToken>/.test(xml) ? { sessionToken: textOf(xml, 'SessionToken') } : {}
  return { accessKeyId: textOf(xml, 'AccessKeyId'), secretAccessKey: textOf(xml, 'SecretAccessKey'), ...token }
}

function textOf(xml: string, element: string): string {
  const text = new RegExp(`<${element}>([^<]+)</${element}>`).exec(xml)?.[1]
  if (text === undefined) throw new Error(`no ${element} in ${xml}`)
  return text
}

/** The batch as it goes over the wire. */
export function wireBatch(world: World, kind: Kind, size: number, host: string): readonly Buffer[] {
  return batch(world, kind, size, host).map(bytesOf)
}

const userCount = 16
