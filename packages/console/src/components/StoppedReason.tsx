import { Link } from 'react-router'
import { requestIdIn } from '../util/request-id.ts'
import { usePaths } from './region.ts'

/** Why a task stopped; a denial that stopped it leads to its explanation. */
export function StoppedReason({ reason, code }: { readonly reason: string; readonly code: string | undefined }) {
  const paths = usePaths()
  const requestId = requestIdIn(reason)
  return (
    <div className="stopped">
      <p>
        <strong>Stopped{code === undefined ? '' : ` (${code})`}</strong>
      </p>
      <p>{reason}</p>
      {requestId !== undefined && (
        <p>
          <Link to={paths.explain(requestId)}>Explain the decision that stopped it</Link>
        </p>
      )}
    </div>
  )
}
