/** Names of condition keys: case-insensitive, and one string for each, so that looking one up compares addresses and not characters. */
import { InternTable } from './document/intern.ts'
import { asciiLower } from './match/fold.ts'

/** The one string for a key, in lower case. */
export function conditionKey(name: string): string {
  const known = keys.get(name)
  if (known !== undefined) return known
  const lower = asciiLower(name)
  const key = keys.get(lower) ?? lower
  keys.set(lower, key)
  keys.set(name, key)
  return key
}

const keys = new InternTable<string>(8192)
