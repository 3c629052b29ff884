import { useSyncExternalStore } from 'react'

/** The time, in milliseconds since 1970 and whole steps of five seconds; one clock for the whole page. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => Math.floor(Date.now() / STEP) * STEP)
}

function subscribe(listener: () => void): () => void {
  const timer = setInterval(listener, STEP)
  return () => clearInterval(timer)
}

const STEP = 5000
