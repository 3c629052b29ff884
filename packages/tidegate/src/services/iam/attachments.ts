/** Where managed policies are used, counted over an account. */
import type { View } from '../../kernel/state.ts'
import { groups, roles, users } from './state.ts'

/** By ARN of the policy; those that are not used are missing. */
export type Attachments = ReadonlyMap<string, { readonly attached: number; readonly boundaries: number }>

export function attachmentsIn(view: View, accountId: string): Attachments {
  const counts = new Map<string, { attached: number; boundaries: number }>()
  const countOf = (arn: string) => {
    const count = counts.get(arn) ?? { attached: 0, boundaries: 0 }
    counts.set(arn, count)
    return count
  }
  const principals = [...view.list(users, accountId), ...view.list(roles, accountId)].map(({ value }) => value)
  for (const { attachedPolicies } of [...principals, ...view.list(groups, accountId).map(({ value }) => value)]) {
    for (const arn of attachedPolicies) countOf(arn).attached++
  }
  for (const { boundary } of principals) if (boundary !== undefined) countOf(boundary).boundaries++
  return counts
}
