/** Work that is due at a time. Passed in wherever something waits, so that tests own it. */
export interface Timers {
  /** Runs the work when the clock reaches `at`, in milliseconds since 1970; not before this turn ends. Answers what cancels it. */
  at(at: number, work: () => void): () => void
}
