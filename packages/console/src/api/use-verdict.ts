import type { SimulatedAccess } from '../../../tidegate/src/api/access.ts'
import { useRegion } from '../components/region.ts'
import type { Check } from './checks.ts'
import { useAsked } from './use-call.ts'

/** Whether a call would be allowed now. Where that is not certain the call may be tried: the gateway judges it anyway. */
export interface Verdict {
  readonly state: 'asking' | 'allowed' | 'denied' | 'unknown'
  /** Why not, or why it is not certain. */
  readonly reason?: string
}

export function useVerdict({ action, resources, context, absent }: Check): Verdict {
  const region = useRegion()
  const { data, error } = useAsked(
    ['verdict', action, resources, context, absent],
    (ask) =>
      ask('tidegate', 'SimulateAccess', {
        Who: 'SELF',
        Requests: resources.map((resource) => ({ Action: action, Resource: resource })),
        Context: Object.entries({ ...ofEveryCall(region), ...context }).map(([Key, Values]) => ({ Key, Values })),
        AbsentKeys: absent,
      }),
    { every: EVERY },
  )
  if (error !== null) return { state: 'unknown', reason: `Whether it is allowed is known when it is tried: ${error.message}` }
  return data === undefined ? { state: 'asking' } : verdictOf(data.Results)
}

type Simulated = Pick<SimulatedAccess, 'Effect' | 'Reason'> & {
  readonly DependsOn: readonly Pick<SimulatedAccess['DependsOn'][number], 'Conditions'>[]
}

export function verdictOf(results: readonly Simulated[]): Verdict {
  // AWS's sentence says so, also to who may not see the statement.
  const denied = results.find(({ Effect, Reason = '' }) => Effect === 'deny' && Reason.includes('explicit deny'))
  if (denied === undefined && results.some(({ Effect }) => Effect === 'allow')) return { state: 'allowed' }
  const open = results.find(({ Effect }) => Effect === 'conditional')
  if (denied !== undefined || open === undefined)
    return { state: 'denied', reason: (denied ?? results[0])?.Reason ?? 'No policy allows it.' }
  const keys = [...new Set(open.DependsOn.flatMap(({ Conditions }) => Conditions.map(({ Key }) => Key)))]
  const cause = keys.length === 0 ? 'what is only known when it is tried' : keys.join(', ')
  return { state: 'unknown', reason: `Whether it is allowed depends on ${cause}.` }
}

/** What this page knows of every call that it makes. */
function ofEveryCall(region: string): Check['context'] {
  return {
    'aws:RequestedRegion': [region],
    'aws:SecureTransport': [String(location.protocol === 'https:')],
    'aws:UserAgent': [navigator.userAgent],
  }
}

/** Policies change rarely, and the click is judged anew anyway. */
const EVERY = 30_000
