/** What Organizations asks of an RCP beyond the grammar. SCPs take the full language since September 2025, without principals. */
import type { Findings } from './faults.ts'
import type { Outline, StatementOutline } from './outline.ts'

/** @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html */
export function checkRcpRules({ statements }: Outline, findings: Findings): void {
  for (const statement of statements) checkStatement(statement, findings)
}

function checkStatement({ start, effect, principal, action }: StatementOutline, findings: Findings): void {
  if (effect === 'Allow') findings.add('organization', start, 'an RCP only denies; RCPFullAWSAccess, which allows, is always attached')
  if (principal?.not === true) findings.add('organization', principal.start, 'an RCP takes no NotPrincipal')
  else if (
    principal !== undefined &&
    !(principal.entries.length === 1 && principal.entries[0]?.type === 'AWS' && principal.entries[0].value === '*')
  )
    findings.add('organization', principal.start, 'the Principal of an RCP is "*"; name principals in a Condition on aws:PrincipalArn')
  if (action?.not === true) findings.add('organization', action.start, 'an RCP takes no NotAction')
  for (const { value, start: at } of action?.values ?? [])
    if (/^\*+$|^\*:/.test(value)) findings.add('organization', at, 'the actions of an RCP name their service: `s3:*`')
}
