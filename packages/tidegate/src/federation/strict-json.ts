/**
 * JSON objects of strangers. Of a name that stands twice in an object, `JSON.parse` takes the last; whoever read the text before may have
 * taken the first. RFC 7519, section 4 lets us refuse that, and we do.
 */

/** `undefined` for what is not a JSON object, or has a name twice in one object, at any depth. */
export function parseStrictObject(text: string): Readonly<Record<string, unknown>> | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || hasDuplicates(text)) return undefined
  return value as Record<string, unknown>
}

/** Of a text that is known to be JSON: a string before a colon is a name. */
function hasDuplicates(text: string): boolean {
  const open: Set<string>[] = []
  for (const [token, name] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '}') open.pop()
    else if (name !== undefined) {
      const names = open.at(-1)
      const decoded = String(JSON.parse(name))
      if (names === undefined || names.has(decoded)) return true
      names.add(decoded)
    }
  }
  return false
}
