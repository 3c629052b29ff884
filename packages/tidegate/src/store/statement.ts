/** SQL as this store writes it: the same for SQLite and PostgreSQL, with its values apart from its text. */

/** What the columns of our tables hold. */
export type SqlValue = string | number | null

export type Row = Readonly<Record<string, unknown>>

export interface Statement {
  /** Text, and between two texts a value. */
  readonly texts: readonly string[]
  readonly values: readonly SqlValue[]
}

/** A connection of a database, of one transaction at a time. */
export interface Connection {
  ask(statement: Statement): Promise<readonly Row[]>
}

/** What stands in `${…}` is a value, and never becomes text. */
export function sql(texts: readonly string[], ...values: readonly SqlValue[]): Statement {
  return { texts, values }
}

/** One statement: `before`, then `(…), (…)` with the values of each row, then `after`. At least one row, all equally long. */
export function rowsBetween(before: string, rows: readonly (readonly SqlValue[])[], after: string): Statement {
  const texts = rows.flatMap((row, i) => row.map((_, j) => (j > 0 ? ', ' : i > 0 ? '), (' : `${before} (`)))
  return { texts: [...texts, `) ${after}`], values: rows.flat() }
}

/** The text as a database takes it. @param placeholder of the nth value, from 1 on */
export function textOf({ texts }: Statement, placeholder: (n: number) => string): string {
  return texts.reduce((text, next, i) => text + placeholder(i) + next)
}
