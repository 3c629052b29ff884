/** Statements that all ask for one key to equal certain values, filed by those values: a request meets only those that ask for its own. */
import { conditionKey } from '../condition-key.ts'
import { mayHaveVariable } from '../match/pattern.ts'
import type { RequestContext } from '../request.ts'
import type { CompiledStatement } from './compiled-statement.ts'

export class ValueFile {
  readonly #key: string
  readonly #byValue = new Map<string, number[]>()

  constructor(key: string) {
    this.#key = key
  }

  add(item: number, values: readonly string[]): void {
    for (const value of values) {
      const items = this.#byValue.get(value)
      if (items === undefined) this.#byValue.set(value, [item])
      else items.push(item)
    }
  }

  /** Writes the items filed under the key's values to `found` from `end` on; answers the new end. An absent key equals nothing. */
  collect(context: RequestContext, found: number[], end: number): number {
    const value = context.get(this.#key)
    if (typeof value === 'string') return append(this.#byValue.get(value), found, end)
    let last = end
    for (const member of value ?? noValues) last = append(this.#byValue.get(member), found, last)
    return last
  }
}

/** Files those items whose statements ask for the most common key, where more than `few` do; the others stay loose. */
export function fileByValue(
  items: readonly number[],
  statementOf: (item: number) => CompiledStatement | undefined,
  few: number,
): { readonly filed: ValueFile | undefined; readonly loose: readonly number[] } {
  if (items.length <= few) return { filed: undefined, loose: items }
  const asked = new Map(items.map((item) => [item, equalities(statementOf(item))]))
  const counts = new Map<string, number>()
  for (const keys of asked.values()) for (const key of keys.keys()) counts.set(key, (counts.get(key) ?? 0) + 1)
  const [key, most] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), ['', few])
  if (most === few) return { filed: undefined, loose: items }
  const filed = new ValueFile(key)
  const loose = items.filter((item) => {
    const values = asked.get(item)?.get(key)
    if (values !== undefined) filed.add(item, values)
    return values === undefined
  })
  return { filed, loose }
}

/** The keys that must equal one of some fixed values for the statement to match, with those values. */
function equalities(statement: CompiledStatement | undefined): ReadonlyMap<string, readonly string[]> {
  const asked = new Map<string, readonly string[]>()
  for (const { operator, key, values } of statement?.source.conditions ?? []) {
    const isFixed = !values.some(mayHaveVariable)
    if (operator.base === 'StringEquals' && operator.set !== 'ForAllValues' && !operator.ifExists && isFixed)
      asked.set(conditionKey(key), values)
  }
  return asked
}

function append(items: readonly number[] | undefined, found: number[], end: number): number {
  if (items === undefined) return end
  for (let i = 0; i < items.length; i++) found[end + i] = items[i] ?? 0
  return end + items.length
}

const noValues: readonly string[] = []
