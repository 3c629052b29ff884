import { createContext, useContext } from 'react'

export interface Live {
  /** Whether pages read again by themselves. */
  readonly isLive: boolean
  readonly setLive: (isLive: boolean) => void
}

export const LiveContext = createContext<Live>({ isLive: true, setLive: () => {} })

export function useIsLive(): boolean {
  return useContext(LiveContext).isLive
}
