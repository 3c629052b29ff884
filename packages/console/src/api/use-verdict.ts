import type { Check } from './checks.ts'
import { useAsked } from './use-call.ts'

/** Whether a call would be allowed now. Where that is not certain the call may be tried: the gateway judges it anyway. */
export interface Verdict {
  readonly state: 'asking' | 'allowed' | 'denied' | 'unknown'
  /** Why not, or why it is not certain. */
  readonly reason?: string
}

/** The verdict on a call that is judged on several resources, one Allow among them being enough. */
export function useVerdict({ action, resources, context }: Check): Verdict {
  const { data, error } = useAsked(
    ['verdict', action, resources, context],
    (ask) =>
      ask('tidegate', 'SimulateAccess', {
        Who: 'SELF',
        Requests: resources.map((resource) => ({ Action: action, Resource: resource })),
        Context: Object.entries(context).map(([Key, Values]) => ({ Key, Values })),
      }),
    { every: EVERY },
  )
  if (error !== null) return { state: 'unknown', reason: `Whether it is allowed is known when it is tried: ${error.message}` }
  if (data === undefined) return { state: 'asking' }
  return verdictOf(data.Results)
}

interface Simulated {
  readonly Effect: string
  readonly Reason?: string | undefined
  readonly DependsOn: readonly { readonly Policy: string; readonly Conditions: readonly { readonly Key: string }[] }[]
}

export function verdictOf(results: readonly Simulated[]): Verdict {
  if (results.some(({ Effect }) => Effect === 'allow')) return { state: 'allowed' }
  const open = results.find(({ Effect }) => Effect === 'conditional')
  if (open === undefined) return { state: 'denied', reason: results[0]?.Reason ?? 'No policy allows it.' }
  const keys = [...new Set(open.DependsOn.flatMap(({ Conditions }) => Conditions.map(({ Key }) => Key)))]
  const cause = keys.length === 0 ? 'policies that cannot be seen from here' : keys.join(', ')
  return { state: 'unknown', reason: `Whether it is allowed depends on ${cause}.` }
}

/** Policies change rarely, and the click is judged anew anyway. */
const EVERY = 30_000
