/** `3 min ago`, `in 12 s`. Both in milliseconds since 1970. */
export function relative(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000)
  if (Math.abs(seconds) < 2) return 'now'
  const text = duration(Math.abs(seconds))
  return seconds < 0 ? `${text} ago` : `in ${text}`
}

/** In the largest unit that fits: `45 s`, `12 min`, `3 h`, `5 d`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}

/** `2026-11-20 10:00:00 UTC`. */
export function exact(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
