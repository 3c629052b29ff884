import { parsePolicy, type PolicyDocument, type PolicyKind } from '@tidegate/policy'
import type { PolicyJson } from './world.ts'

/** Through the text, as a policy arrives. */
export function documentOf(policy: PolicyJson, kind: PolicyKind, name: string): PolicyDocument {
  return parsed(JSON.stringify(policy), kind, name)
}

export function parsed(text: string, kind: PolicyKind, name: string): PolicyDocument {
  const result = parsePolicy(text, kind, { name })
  if (!result.ok) throw new Error(`${name}: ${JSON.stringify(result.problems)}`)
  return result.document
}
