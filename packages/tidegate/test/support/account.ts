/** What tests do to an account over and over, through the SDK as its root user or an administrator. */
import { createHmac } from 'node:crypto'
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  type CreateRoleCommandInput,
  CreateUserCommand,
  type CreateUserCommandInput,
  type IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import type { Credentials } from './instance.ts'

/** A user with a key and, where given, an inline policy. */
export async function newUser(
  iam: IAMClient,
  name: string,
  document?: string,
  settings: Partial<CreateUserCommandInput> = {},
): Promise<Credentials> {
  await iam.send(new CreateUserCommand({ ...settings, UserName: name }))
  if (document !== undefined) await iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'own', PolicyDocument: document }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

/** A role with an inline policy; answers its ARN. */
export async function newRole(
  iam: IAMClient,
  name: string,
  { trust, document, ...settings }: { readonly trust: string; readonly document?: string } & Partial<CreateRoleCommandInput>,
): Promise<string> {
  const { Role } = await iam.send(new CreateRoleCommand({ ...settings, RoleName: name, AssumeRolePolicyDocument: trust }))
  if (document !== undefined) await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'own', PolicyDocument: document }))
  return Role?.Arn ?? ''
}

/** A policy document of statements; `Effect`, `Action` and `Resource` default to allowing everything. */
export function policyOf(...statements: readonly object[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({ Effect: 'Allow', Action: '*', Resource: '*', ...statement })),
  })
}

/** A trust policy that lets principals do what sessions are made of. */
export function trustOf(principal: string | readonly string[], condition?: object): string {
  const Action = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']
  const statement = { Effect: 'Allow', Principal: { AWS: principal }, Action, ...(condition && { Condition: condition }) }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}

/** What a virtual MFA device shows in a step of 30 seconds (RFC 6238). */
export function oneTimePassword(seed: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', base32(Buffer.from(seed).toString()))
    .update(counter)
    .digest()
  const number = digest.readUInt32BE(digest.readUInt8(19) & 15) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}

function base32(text: string): Buffer {
  const bits = Array.from(text.replaceAll('=', ''))
    .map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
