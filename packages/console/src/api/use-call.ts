import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useRegion } from '../components/region.ts'
import { useIsLive } from '../components/live.ts'
import { endSession, useSession } from '../session/store.ts'
import { ApiError } from './api-error.ts'
import { call, type CallContext } from './call.ts'
import type { Input, OperationName, Output, ServiceName } from './operations.ts'

/** Makes calls as whoever is signed in. */
export type Caller = <Service extends ServiceName, Name extends OperationName<Service>>(
  service: Service,
  operation: Name,
  input: Input<Service, Name>,
) => Promise<Output<Service, Name>>

export interface Asking {
  /** Milliseconds between two readings while the page is looked at; once where absent. */
  readonly every?: number
  readonly isSkipped?: boolean
}

/** The answer of one call, kept and read again. */
export function useCall<Service extends ServiceName, Name extends OperationName<Service>>(
  service: Service,
  operation: Name,
  input: Input<Service, Name>,
  asking: Asking = {},
): UseQueryResult<Output<Service, Name>, ApiError> {
  return useAsked([service, operation, input], (ask) => ask(service, operation, input), asking)
}

/** What several calls answer together. `key` names them and all that they depend on. */
export function useAsked<T>(
  key: readonly unknown[],
  ask: (caller: Caller) => Promise<T>,
  { every, isSkipped = false }: Asking = {},
): UseQueryResult<T, ApiError> {
  const region = useRegion()
  const session = useSession()
  const isLive = useIsLive()
  const isOver = session === undefined || session.isEnded
  return useQuery<T, ApiError>({
    queryKey: [session?.credentials.accessKeyId, region, ...key],
    enabled: !isSkipped && !isOver,
    queryFn: ({ signal }) => ask(callerOf({ credentials: session?.credentials ?? none, region }, signal)),
    placeholderData: keepPreviousData,
    // Nobody looks at a hidden tab: react-query pauses these by itself.
    refetchInterval: ({ state }) => (isLive && every !== undefined && state.error?.isDenied !== true ? every : false),
  })
}

/** To do something, as whoever is signed in. */
export function useCaller(): Caller {
  const region = useRegion()
  const session = useSession()
  return callerOf({ credentials: session?.credentials ?? none, region })
}

function callerOf(context: CallContext, signal?: AbortSignal): Caller {
  return async (service, operation, input) => {
    try {
      return await call(service, operation, input, context, signal)
    } catch (error) {
      if (error instanceof ApiError && error.isExpired) endSession()
      throw error
    }
  }
}

const none = { accessKeyId: '', secretAccessKey: '' }
