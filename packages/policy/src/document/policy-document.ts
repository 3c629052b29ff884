/**
 * A policy document after reading: what the rest of the engine may rely on without looking again.
 * Documents are made by `parsePolicy` and `readPolicy` only; everything here is deeply immutable.
 */

/**
 * What a document is attached to; each kind has a grammar and limits of its own.
 * `identity` is an inline policy of a user, group or role; `managed` a managed policy of the account;
 * `endpoint` a VPC endpoint policy.
 */
export const policyKinds = ['identity', 'managed', 'trust', 'resource', 'boundary', 'session', 'scp', 'rcp', 'endpoint'] as const
export type PolicyKind = (typeof policyKinds)[number]

export type Effect = 'Allow' | 'Deny'

export interface PolicyDocument {
  readonly [document]: true
  readonly kind: PolicyKind
  /** Absent `Version` reads as `2008-10-17`, the language without policy variables. */
  readonly version: '2008-10-17' | '2012-10-17'
  /** Name or ARN for messages and traces; not part of the document's text. */
  readonly name: string
  readonly statements: readonly Statement[]
}
declare const document: unique symbol

export interface Statement {
  readonly sid: string | undefined
  readonly effect: Effect
  readonly principal: PrincipalElement | undefined
  readonly action: PatternElement
  /** Absent only in trust policies and in resource policies that mean the resource they are attached to. */
  readonly resource: PatternElement | undefined
  readonly conditions: readonly Condition[]
  /** Line of the statement's opening brace in the text, from 1. */
  readonly line: number
}

/** `Action`/`NotAction` or `Resource`/`NotResource`: patterns as written. */
export interface PatternElement {
  readonly not: boolean
  readonly patterns: readonly string[]
}

/** `Principal`/`NotPrincipal`. `"*"` reads as one entry `{ type: 'AWS', value: '*' }`. */
export interface PrincipalElement {
  readonly not: boolean
  readonly entries: readonly PrincipalEntry[]
}

export const principalTypes = ['AWS', 'Service', 'Federated', 'CanonicalUser'] as const
export interface PrincipalEntry {
  readonly type: (typeof principalTypes)[number]
  readonly value: string
}

/** One key under one operator; all conditions of a statement must hold, any of `values` may match. */
export interface Condition {
  readonly operator: ConditionOperator
  /** As written; key names are case-insensitive. */
  readonly key: string
  /** JSON numbers and booleans read as their text. */
  readonly values: readonly string[]
}

/** The operators of the policy language by family: AWS's spelling, without set prefix and `IfExists`. */
export const baseOperators = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
  'NumericEquals',
  'NumericNotEquals',
  'NumericLessThan',
  'NumericLessThanEquals',
  'NumericGreaterThan',
  'NumericGreaterThanEquals',
  'DateEquals',
  'DateNotEquals',
  'DateLessThan',
  'DateLessThanEquals',
  'DateGreaterThan',
  'DateGreaterThanEquals',
  'Bool',
  'BinaryEquals',
  'IpAddress',
  'NotIpAddress',
  'ArnEquals',
  'ArnLike',
  'ArnNotEquals',
  'ArnNotLike',
  'Null',
] as const
export type BaseOperator = (typeof baseOperators)[number]

export interface ConditionOperator {
  readonly base: BaseOperator
  readonly set: 'ForAllValues' | 'ForAnyValue' | undefined
  readonly ifExists: boolean
}

/** The operator as AWS writes it: `ForAnyValue:StringLikeIfExists`. */
export function operatorText({ base, set, ifExists }: ConditionOperator): string {
  return `${set === undefined ? '' : `${set}:`}${base}${ifExists ? 'IfExists' : ''}`
}
