/**
 * The elements of a document, found and typed, each still with its place in the text.
 * Both readers work on it: what evaluation needs is built from it, what AWS checks on saving is checked on it.
 * A part that is not well-formed is reported and left out, so that the rest can still be looked at.
 */
import { outlineConditions } from './outline-condition.ts'
import type { ConditionOutline } from './outline-condition.ts'
import { outlinePrincipal } from './outline-principal.ts'
import type { PrincipalOutline } from './outline-principal.ts'
import type { Findings } from './faults.ts'
import type { JsonMember, JsonNode, JsonObject, JsonScalar } from './json.ts'
import type { Effect, PolicyDocument } from './policy-document.ts'

export interface Outline {
  readonly version: PolicyDocument['version']
  /** Place of `Version`, or of the document where it has none. */
  readonly versionStart: number
  readonly id: JsonMember | undefined
  readonly statements: readonly StatementOutline[]
}

export interface StatementOutline {
  readonly start: number
  readonly sid: JsonScalar | undefined
  readonly effect: Effect | undefined
  readonly principal: PrincipalOutline | undefined
  readonly action: ListOutline | undefined
  readonly resource: ListOutline | undefined
  readonly conditions: readonly ConditionOutline[]
}

/** `Action`, `NotAction`, `Resource` or `NotResource`. */
export interface ListOutline {
  readonly not: boolean
  readonly start: number
  /** `undefined` where the element is not of the right type. */
  readonly values: readonly JsonScalar[] | undefined
}

/** `root` is absent where the text is not JSON. */
export function outlineOf(root: JsonNode | undefined, findings: Findings): Outline {
  if (root === undefined) return nothing
  if (root.type !== 'object') {
    findings.add('json', root.start, 'a policy document is a JSON object')
    return nothing
  }
  let version: PolicyDocument['version'] = '2008-10-17'
  let versionStart = root.start
  let id: JsonMember | undefined
  let statements: readonly StatementOutline[] | undefined
  for (const member of root.members) {
    const { name, value } = member
    if (name === 'Version') {
      versionStart = value.start
      if (value.type === 'string' && (value.value === '2012-10-17' || value.value === '2008-10-17')) version = value.value
      else
        findings.add('version-invalid', value.start, 'Version is "2012-10-17", or "2008-10-17" for the language without policy variables')
    } else if (name === 'Id') {
      id = member
      if (value.type !== 'string') findings.add('element-type', value.start, 'Id is a string')
    } else if (name === 'Statement') statements = outlineStatements(value, findings)
    else unknownElement(member, ['Version', 'Id', 'Statement'], findings)
  }
  if (statements === undefined) findings.add('statement-empty', root.start, 'a policy document has a Statement', 'Statement')
  return { version, versionStart, id, statements: statements ?? [] }
}

function outlineStatements(node: JsonNode, findings: Findings): readonly StatementOutline[] {
  if (node.type !== 'array') return [outlineStatement(node, findings)].filter((statement) => statement !== undefined)
  if (node.items.length === 0) findings.add('statement-empty', node.start, 'Statement lists at least one statement')
  return node.items.map((item) => outlineStatement(item, findings)).filter((statement) => statement !== undefined)
}

function outlineStatement(node: JsonNode, findings: Findings): StatementOutline | undefined {
  if (node.type !== 'object') {
    findings.add('element-type', node.start, 'a statement is a JSON object')
    return undefined
  }
  const found: { -readonly [Element in keyof StatementOutline]: StatementOutline[Element] } = {
    start: node.start,
    sid: undefined,
    effect: undefined,
    principal: undefined,
    action: undefined,
    resource: undefined,
    conditions: noConditions,
  }
  for (const member of node.members) {
    const { name, value } = member
    switch (name) {
      case 'Sid':
        if (value.type === 'string') found.sid = value
        else findings.add('element-type', value.start, 'Sid is a string')
        break
      case 'Effect':
        found.effect = effectOf(value, findings)
        break
      case 'Principal':
      case 'NotPrincipal':
        if (found.principal === undefined) found.principal = outlinePrincipal(member, findings)
        else combined('Principal', member, findings)
        break
      case 'Action':
      case 'NotAction':
        if (found.action === undefined) found.action = outlineList(member, findings)
        else combined('Action', member, findings)
        break
      case 'Resource':
      case 'NotResource':
        if (found.resource === undefined) found.resource = outlineList(member, findings)
        else combined('Resource', member, findings)
        break
      case 'Condition':
        found.conditions = outlineConditions(value, findings)
        break
      default:
        unknownElement(member, statementElements, findings)
    }
  }
  if (!hasMember(node, 'Effect')) findings.add('effect-missing', node.start, 'say "Effect": "Allow" or "Effect": "Deny"')
  if (found.action === undefined) findings.add('action-missing', node.start, 'add an Action (or NotAction) element')
  return found
}

function effectOf(node: JsonNode, findings: Findings): Effect | undefined {
  const text = node.type === 'string' ? node.value : ''
  if (text === 'Allow' || text === 'Deny') return text
  const fault = ['allow', 'deny'].includes(text.toLowerCase()) ? 'effect-case' : 'effect-invalid'
  findings.add(fault, node.start, 'Effect is exactly "Allow" or "Deny"', text)
  return undefined
}

function outlineList({ name, start, value }: JsonMember, findings: Findings): ListOutline {
  const not = name.startsWith('Not')
  const items = value.type === 'array' ? value.items : [value]
  const values: JsonScalar[] = []
  for (const item of items) {
    if (item.type === 'string') values.push(item)
    else findings.add('element-type', item.start, `${name} is a string or a list of strings`)
  }
  if (items.length > 0) return { not, start, values: values.length === items.length ? values : undefined }
  if (name.endsWith('Action')) findings.add('action-missing', value.start, `list at least one action in ${name}`)
  else findings.add('resource-missing', value.start, `list at least one resource in ${name}`)
  return { not, start, values }
}

function combined(element: string, { start }: JsonMember, findings: Findings): void {
  findings.add('elements-combined', start, `a statement has either ${element} or Not${element}`)
}

/** AWS compares element names exactly; the likely mistake is the case. */
function unknownElement({ name, start }: JsonMember, known: readonly string[], findings: Findings): void {
  const meant = name.length > 16 ? undefined : known.find((element) => element.toLowerCase() === name.toLowerCase())
  const hint = meant === undefined ? `known elements here: ${known.join(', ')}` : `element names are case-sensitive: write \`${meant}\``
  findings.add('element-unknown', start, hint, name)
}

const hasMember = (node: JsonObject, name: string): boolean => node.members.some((member) => member.name === name)

const nothing: Outline = { version: '2008-10-17', versionStart: 0, id: undefined, statements: [] }
const noConditions: readonly ConditionOutline[] = []
const statementElements = ['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition']
