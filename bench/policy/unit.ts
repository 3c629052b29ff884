/**
 * The statements of identity policies, each with the questions it answers. Every statement names something that no other statement of its
 * principal names (`app`), so the answers hold by construction: a hit is allowed, a near miss is allowed by nothing, a trap is denied.
 */
import { account } from './layers.ts'
import type { Random } from './random.ts'
import type { Ask, ContextRecord, StatementJson } from './world.ts'

export interface Names {
  readonly app: string
  readonly cluster: string
  readonly region: string
  readonly team: string
  /** `${aws:username}` of users, `${aws:PrincipalTag/team}` of roles, and its value. */
  readonly self: { readonly variable: string; readonly value: string }
  readonly bucket: string
  readonly random: Random
}

/** One or two statements that belong together. */
export interface Unit {
  readonly statements: readonly StatementJson[]
  readonly hits: readonly Ask[]
  readonly misses: readonly Ask[]
  readonly traps: readonly Ask[]
}

export type Kind = (names: Names) => Unit

export const mfa: ContextRecord = { 'aws:MultiFactorAuthPresent': 'true' }

export function ask(action: string, resource: string, context: ContextRecord = {}): Ask {
  return { action, resource, context }
}

export function unit(statements: StatementJson[], hits: Ask[], misses: Ask[], traps: Ask[] = []): Unit {
  return { statements, hits, misses, traps }
}

export function allow(action: string | string[], resource: string | string[], condition?: StatementJson['Condition']): StatementJson {
  return { Effect: 'Allow', Action: action, Resource: resource, ...(condition && { Condition: condition }) }
}

export function deny(action: string | string[], resource: string | string[], condition?: StatementJson['Condition']): StatementJson {
  return { ...allow(action, resource, condition), Effect: 'Deny' }
}

export function ecs({ region }: Names, rest: string): string {
  return `arn:aws:ecs:${region}:${account}:${rest}`
}

export function tagged(name: string, value: string): ContextRecord {
  return { [`aws:ResourceTag/${name}`]: value, [`ecs:ResourceTag/${name}`]: value }
}
