import { Link } from 'react-router'
import type { ActivityEvent } from '../../../tidegate/src/api/activity.ts'
import { Icon } from '../ui/Icon.tsx'
import { usePaths } from './region.ts'

/** How a call ended; a denial leads to its explanation. */
export function Outcome({ event: { Outcome: outcome, RequestId, ErrorCode } }: { readonly event: ActivityEvent }) {
  const paths = usePaths()
  if (outcome === 'denied') {
    return (
      <Link to={paths.explain(RequestId)} className="outcome" data-outcome="denied" title="Explain this denial">
        <Icon name="deny" />
        denied
      </Link>
    )
  }
  return (
    <span className="outcome" data-outcome={outcome} title={ErrorCode}>
      <Icon name={outcome === 'ok' ? 'allow' : 'close'} />
      {outcome === 'ok' ? 'done' : outcome}
    </span>
  )
}
