import { Link } from 'react-router'
import type { ApiError } from '../api/api-error.ts'
import { Icon } from '../ui/Icon.tsx'
import { usePaths } from './region.ts'

/** Why something is not shown or was not done. A denial leads to its explanation. */
export function Trouble({ error }: { readonly error: ApiError }) {
  const paths = usePaths()
  return (
    <div className={error.isDenied ? 'trouble denied' : 'trouble'} role="alert">
      <Icon name={error.isDenied ? 'deny' : 'question'} />
      <div>
        <p className="trouble-title">{error.isDenied ? 'Denied' : error.code}</p>
        <p>{error.message}</p>
        {error.isDenied && error.requestId !== undefined && (
          <p>
            <Link to={paths.explain(error.requestId)}>Explain this denial</Link>
          </p>
        )}
        {!error.isDenied && error.requestId !== undefined && <p className="faint">request {error.requestId}</p>}
      </div>
    </div>
  )
}
