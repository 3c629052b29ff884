/** A trace as a tree of plain text, for people: at most 100 columns where names allow, ASCII, no colour needed. */
import type { LayerTrace, Mismatch, StatementTrace, Trace } from './trace.ts'

export function renderTrace(trace: Trace): string {
  const { decision } = trace
  const head = {
    allow: 'ALLOWED',
    'explicit-deny': 'DENIED by an explicit deny',
    'implicit-deny': 'DENIED, nothing allows it',
  }[decision.effect]
  const lines = [`${head}: ${trace.action}`, `  on   ${trace.resource}`, `  by   ${trace.caller}`]
  if (trace.reason !== undefined) lines.push('', trace.reason)
  if (decision.effect === 'allow' && decision.grant !== 'policy') lines.push('', grants[decision.grant])
  if (decision.effect === 'implicit-deny' && decision.missing === 'session-type') lines.push('', sessionType)
  lines.push('', ...trace.layers.flatMap(renderLayer))
  if (trace.missingKeys.length > 0) lines.push('', `Not in the request: ${trace.missingKeys.join(', ')}`)
  return lines.join('\n')
}

function renderLayer(layer: LayerTrace): string[] {
  const name = `${names[layer.policyType]}${layer.level === undefined ? '' : `, level ${layer.level + 1}`}`
  const lines = [`${name}: ${outcomes[layer.outcome]}`]
  if (layer.outcome === 'no-say') return lines
  const items = layer.statements.map(renderStatement)
  if (layer.otherStatements > 0)
    items.push([`${layer.otherStatements} ${layer.otherStatements === 1 ? 'statement' : 'statements'} about other services`])
  for (const [i, [first = '', ...rest]] of items.entries()) {
    const isLast = i === items.length - 1
    lines.push(`${isLast ? '`-' : '|-'} ${first}`, ...rest.map((line) => `${isLast ? '  ' : '| '}    ${line}`))
  }
  return lines
}

function renderStatement({ effect, policy, statement, sid, line, applies, mismatch, grantKind }: StatementTrace): string[] {
  const where = [policy, sid ?? `statement ${statement + 1}`, line > 1 ? `line ${line}` : ''].filter((part) => part !== '').join(', ')
  if (applies) return [`${effect} applies (${where})${grantKind === undefined ? '' : `, names the ${granteeNames[grantKind]}`}`]
  return [`${effect} does not apply (${where})`, ...(mismatch === undefined ? [] : renderMismatch(mismatch))]
}

function renderMismatch({ element, operator, key, expected, substituted, actual }: Mismatch): string[] {
  const subject = element === 'Condition' ? `${operator} ${key}` : element
  const lines = [`${subject}: ${listed(expected)}`]
  if (substituted !== undefined) lines.push(`that is: ${listed(substituted.map((text) => text ?? '(a variable without a value)'))}`)
  const present = typeof actual === 'string' ? actual : actual === null ? '(the key is absent)' : listed(actual)
  return [...lines, `request: ${present}`]
}

const listed = (texts: readonly string[]): string =>
  texts.length <= LISTED ? texts.join(' | ') : `${texts.slice(0, LISTED).join(' | ')} | ... ${texts.length - LISTED} more`

const LISTED = 4

const names = {
  scp: 'Service control policies',
  rcp: 'Resource control policies',
  endpoint: 'VPC endpoint policy',
  resource: 'Resource-based policy',
  identity: 'Identity-based policies',
  boundary: 'Permissions boundary',
  session: 'Session policies',
} as const

const outcomes = {
  allows: 'allow',
  denies: 'DENY',
  'allows-nothing': 'allow nothing',
  'denies-nothing': 'deny nothing',
  'no-say': 'have no say over this caller',
} as const

const granteeNames = {
  direct: 'caller or everyone',
  role: "caller's role",
  user: "caller's IAM user",
  account: "caller's account",
} as const

const grants = {
  'always-allowed': 'The call needs no permission.',
  'root-user': 'The root user may do everything in its account that no policy denies.',
} as const

const sessionType = 'Credentials of this kind may not make this call, whatever the policies say.'
