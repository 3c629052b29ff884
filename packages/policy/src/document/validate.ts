/** What AWS checks when a policy is saved, beyond its structure. Each check is a file; the order of the answers is in faults.ts. */
import { checkActionFormats } from './action-format.ts'
import { checkDates } from './date-format.ts'
import type { Findings } from './faults.ts'
import { kindRules } from './kinds.ts'
import type { Outline } from './outline.ts'
import { checkRcpRules } from './rcp-rules.ts'
import type { PolicyKind } from './policy-document.ts'
import { checkPrincipals } from './principal-format.ts'
import { checkResources } from './resource-format.ts'
import { checkSids } from './sid.ts'
import { checkTrustRules } from './trust-rules.ts'
import { checkVariables } from './variable-format.ts'

/** `service` is the service of a resource-based policy by its IAM prefix, where it is known. */
export function validate(outline: Outline, kind: PolicyKind, service: string | undefined, findings: Findings): void {
  const rules = kindRules[kind]
  if (rules.newVersion && outline.version !== '2012-10-17')
    findings.add('version-old', outline.versionStart, 'write "Version": "2012-10-17" at the top of the document')
  if (!rules.id && outline.id !== undefined) findings.add('id-forbidden', outline.id.start, 'only resource-based policies have an Id')
  checkSids(outline, rules, findings)
  checkPrincipals(outline, kind, service, findings)
  checkActionFormats(outline, findings)
  checkResources(outline, kind, service, findings)
  checkDates(outline, findings)
  checkVariables(outline, findings)
  if (kind === 'trust') checkTrustRules(outline, findings)
  if (kind === 'rcp') checkRcpRules(outline, findings)
}
