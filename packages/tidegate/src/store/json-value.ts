/**
 * A deeply frozen copy of a JSON value: exactly what reading its text again would give, so that memory never knows more than the database.
 * Throws a TypeError that names the place of what JSON can't hold (dates, maps, NaN, functions, …).
 */
export function frozenCopy(value: unknown): unknown {
  return isFrozenCopy(value) ? value : copy(value, '', 0)
}

/** The frozen value of a JSON text. Throws a SyntaxError. */
export function frozenParse(text: string): unknown {
  return freeze(JSON.parse(text))
}

/** Whether it is an object or array that was made here, and therefore need not be copied again. */
function isFrozenCopy(value: unknown): boolean {
  return typeof value === 'object' && value !== null && copies.has(value)
}

function copy(value: unknown, place: string, depth: number): unknown {
  if (depth > maxDepth) throw new TypeError(`not storable: nested deeper than ${maxDepth} levels at \`${place}\``)
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'object') return copyObject(value, place, depth)
  if (typeof value !== 'number') throw new TypeError(`not storable: ${typeof value} at \`${place}\``)
  if (!Number.isFinite(value)) throw new TypeError(`not storable: ${value} at \`${place}\``)
  return value === 0 ? 0 : value // JSON has no -0
}

function copyObject(value: object, place: string, depth: number): unknown {
  if (copies.has(value)) return value
  const made = Array.isArray(value)
    ? value.map((each, i) => copy(each, `${place}/${i}`, depth + 1))
    : Object.fromEntries(membersOf(value, place).map(([name, each]) => [name, copy(each, `${place}/${name}`, depth + 1)]))
  copies.add(made)
  return Object.freeze(made)
}

function membersOf(value: object, place: string): [string, unknown][] {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError(`not storable: not a plain object at \`${place}\``)
  return Object.entries(value).filter(([, each]) => each !== undefined)
}

/** In place: only for what nobody else holds. */
function freeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  for (const each of Object.values(value)) freeze(each)
  copies.add(value)
  return Object.freeze(value)
}

const copies = new WeakSet()

const maxDepth = 200
