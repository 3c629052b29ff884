/** Condition operators for the naive evaluator: everything is read from its text at every decision, except patterns. */
import type { Pattern, Variables } from './naive-pattern.ts'

export interface NaiveCondition {
  readonly base: string
  readonly negated: boolean
  readonly set: 'ForAllValues' | 'ForAnyValue' | undefined
  readonly ifExists: boolean
  readonly key: string
  readonly values: readonly Pattern[]
}

export function readOperator(operator: string): Pick<NaiveCondition, 'base' | 'negated' | 'set' | 'ifExists'> {
  const [, set, name = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? []
  const base = name.replace(/Not(Equals|Like)/, '$1').replace(/^NotIp/, 'Ip')
  return { base, negated: base !== name, set: set as NaiveCondition['set'], ifExists: ifExists !== undefined }
}

export function holds(condition: NaiveCondition, context: ReadonlyMap<string, string | readonly string[]>, variables: Variables): boolean {
  const { base, negated, set, ifExists, key, values } = condition
  const given = context.get(key)
  if (base === 'Null') return values.some((value) => (value.text === 'true') === (given === undefined))
  if (given === undefined) return ifExists || (set === undefined ? negated : set === 'ForAllValues')
  const satisfied = (value: string): boolean => values.some((pattern) => compare(base, value, pattern, variables)) !== negated
  if (typeof given === 'string') return satisfied(given)
  if (set === 'ForAllValues') return given.every(satisfied)
  if (set === 'ForAnyValue') return given.some(satisfied)
  return negated ? given.every(satisfied) : given.some(satisfied)
}

function compare(base: string, value: string, pattern: Pattern, variables: Variables): boolean {
  switch (base) {
    case 'StringEquals':
      return value === pattern.literal(variables)
    case 'StringEqualsIgnoreCase':
      return value.toLowerCase() === pattern.literal(variables)?.toLowerCase()
    case 'StringLike':
    case 'ArnEquals':
    case 'ArnLike':
      return pattern.matches(value, variables)
    case 'Bool':
      return value.toLowerCase() === pattern.text.toLowerCase()
    case 'IpAddress':
      return inRange(value, pattern.text)
    case 'NumericEquals':
    case 'NumericLessThan':
    case 'NumericLessThanEquals':
    case 'NumericGreaterThan':
    case 'NumericGreaterThanEquals':
      return ordered(base.slice('Numeric'.length), Number(value), Number(pattern.text))
    default:
      if (base.startsWith('Date')) return ordered(base.slice('Date'.length), Date.parse(value), Date.parse(pattern.text))
      throw new Error(`the naive evaluator does not know the operator ${base}`)
  }
}

function ordered(relation: string, left: number, right: number): boolean {
  switch (relation) {
    case 'Equals':
      return left === right
    case 'LessThan':
      return left < right
    case 'LessThanEquals':
      return left <= right
    case 'GreaterThan':
      return left > right
    default:
      return left >= right
  }
}

/** IPv4 only: the worlds have no other addresses. */
function inRange(address: string, range: string): boolean {
  const [network = '', bits = '32'] = range.split('/')
  const shift = 32 - Number(bits)
  return shift === 32 || packed(address) >>> shift === packed(network) >>> shift
}

function packed(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}
