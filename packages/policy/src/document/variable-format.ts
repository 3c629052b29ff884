/**
 * Policy variables, `${key}` or `${key, 'default'}`, where they have a meaning: in documents of version 2012-10-17, in the resource part
 * of an ARN and in the values of string, ARN and Bool conditions. Elsewhere `${` is two characters.
 */
import type { Findings } from './faults.ts'
import type { Outline } from './outline.ts'

export function checkVariables({ version, statements }: Outline, findings: Findings): void {
  if (version !== '2012-10-17') return
  for (const { resource, conditions } of statements) {
    for (const { value, start } of resource?.values ?? []) {
      const hint = misplaced(value) ?? malformed(value)
      if (hint !== undefined) findings.add('variable', start, hint)
    }
    for (const { operator, values } of conditions) {
      if (!/^(String|Arn|Bool)/.test(operator.base)) continue
      for (const { value, start } of values) {
        const hint = malformed(value)
        if (hint !== undefined) findings.add('variable', start, hint)
      }
    }
  }
}

function misplaced(resource: string): string | undefined {
  const variable = resource.indexOf('${')
  if (variable < 0 || resource.slice(0, variable).split(':', 6).length === 6) return undefined
  return 'a policy variable stands only in the resource part of an ARN, after the fifth colon'
}

/** What is wrong with the first malformed variable of `text`. */
function malformed(text: string): string | undefined {
  for (let open = text.indexOf('${'); open >= 0; open = text.indexOf('${', open + 2)) {
    const close = text.indexOf('}', open)
    if (close < 0) return 'a policy variable ends with `}`'
    const inside = text.slice(open + 2, close)
    if (inside.includes('${')) return 'a policy variable ends with `}` before the next one begins'
    if (inside === '') return 'a policy variable names a condition key'
    if (inside === '*' || inside === '?' || inside === '$') continue
    const comma = inside.indexOf(',')
    const key = comma < 0 ? inside : inside.slice(0, comma)
    if (comma >= 0 && !/^\s*'[^']*'\s*$/.test(inside.slice(comma + 1)))
      return "the default of a policy variable stands in single quotes: ${key, 'default'}"
    if (!isKey(comma < 0 ? key : key.trimEnd())) return 'a policy variable is a condition key without spaces'
  }
  return undefined
}

/** Tag keys, after the `/`, may have spaces inside. */
function isKey(text: string): boolean {
  const slash = text.indexOf('/')
  const name = slash < 0 ? text : text.slice(0, slash)
  return name !== '' && !/[\s'{]/.test(name) && !/\s$/.test(text)
}
