/** Work that is due at a time. Passed in wherever something waits, so that tests own it. */
export interface Timers {
  /** Runs the work when the clock reaches `at`, in milliseconds since 1970; not before this turn ends. Answers what cancels it. */
  at(at: number, work: () => void): () => void
}

export const systemTimers: Timers = {
  at(at, work) {
    const timer = setTimeout(work, Math.min(Math.max(0, at - Date.now()), LONGEST_TIMER))
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** What `setTimeout` takes. */
const LONGEST_TIMER = 2 ** 31 - 1
