import { useAsked } from './use-call.ts'
import type { Check } from './checks.ts'

/** Whether a call would be allowed now. Where it cannot be said, the call may be tried: the gateway judges it anyway. */
export interface Verdict {
  readonly state: 'asking' | 'allowed' | 'denied' | 'unknown'
  /** Why not, or why it is not known. */
  readonly reason?: string
}

/** The verdict on a call that is judged by several checks, one Allow among them being enough and one Deny too many. */
export function useVerdict(checks: readonly Check[]): Verdict {
  const { data, error } = useAsked(
    ['verdict', checks],
    (ask) =>
      Promise.all(
        checks.map(({ action, resource, context }) =>
          ask('tidegate', 'SimulateAccess', {
            Action: action,
            Resource: resource,
            Context: Object.entries(context).map(([Key, Values]) => ({ Key, Values })),
          }),
        ),
      ),
    { isSkipped: checks.length === 0 },
  )
  if (error !== null) return { state: 'unknown', reason: `Whether this is allowed is not known before it is tried: ${error.message}` }
  if (data === undefined) return { state: 'asking' }
  const denied = data.find(({ Effect }) => Effect === 'explicit-deny')
  const allowed = data.find(({ Effect }) => Effect === 'allow')
  if (denied !== undefined || allowed === undefined) return { state: 'denied', reason: (denied ?? data[0])?.Reason ?? 'Denied.' }
  return { state: 'allowed' }
}
