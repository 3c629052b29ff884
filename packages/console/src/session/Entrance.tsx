import { Navigate, useSearchParams } from 'react-router'
import { DEFAULT_REGION } from '../components/region.ts'
import { Callback } from './Callback.tsx'

/** Where people come in: by themselves, or sent back by their identity provider. */
export function Entrance() {
  const [query] = useSearchParams()
  return query.has('state') ? <Callback /> : <Navigate to={`/${DEFAULT_REGION}/services`} replace />
}
