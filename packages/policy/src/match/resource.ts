/**
 * `Resource` patterns: case-sensitive, whole string, `*` also across `/`.
 * Most are a literal text or a literal text with a `*` behind it; only the others need a matcher.
 */
import type { RequestContext } from '../request.ts'
import { colonAt, SegmentedGlob } from './arn.ts'
import { flat } from '../document/intern.ts'
import { beginsWith } from './begins-with.ts'
import { Glob } from './glob.ts'
import { Filled, type Pattern, plainPattern, STAR, Template } from './pattern.ts'

/** A pattern as it is read. */
export interface ResourceParts {
  /** What every matching resource begins with; the index finds statements by it. */
  readonly prefix: string
  /** A string for the common cases: the resource must be the prefix, or must begin with it. */
  readonly rest: 'nothing' | 'anything' | ResourceMatcher
}

/** Matches the whole resource, its prefix included. */
export interface ResourceMatcher {
  matches(resource: string, context: RequestContext): boolean
}

/** A pattern as it is matched. */
export class ResourcePattern {
  readonly prefix: string
  /** Place and code of the prefix's last character: most patterns that do not match are turned down without a look at their text. */
  readonly #end: number
  readonly #last: number
  readonly #rest: ResourceParts['rest']

  constructor({ prefix, rest }: ResourceParts) {
    this.prefix = prefix
    this.#end = prefix.length - 1
    this.#last = prefix === '' ? 0 : prefix.charCodeAt(prefix.length - 1)
    this.#rest = rest
  }

  get isForEverything(): boolean {
    return this.prefix === '' && this.#rest === 'anything'
  }

  matches(resource: string, context: RequestContext): boolean {
    const rest = this.#rest
    if (typeof rest !== 'string') return rest.matches(resource, context)
    const end = this.#end
    if (end >= 0 && resource.charCodeAt(end) !== this.#last) return false
    return rest === 'nothing' ? resource === this.prefix : end < 0 || beginsWith(resource, this.prefix)
  }
}

/** Compiles a pattern; `hasVariables` says that its policy is of version 2012-10-17. */
export function resourceParts(text: string, hasVariables: boolean): ResourceParts {
  if (!hasVariables) return fixed(plainPattern(text))
  // Variables have no meaning before the resource part of an ARN.
  const fifth = colonAt(text, 5)
  const read = fifth < 0 ? plainPattern(text) : Template.read(text, fifth + 1)
  if (read === undefined) return { prefix: text, rest: unmatchable }
  if (!(read instanceof Template)) return fixed(read)
  const filled = new Filled(read, globFor)
  return {
    prefix: literalPrefix(read.head),
    rest: { matches: (resource, context) => filled.in(context)?.matches(resource) === true },
  }
}

/** `NotResource`: everything that none of the patterns matches. */
export function outside(texts: readonly string[], hasVariables: boolean): ResourceParts {
  const patterns = texts.map((text) => new ResourcePattern(resourceParts(text, hasVariables)))
  return { prefix: '', rest: { matches: (resource, context) => !patterns.some((pattern) => pattern.matches(resource, context)) } }
}

function fixed(pattern: Pattern): ResourceParts {
  const prefix = literalPrefix(pattern)
  if (pattern.wild.length === 0) return { prefix, rest: 'nothing' }
  const isFinalStar = prefix.length === pattern.text.length - 1 && pattern.text.charCodeAt(prefix.length) === STAR
  return { prefix, rest: isFinalStar ? 'anything' : globFor(pattern) }
}

const globFor = (pattern: Pattern): Glob | SegmentedGlob =>
  SegmentedGlob.isNeededFor(pattern) ? new SegmentedGlob(pattern) : new Glob(pattern)

/** Flat, so that comparing with it reads one string and not a slice and what it is cut from. */
const literalPrefix = ({ text, wild }: Pattern): string => flat(text.slice(0, wild[0] ?? text.length))

const unmatchable: ResourceMatcher = { matches: () => false }
