/** Reading a document that is about to be saved: everything that AWS checks, with the answer that AWS gives. */
import { authorityOf } from './authority.ts'
import { buildDocument } from './build-document.ts'
import { Findings } from './faults.ts'
import { kindRules } from './kinds.ts'
import { checkSize, longestParameter } from './limits.ts'
import type { InlineOwner } from './limits.ts'
import { outlineOf } from './outline.ts'
import type { PolicyKind } from './policy-document.ts'
import { Positions } from './position.ts'
import { problemsOf } from './problems.ts'
import { checkMeaning, readRoot } from './read-policy.ts'
import type { PolicyResult } from './read-policy.ts'
import { validate } from './validate.ts'

export interface ParsePolicyOptions {
  /** Name or ARN for messages and traces; for an inline policy the name of the user, group or role it belongs to. */
  readonly name?: string
  /** Of a resource-based policy: the service of the resource by its IAM prefix, for example `s3`. Its rules, codes and words apply. */
  readonly service?: string
  /** Of an inline policy: what it belongs to, `role` by default. */
  readonly owner?: InlineOwner
}

/**
 * Reads and validates a policy document of `kind`. Never throws; the first problem is the one that AWS answers with.
 *
 * @example
 * const result = parsePolicy('{"Version":"2012-10-17","Statement":[]}', 'identity')
 * if (!result.ok) result.problems[0].message // Syntax errors in policy.
 */
export function parsePolicy(text: string, kind: PolicyKind, options: ParsePolicyOptions = {}): PolicyResult {
  const { name = '', owner = 'role' } = options
  const service = kind === 'resource' ? options.service : undefined
  const findings = new Findings()
  const root = checkText(text, kind, findings) ? readRoot(text, findings) : undefined
  const outline = outlineOf(root, findings)
  if (root?.type === 'object') {
    checkMeaning(outline, kind, findings)
    validate(outline, kind, service, findings)
    checkSize(text, { kind, service, owner, name }, findings)
  }
  const positions = new Positions(text)
  const problems = problemsOf(findings.list, authorityOf(kind, service), root, positions)
  return problems === undefined ? { ok: true, document: buildDocument(outline, kind, name, positions) } : { ok: false, problems }
}

/** False where the text is too long to be looked at. */
function checkText(text: string, kind: PolicyKind, findings: Findings): boolean {
  const { latin1 } = kindRules[kind]
  if (latin1 && text.length > longestParameter) {
    findings.add('length', 0, 'no kind of IAM policy is that long', String(longestParameter))
    return false
  }
  const foreign = latin1 ? text.search(/[^\t\n\r\u0020-\u00ff]/) : -1
  if (foreign >= 0) findings.add('characters', foreign, 'write other characters as JSON escape sequences, or do without them')
  if (/^[\t\n\r ]/.test(text)) findings.add('leading-space', 0, 'a policy document begins with `{`: remove the white space before it')
  return true
}
