import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { ApiError } from '../api/api-error.ts'
import { Trouble } from './Trouble.tsx'

/** What was asked for, once it is there. What was read before stays while it is read again, also when that fails. */
export function Loaded<T>({
  from: { data, error, isPending },
  children,
}: {
  readonly from: Pick<UseQueryResult<T, ApiError>, 'data' | 'error' | 'isPending'>
  readonly children: (data: T) => ReactNode
}) {
  return (
    <>
      {error !== null && <Trouble error={error} />}
      {isPending && error === null && <p className="loading">loading</p>}
      {data !== undefined && (error === null || !error.isDenied) && children(data)}
    </>
  )
}
