/** One line of a grammar test file: a document, the kind of policy it should be, and whether it is one. */
import { memberOf, readJson } from './json.ts'
import type { JsonNode } from './json.ts'
import { jsonText } from './json-text.ts'
import { parsePolicy } from './parse-policy.ts'
import { policyKinds } from './policy-document.ts'
import type { PolicyKind } from './policy-document.ts'

export interface CaseResult {
  /** Empty where the line has none. */
  readonly id: string
  readonly result: 'valid' | 'malformed'
  /** What AWS would answer; our own words where the line itself is not a case. */
  readonly error: string | null
}

/**
 * Validates the case of one JSONL line: `{ id, policyType, document, service? }`. A string as `document` is the text itself,
 * any other value is written as compact JSON first. Never throws.
 */
export function validateCase(line: string): CaseResult {
  const json = readJson(line)
  if (!json.ok)
    return { id: idIn(line), result: 'malformed', error: `not a case: ${json.problem.message} at column ${json.problem.offset + 1}` }
  const id = stringOf(memberOf(json.node, 'id')) ?? ''
  const kind = kindOf(stringOf(memberOf(json.node, 'policyType')))
  const document = memberOf(json.node, 'document')
  if (kind === undefined) return { id, result: 'malformed', error: `not a case: policyType is one of ${policyKinds.join(', ')}` }
  if (document === undefined) return { id, result: 'malformed', error: 'not a case: no document' }
  const service = stringOf(memberOf(json.node, 'service'))
  const result = parsePolicy(stringOf(document) ?? jsonText(document), kind, service === undefined ? {} : { service })
  return result.ok ? { id, result: 'valid', error: null } : { id, result: 'malformed', error: result.problems[0].message }
}

/** The id of a line that is not JSON, where it can be seen. */
const idIn = (line: string): string => /^\s*\{\s*"id"\s*:\s*"([^"\\]*)"/.exec(line)?.[1] ?? ''

const stringOf = (node: JsonNode | undefined): string | undefined => (node?.type === 'string' ? node.value : undefined)

const kindOf = (name: string | undefined): PolicyKind | undefined =>
  name === 'vpce' ? 'endpoint' : policyKinds.find((kind) => kind === name)
