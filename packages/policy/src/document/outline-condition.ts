/** The `Condition` element: `{ operator: { key: value or list of values } }`. */
import { conditionOperator } from './condition-operator.ts'
import type { Findings } from './faults.ts'
import type { JsonMember, JsonNode, JsonScalar } from './json.ts'
import type { ConditionOperator } from './policy-document.ts'

export interface ConditionOutline {
  readonly operator: ConditionOperator
  readonly key: string
  readonly values: readonly JsonScalar[]
}

export function outlineConditions(node: JsonNode, findings: Findings): readonly ConditionOutline[] {
  if (node.type !== 'object') {
    findings.add('element-type', node.start, 'Condition is an object: { "operator": { "key": "value" } }')
    return []
  }
  const conditions: ConditionOutline[] = []
  const seen = new Set<ConditionOperator>()
  for (const member of node.members) {
    const { name, start, value } = member
    if (value.type !== 'object') {
      findings.add('element-type', value.start, `the value of ${shorten(name)} is an object of condition keys`)
      continue
    }
    // AWS accepts any operator name over an empty block: there is nothing to compare.
    if (value.members.length === 0) continue
    const operator = conditionOperator(name)
    if (operator === undefined) findings.add('condition-operator', start, hintFor(name), name)
    else if (seen.has(operator))
      findings.add('condition-operator', start, 'this operator stands here twice: put its keys in one block', name)
    else {
      seen.add(operator)
      for (const key of value.members) conditions.push({ operator, key: key.name, values: valuesOf(key, findings) })
    }
  }
  return conditions
}

function valuesOf({ value }: JsonMember, findings: Findings): readonly JsonScalar[] {
  const values: JsonScalar[] = []
  for (const item of value.type === 'array' ? value.items : [value]) {
    if (item.type === 'string' || item.type === 'number' || item.type === 'boolean') values.push(item)
    else findings.add('element-type', item.start, 'a condition value is a string, a number or a boolean, or a list of them')
  }
  return values
}

function hintFor(name: string): string {
  if (/^null(ifexists)$|^for(all|any)values?:null/i.test(name)) return 'Null takes neither IfExists nor a set operator'
  const colon = name.indexOf(':')
  if (colon >= 0 && conditionOperator(name.slice(colon + 1)) !== undefined) return 'the set operators are ForAllValues: and ForAnyValue:'
  return 'not a condition operator of the policy language'
}

const shorten = (text: string): string => (text.length > 64 ? `${text.slice(0, 64)}...` : text)
