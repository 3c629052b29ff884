/** The `Principal` and `NotPrincipal` elements: `"*"`, or `{ type: value or list of values }`. */
import type { Findings } from './faults.ts'
import type { JsonMember } from './json.ts'
import { principalTypes } from './policy-document.ts'
import type { PrincipalEntry } from './policy-document.ts'

export interface PrincipalOutline {
  readonly not: boolean
  readonly start: number
  readonly entries: readonly PrincipalEntryOutline[]
}

export interface PrincipalEntryOutline extends PrincipalEntry {
  readonly start: number
}

export function outlinePrincipal({ name, start, value }: JsonMember, findings: Findings): PrincipalOutline {
  const not = name === 'NotPrincipal'
  if (value.type === 'string' && value.value === '*') return { not, start, entries: [{ type: 'AWS', value: '*', start: value.start }] }
  if (value.type === 'string') {
    findings.add('principal-invalid', value.start, `name the type: { "AWS": ... }; only "*" stands alone`, JSON.stringify(value.value))
    return { not, start, entries: [] }
  }
  if (value.type !== 'object') {
    findings.add('element-type', value.start, `${name} is "*" or an object such as { "AWS": "123456789012" }`)
    return { not, start, entries: [] }
  }
  const before = findings.list.length
  const entries = value.members.flatMap((member) => entriesOf(member, findings))
  if (entries.length === 0 && findings.list.length === before)
    findings.add('principal-empty', value.start, `list at least one principal in ${name}`)
  return { not, start, entries }
}

function entriesOf({ name, start, value }: JsonMember, findings: Findings): PrincipalEntryOutline[] {
  const type = principalTypes.find((known) => known === name)
  if (type === undefined) {
    findings.add('principal-invalid', start, `the principal types are ${principalTypes.join(', ')}`, JSON.stringify(name))
    return []
  }
  const entries: PrincipalEntryOutline[] = []
  for (const item of value.type === 'array' ? value.items : [value]) {
    if (item.type === 'string') entries.push({ type, value: item.value, start: item.start })
    else findings.add('element-type', item.start, `${name} is a string or a list of strings`)
  }
  return entries
}
