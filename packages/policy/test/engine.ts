/** The engine as the tests ask it: a case in, the simulator API's word out. */
import { readCase } from '../src/case.ts'
import { authorize } from '../src/evaluate/authorize.ts'

export type Outcome = 'allow' | 'implicitDeny' | 'explicitDeny'

/** Decides a case given as a parsed JSON value. */
export function evaluateCase(value: unknown): { readonly decision: Outcome } {
  const read = readCase(JSON.stringify(value))
  if (!read.ok) throw new Error(`${read.id ?? 'a case'} cannot be read: ${read.message}`)
  return { decision: outcomes[authorize(read.case.request, [read.case.policies]).effect] }
}

const outcomes = { allow: 'allow', 'implicit-deny': 'implicitDeny', 'explicit-deny': 'explicitDeny' } as const
