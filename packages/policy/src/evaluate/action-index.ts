/**
 * The statements of a policy set that are about one action, filed by what their resources begin with, so that a decision visits only
 * statements that can match its resource. Where many statements are filed in one place and ask for different values of one key, as with
 * tags, they are filed by that value as well. An Allow of everything without conditions is not visited at all: it is counted beforehand.
 */
import { PrefixTrie, type TrieEntry } from '../match/prefix-trie.ts'
import type { AuthorizationRequest } from '../request.ts'
import type { Candidate } from './candidate.ts'
import type { CompiledStatement } from './compiled-statement.ts'
import { IDENTITY } from './layers.ts'
import type { Tally } from './tally.ts'
import { fileByValue, type ValueFile } from './value-file.ts'

export class ActionIndex {
  /** The statements that the index is made of. */
  readonly statements: readonly CompiledStatement[]
  /** Layers that are granted whatever the request. */
  readonly #granted: number
  readonly #identityGrant: CompiledStatement | undefined
  readonly #candidates: readonly Candidate[]
  /** Absent where there are so few candidates that looking at each is cheaper. Its items are candidates, and behind them value files. */
  readonly #trie: PrefixTrie | undefined
  readonly #files: readonly ValueFile[]

  /** `statements` are those whose action element matches. */
  constructor(statements: readonly CompiledStatement[]) {
    const candidates = statements.flatMap((statement) => statement.candidates)
    const always = candidates.filter(({ isUnconditionalAllow }) => isUnconditionalAllow).map(({ statement }) => statement)
    this.statements = statements
    this.#granted = always.reduce((bits, { layer }) => bits | layer, 0)
    this.#identityGrant = always.find(({ layer }) => layer === IDENTITY)
    this.#candidates = exactly(candidates.filter(({ statement }) => !always.includes(statement)))
    if (this.#candidates.length <= FEW) {
      this.#trie = undefined
      this.#files = noFiles
    } else {
      const { entries, files } = file(this.#candidates)
      this.#trie = new PrefixTrie(entries)
      this.#files = files
    }
  }

  /** Adds every statement that matches to the tally. `layers` are those that have a say. */
  evaluate(request: AuthorizationRequest, layers: number, hasBoundary: boolean, tally: Tally): void {
    if (this.#granted !== 0) {
      tally.granted |= this.#granted & layers
      if ((layers & IDENTITY) !== 0) tally.identityGrant ??= this.#identityGrant
    }
    const candidates = this.#candidates
    if (this.#trie === undefined) {
      for (let i = 0; i < candidates.length; i++) candidates[i]?.evaluate(request, layers, hasBoundary, tally)
      return
    }
    const found = this.#trie.collect(request.resource, scratch)
    const end = this.#files.length === 0 ? found : this.#openFiles(request, found)
    // An item without a candidate is a value file, opened before.
    for (let i = 0; i < end; i++) candidates[scratch[i] ?? 0]?.evaluate(request, layers, hasBoundary, tally)
  }

  /** Appends to the items found what their value files hold for the request. */
  #openFiles(request: AuthorizationRequest, found: number): number {
    let end = found
    for (let i = 0; i < found; i++) {
      const file = this.#files[(scratch[i] ?? 0) - this.#candidates.length]
      if (file !== undefined) end = file.collect(request.context, scratch, end)
    }
    return end
  }
}

/** A copy that takes no more memory than its members need; arrays that grew have room for more. */
export const exactly = <T>(grown: readonly T[]): readonly T[] => grown.slice()

/** Where each candidate is to be found: by itself or, among many of the same prefix, in a file by value. Files are numbered on from them. */
function file(candidates: readonly Candidate[]): { entries: TrieEntry[]; files: ValueFile[] } {
  const byPrefix = new Map<string, number[]>()
  for (const [item, { prefix }] of candidates.entries()) {
    const items = byPrefix.get(prefix)
    if (items === undefined) byPrefix.set(prefix, [item])
    else items.push(item)
  }
  const entries: TrieEntry[] = []
  const files: ValueFile[] = []
  for (const [prefix, items] of byPrefix) {
    const { filed, loose } = fileByValue(items, (item) => candidates[item]?.statement, FEW)
    for (const item of loose) entries.push({ prefix, item })
    if (filed === undefined) continue
    entries.push({ prefix, item: candidates.length + files.length })
    files.push(filed)
  }
  return { entries, files }
}

/** Up to so many candidates are looked at one by one, and up to so many stay in one place of the index. */
const FEW = 8
const scratch: number[] = []
const noFiles: readonly ValueFile[] = []
