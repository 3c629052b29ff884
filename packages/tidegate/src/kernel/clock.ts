/** Milliseconds since 1970-01-01T00:00:00Z. Passed in wherever time matters, so that tests own it. */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()
