/** Action patterns: `*`, or `vendor:name` where the vendor has no wildcard. Unknown services and actions are accepted, as by AWS. */
import type { Findings } from './faults.ts'
import type { Outline } from './outline.ts'

export function checkActionFormats({ statements }: Outline, findings: Findings): void {
  for (const { action } of statements) {
    for (const { value, start } of action?.values ?? []) if (value !== '*') checkAction(value, start, findings)
  }
}

function checkAction(action: string, start: number, findings: Findings): void {
  const colon = action.indexOf(':')
  const vendor = action.slice(0, colon)
  if (colon < 0) findings.add('action-without-vendor', start, 'write the service prefix and a colon first: `ecs:RunTask`')
  else if (action.includes(':', colon + 1)) findings.add('action-colons', start, 'an action has one colon, after the service prefix')
  else if (vendor !== '*' && !/^[A-Za-z0-9.-]+$/.test(vendor))
    findings.add('action-vendor', start, 'the service prefix has letters, digits, `-` and `.`, and no wildcard', vendor)
}
