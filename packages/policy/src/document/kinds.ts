/** What each kind of policy must, may and must not have. */
import type { PolicyKind } from './policy-document.ts'

export interface KindRules {
  readonly principal: 'required' | 'forbidden'
  /** `on-saving`: AWS wants it, but a document without it still has a meaning, the resource it is attached to. */
  readonly resource: 'required' | 'on-saving' | 'optional' | 'forbidden'
  /** Whether the document may have an `Id`. */
  readonly id: boolean
  /** Whether `Version` must be there and be `2012-10-17`. */
  readonly newVersion: boolean
  /** Characters of `Sid`: services other than IAM and Organizations take any. */
  readonly sid: 'alphanumeric' | 'any'
  /** Whether the text is limited to U+0009, U+000A, U+000D and U+0020 to U+00FF. */
  readonly latin1: boolean
}

const identity: KindRules = {
  principal: 'forbidden',
  resource: 'required',
  id: false,
  newVersion: false,
  sid: 'alphanumeric',
  latin1: true,
}
const managed: KindRules = { ...identity, newVersion: true }
const attached: KindRules = { principal: 'required', resource: 'optional', id: true, newVersion: false, sid: 'any', latin1: false }

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
export const kindRules: Readonly<Record<PolicyKind, KindRules>> = {
  identity,
  session: identity,
  managed,
  boundary: managed,
  trust: { ...attached, resource: 'forbidden', sid: 'alphanumeric', latin1: true },
  resource: attached,
  endpoint: { ...attached, resource: 'on-saving' },
  // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html and ..._rcps_syntax.html
  scp: { ...managed, latin1: false },
  rcp: { ...managed, principal: 'required', resource: 'on-saving', latin1: false },
}
