/** Statement ids: unique in a document, and letters and digits only where IAM or Organizations keeps it. Empty ones do not count. */
import type { Findings } from './faults.ts'
import type { KindRules } from './kinds.ts'
import type { Outline } from './outline.ts'

export function checkSids({ statements }: Outline, rules: KindRules, findings: Findings): void {
  const seen = new Set<string>()
  for (const { sid } of statements) {
    if (sid === undefined || sid.value === '') continue
    if (rules.sid === 'alphanumeric' && !/^[0-9A-Za-z]*$/.test(sid.value))
      findings.add('sid-characters', sid.start, 'use only the letters A-Z, a-z and the digits 0-9')
    if (seen.has(sid.value)) findings.add('sid-duplicate', sid.start, 'another statement of this document has the same Sid')
    seen.add(sid.value)
  }
}
