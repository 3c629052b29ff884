/**
 * Numbers that only grow, over restarts and changes of the clock too. They are reserved in blocks, so that most commits need not write
 * the counter; what is left of a block at the end of a process is never given.
 */
import type { Statements } from './statements.ts'
import { SequenceNames } from './version-ids.ts'

export class Sequence {
  readonly #sql: Statements
  readonly #names: SequenceNames
  #next: number
  #reserved: number

  constructor(sql: Statements) {
    this.#sql = sql
    this.#names = namesOf(sql)
    this.#reserved = sql.get<{ value: number }>("select value from settings where name = 'sequence'")?.value ?? 1
    this.#next = this.#reserved
  }

  /** Within a transaction: if that fails, call `rolledBack`. */
  next(): number {
    if (this.#next >= this.#reserved) {
      this.#reserved = this.#next + block
      this.#sql.run("insert or replace into settings values ('sequence', ?)", this.#reserved)
    }
    return this.#next++
  }

  /** What was reserved may not be stored: the next number reserves again. */
  rolledBack(): void {
    this.#reserved = 0
  }

  nameOf(sequence: number): string {
    return this.#names.nameOf(sequence)
  }

  sequenceOf(name: string): number | undefined {
    return this.#names.sequenceOf(name)
  }
}

export function namesOf(sql: Statements): SequenceNames {
  const key = sql.get<{ value: Uint8Array }>("select value from settings where name = 'version-id-key'")?.value
  if (key === undefined) throw new Error('the object store has lost its key of version ids')
  return new SequenceNames(key)
}

const block = 1000
