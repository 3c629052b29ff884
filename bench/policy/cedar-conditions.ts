/** Condition operators and context values in Cedar's types. */
import { readOperator } from './naive-conditions.ts'
import type { ContextRecord } from './world.ts'

export type CedarValue = string | number | boolean | string[] | { __extn: { fn: string; arg: string } }

export function conditionText(operator: string, key: string, values: readonly string[]): string {
  const { base, negated, set, ifExists } = readOperator(operator)
  const present = `context has ${quoted(key)}`
  const value = `context[${quoted(key)}]`
  if (base === 'Null') return values[0] === 'true' ? `!(${present})` : present
  if (set === 'ForAllValues') {
    if (base !== 'StringEquals' || negated) throw new Error(`no translation of \`${operator}\``)
    return `(!(${present}) || ${setText(values)}.containsAll(${value}))`
  }
  if (set !== undefined) throw new Error(`no translation of \`${operator}\``)
  const test = values.length === 0 ? 'false' : comparison(base, value, values)
  if (ifExists) return `(!(${present}) || ${negated ? `!(${test})` : test})`
  return negated ? `!(${present} && ${test})` : `(${present} && ${test})`
}

/** Only keys that the policies mention, typed; keys in lower case. */
export function contextValues(context: ContextRecord, mentioned: ReadonlySet<string>): Record<string, CedarValue> {
  const values: Record<string, CedarValue> = {}
  for (const [name, value] of Object.entries(context)) {
    const key = name.toLowerCase()
    if (mentioned.has(key)) values[key] = typeof value === 'string' ? typed(key, value) : [...value]
  }
  return values
}

export function quoted(text: string): string {
  return JSON.stringify(text)
}

export function patternText(text: string): string {
  return quoted(text.replace(/\?+/g, '*'))
}

function comparison(base: string, value: string, values: readonly string[]): string {
  const [first = ''] = values
  switch (base) {
    case 'StringEquals':
      return values.length === 1 ? `${value} == ${quoted(first)}` : `${setText(values)}.contains(${value})`
    case 'StringLike':
    case 'ArnEquals':
    case 'ArnLike':
      return `(${values.map((text) => (/[*?]/.test(text) ? `${value} like ${patternText(text)}` : `${value} == ${quoted(text)}`)).join(' || ')})`
    case 'Bool':
      return `${value} == ${first}`
    case 'IpAddress':
      return `(${values.map((text) => `${value}.isInRange(ip(${quoted(text)}))`).join(' || ')})`
    case 'NumericLessThanEquals':
      return `${value} <= ${first}`
    case 'DateLessThan':
      return `${value} < ${Date.parse(first)}`
    default:
      throw new Error(`no translation of \`${base}\``)
  }
}

function setText(values: readonly string[]): string {
  return `[${values.map(quoted).join(', ')}]`
}

function typed(key: string, value: string): CedarValue {
  if (value === 'true' || value === 'false') return key.includes('resourcetag/') ? value : value === 'true'
  if (key === 'aws:sourceip') return { __extn: { fn: 'ip', arg: value } }
  if (key === 'aws:currenttime') return Date.parse(value)
  return key === 'ecs:task-cpu' ? Number(value) : value
}
