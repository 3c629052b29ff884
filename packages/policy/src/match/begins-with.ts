/**
 * `text.startsWith(prefix)`, for prefixes as long as those of ARNs. V8 inlines `startsWith` as a loop that finds out anew for every character
 * how each of the two strings is stored; searching backwards from the beginning is one call, four times as fast for 60 characters.
 */
export function beginsWith(text: string, prefix: string): boolean {
  return text.lastIndexOf(prefix, 0) === 0
}
