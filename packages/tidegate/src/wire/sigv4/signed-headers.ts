import type { SignedHeaders } from './authentication.ts'

/** `host;x-amz-date`. Undefined unless each name is a header name in lower case, once, in ascending order. */
export function readSignedHeaders(text: string): SignedHeaders | undefined {
  if (!pattern.test(text)) return undefined
  const names = text.split(';')
  const isAscending = names.every((name, index) => index === 0 || (names[index - 1] ?? '') < name)
  return isAscending ? { text, names, set: new Set(names) } : undefined
}

const pattern = /^[a-z0-9!#$%&'*+\-.^_`|~]+(?:;[a-z0-9!#$%&'*+\-.^_`|~]+)*$/
