/** `Action` patterns: case-insensitive, whole string, `*` and `?`, no variables. */
import { InternTable } from '../document/intern.ts'
import { asciiLower } from './fold.ts'
import { Glob } from './glob.ts'
import { plainPattern } from './pattern.ts'

/**
 * Whether any of `patterns` matches the action, which is in lower case. Called when an index is built, not in a decision,
 * and policies name the same few patterns again and again; so compiled ones are kept, up to a bound.
 */
export function matchesAction(patterns: readonly string[], action: string): boolean {
  return patterns.some((pattern) => globFor(pattern).matches(action))
}

function globFor(pattern: string): Glob {
  let glob = globs.get(pattern)
  if (glob === undefined) {
    glob = new Glob(plainPattern(asciiLower(pattern)))
    globs.set(pattern, glob)
  }
  return glob
}

const globs = new InternTable<Glob>(4096)
