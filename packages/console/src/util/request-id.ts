/** The first request id in what somebody pasted: an id, an error of a client, a reason why a task stopped. */
export function requestIdIn(text: string): string | undefined {
  if (/^\s*last\s*$/i.test(text)) return 'LAST'
  return /\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/i.exec(text)?.[0].toLowerCase()
}
