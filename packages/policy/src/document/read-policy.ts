/**
 * Reading without judging: everything without which a document has no meaning, and nothing of what AWS refuses only on saving
 * (sizes, formats, elements that a kind forbids). Evaluation reads with this, because some service has accepted the document already.
 */
import { authorityOf } from './authority.ts'
import { buildDocument } from './build-document.ts'
import { Findings } from './faults.ts'
import { readJson } from './json.ts'
import type { JsonNode } from './json.ts'
import { kindRules } from './kinds.ts'
import { outlineOf } from './outline.ts'
import type { Outline } from './outline.ts'
import type { PolicyDocument, PolicyKind } from './policy-document.ts'
import { Positions } from './position.ts'
import { problemsOf } from './problems.ts'
import type { Problems } from './problems.ts'

export type PolicyResult = { readonly ok: true; readonly document: PolicyDocument } | { readonly ok: false; readonly problems: Problems }

export interface ReadPolicyOptions {
  /** Name or ARN for messages and traces. */
  readonly name?: string
  /** The text that a given node was read from. Without it, lines and columns are those of a text of one line. */
  readonly text?: string
}

/** Reads a policy document from its text, or from a part of a JSON text that was read already. */
export function readPolicy(source: JsonNode | string, kind: PolicyKind, options: ReadPolicyOptions = {}): PolicyResult {
  const findings = new Findings()
  const root = typeof source === 'string' ? readRoot(source, findings) : source
  const text = typeof source === 'string' ? source : options.text
  const positions = new Positions(text ?? '')
  const outline = outlineOf(root, findings)
  checkMeaning(outline, kind, findings)
  const problems = problemsOf(findings.list, authorityOf(kind, undefined), root, positions)
  return problems === undefined
    ? { ok: true, document: buildDocument(outline, kind, options.name ?? '', positions) }
    : { ok: false, problems }
}

export function readRoot(text: string, findings: Findings): JsonNode | undefined {
  const json = readJson(text)
  if (json.ok) return json.node
  findings.add('json', json.problem.offset, json.problem.message)
  return undefined
}

/** A statement that does not say about whom or about what it is decides nothing. */
export function checkMeaning({ statements }: Outline, kind: PolicyKind, findings: Findings): void {
  const { principal, resource } = kindRules[kind]
  for (const statement of statements) {
    if (principal === 'required' && statement.principal === undefined)
      findings.add('principal-missing', statement.start, 'add a Principal element: who the statement is about')
    if (resource === 'required' && statement.resource === undefined)
      findings.add('resource-missing', statement.start, 'add a Resource (or NotResource) element')
  }
}
