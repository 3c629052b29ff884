/** `{ $.status = 4* && ($.user.name = "alice" || $.retry IS TRUE) }`. */
import { readComparison } from './comparison.ts'
import type { Matcher } from './filter-pattern.ts'
import { Reader } from './reader.ts'

type Test = (event: unknown) => boolean

/** Events that are no JSON object or list match nothing. */
export function jsonPattern(text: string): Matcher {
  const reader = new Reader(text)
  reader.expect('{')
  const test = readAny(reader, 0)
  reader.expect('}')
  if (!reader.isAtEnd) reader.refuse('nothing may stand behind `}`')
  return (message) => {
    const event = parsed(message)
    return event !== undefined && test(event)
  }
}

function readAny(reader: Reader, depth: number): Test {
  const tests = [readAll(reader, depth)]
  while (reader.takes('||')) tests.push(readAll(reader, depth))
  return (event) => tests.some((test) => test(event))
}

function readAll(reader: Reader, depth: number): Test {
  const tests = [readOne(reader, depth)]
  while (reader.takes('&&')) tests.push(readOne(reader, depth))
  return (event) => tests.every((test) => test(event))
}

function readOne(reader: Reader, depth: number): Test {
  if (reader.takes('(')) {
    if (depth >= deepest) reader.refuse(`parentheses are nested deeper than ${deepest}`)
    const inner = readAny(reader, depth + 1)
    reader.expect(')')
    return inner
  }
  const select = readSelector(reader)
  const known = reader.match(/(IS\s+NULL|IS\s+TRUE|IS\s+FALSE|NOT\s+EXISTS|EXISTS)\b/)?.[1]?.replaceAll(/\s+/g, ' ')
  const states = known === undefined ? undefined : presence[known]
  if (states !== undefined) return (event) => states(select(event))
  const compare = readComparison(reader, /[^\s"(){}&|]+/) ?? reader.refuse('an operator is missing')
  return (event) => select(event).some(compare)
}

/** `$.a.b[0]["c d"]`, where `[*]` stands for every member. What is not there selects nothing. */
function readSelector(reader: Reader): (event: unknown) => readonly unknown[] {
  reader.expect('$')
  const steps: string[] = []
  for (;;) {
    const step = reader.match(/\.([A-Za-z0-9_@-]+)|\[(\d{1,6}|\*)\]|\["((?:[^"\\]|\\.)*)"\]/)
    if (step === undefined) break
    const [, name, index, quoted] = step
    steps.push(name ?? index ?? quoted?.replaceAll(/\\(.)/g, '$1') ?? '')
  }
  if (steps.length === 0) reader.refuse('`$` names no field')
  return (event) => {
    let found: readonly unknown[] = [event]
    for (const step of steps) found = found.flatMap((value) => member(value, step))
    return found
  }
}

function member(value: unknown, step: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value) && step === '*') return value
  return Object.hasOwn(value, step) ? [Reflect.get(value, step)] : []
}

function parsed(message: string): object | undefined {
  if (!/^\s*[[{]/.test(message)) return undefined
  try {
    return JSON.parse(message) as object
  } catch {
    return undefined
  }
}

/** What is said of a field without a value to compare it with. */
const presence: Readonly<Record<string, (found: readonly unknown[]) => boolean>> = {
  'IS NULL': (found) => found.includes(null),
  'IS TRUE': (found) => found.includes(true),
  'IS FALSE': (found) => found.includes(false),
  EXISTS: (found) => found.length > 0,
  'NOT EXISTS': (found) => found.length === 0,
}
const deepest = 32
