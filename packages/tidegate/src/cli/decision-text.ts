/** A described decision as people read it: what was decided, by what, and what would have to be true. */
import type {
  DescribeDecisionOutput,
  DescribedCondition,
  DescribedElement,
  DescribedLayer,
  DescribedOption,
  DescribedRequirement,
  DescribedStatement,
  DescribedStatementRef,
} from '../api/describe-decision.ts'
import { columns, wrapped } from './text.ts'

export function decisionText(decision: DescribeDecisionOutput): string {
  return [
    ...head(decision),
    ...cause(decision),
    ...requirements(decision),
    ...layers(decision),
    ...(decision.MissingKeys.length > 0 ? ['', ...wrapped(`not in the request: ${decision.MissingKeys.join(', ')}`, '', '  ')] : []),
    ...footer(decision),
    '',
  ].join('\n')
}

function head({ Effect, Action, Resource, Principal, Actors, Time, RequestId, EventId, Reason }: DescribeDecisionOutput): string[] {
  const [person] = Actors.toReversed()
  const behind = person === undefined || person.Type === 'principal' ? '' : ` for ${person.Label ?? person.Subject}`
  const title = { allow: 'ALLOWED', 'explicit-deny': 'DENIED by an explicit deny', 'implicit-deny': 'DENIED, nothing allows it' }[Effect]
  return [
    `${title ?? 'NOT DECIDED, refused before'}: ${Action}`,
    ...columns([
      ['  on', Resource ?? '*'],
      ['  by', `${Principal === '' ? 'nobody that is known' : Principal}${behind}`],
      ['  at', `${Time}, request ${RequestId}`],
      ['  event', EventId],
    ]),
    ...(Reason === undefined ? [] : ['', ...wrapped(Reason, '', '  ')]),
  ]
}

function cause({ Effect, PolicyType, DecidedBy, View }: DescribeDecisionOutput): string[] {
  if (Effect === 'none') return []
  const type = PolicyType === undefined ? undefined : nameOfType(PolicyType)
  const text =
    Effect === 'allow'
      ? `allowed by ${DecidedBy.map(statementName).join(' and ') || 'what every caller, or the root user, may do'}`
      : type === undefined
        ? 'the policies of another account decided'
        : Effect === 'explicit-deny'
          ? `denied by ${DecidedBy.map(statementName).join(' and ') || aOrAn(type)}`
          : `decided by: no ${type} allows it`
  return View !== 'full' && Effect === 'allow' ? [] : ['', ...wrapped(text, '', '  ')]
}

function requirements({ Requirements }: DescribeDecisionOutput): string[] {
  if (Requirements.length === 0) return []
  const title = Requirements.length === 1 ? 'what would have to be true:' : 'what would have to be true, all of it:'
  return ['', title, ...Requirements.flatMap(requirement)]
}

function requirement({ PolicyType, Level, Need, Options }: DescribedRequirement): string[] {
  const layer = layerName(PolicyType, Level)
  if (Need === 'deny-off') {
    if (Options.length === 0) return [`- no Deny of ${aOrAn(layer)} applies`]
    return Options.flatMap((option) => [
      ...wrapped(`- the Deny does not apply: ${statementName(option)}`, '', '  '),
      ...(option.Conditions.length === 0
        ? ['    it has no conditions']
        : ['    it applies because', ...option.Conditions.flatMap(condition)]),
    ])
  }
  if (Options.length === 0) return [`- a statement of ${aOrAn(layer)} allows it`]
  const shown = Options.slice(0, mostOptions)
  return [
    `- a statement of ${aOrAn(layer)} allows it${Options.length > 1 ? ', for example one of' : ', for example'}`,
    ...shown.flatMap(allowing),
    ...(Options.length > shown.length ? [`    ... ${Options.length - shown.length} more; --json has all`] : []),
  ]
}

function allowing(option: DescribedOption): string[] {
  return [
    ...wrapped(statementName(option), '    ', '      '),
    ...(option.Mismatch === undefined ? [] : element(option.Mismatch)),
    ...option.Conditions.flatMap(condition),
  ]
}

function condition(each: DescribedCondition): string[] {
  return element(each)
}

function element({ Element, Operator, Key, Expected, Substituted, Actual }: DescribedElement): string[] {
  const subject = Element === 'Condition' ? `${Operator} ${Key}` : Element
  return [
    ...wrapped(`${subject}: ${listed(Expected)}`, '      ', '        '),
    ...(Substituted === undefined ? [] : wrapped(`that is: ${listed(Substituted)}`, '        ', '          ')),
    ...wrapped(`the request has: ${Actual === undefined ? '(the key is absent)' : listed(Actual)}`, '        ', '          '),
  ]
}

function layers({ Layers }: DescribeDecisionOutput): string[] {
  return Layers.length === 0 ? [] : ['', 'policy types, in the order in which they are asked:', ...Layers.flatMap(layer)]
}

function layer({ PolicyType, Level, Outcome, Statements, OtherStatements }: DescribedLayer): string[] {
  const title = `  ${layerName(PolicyType, Level)}: ${outcomes[Outcome] ?? Outcome}`
  const others = OtherStatements === 0 ? [] : [`    ${OtherStatements} more about other things`]
  return Outcome === 'no-say' ? [title] : [title, ...Statements.flatMap(statement), ...others]
}

function statement(each: DescribedStatement): string[] {
  const title = `${each.Effect} ${each.Applies ? 'applies' : 'does not apply'}: ${statementName(each)}`
  return [...wrapped(title, '    ', '      '), ...(each.Mismatch === undefined ? [] : element(each.Mismatch))]
}

function footer({ View, Trace, Effect }: DescribeDecisionOutput): string[] {
  if (Effect === 'none') return []
  if (View !== 'full') return ['', 'Policies are shown to whoever is allowed tidegate:DescribeDecision.']
  if (Trace === 'recorded') return []
  const why = Effect === 'allow' ? 'of what is allowed no trace is kept' : 'there is no trace any more that could be opened'
  return ['', `Only the outcome is recorded: ${why}.`]
}

function statementName({ Policy, Statement, Sid, PolicyType }: DescribedStatementRef): string {
  return `${Sid ?? `statement ${Statement}`} of ${nameOfType(PolicyType)} ${Policy}`
}

function layerName(policyType: string, level: number | undefined): string {
  return `${nameOfType(policyType)}${level === undefined ? '' : `, level ${level}`}`
}

const aOrAn = (noun: string): string => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`

const nameOfType = (policyType: string): string => names[policyType] ?? policyType

const listed = (texts: readonly string[]): string =>
  texts.length <= mostValues ? texts.join(' | ') : `${texts.slice(0, mostValues).join(' | ')} | ... ${texts.length - mostValues} more`

const names: Readonly<Record<string, string>> = {
  scp: 'service control policy',
  rcp: 'resource control policy',
  endpoint: 'VPC endpoint policy',
  resource: 'resource-based policy',
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  'session-type': 'kind of session',
}

const outcomes: Readonly<Record<string, string>> = {
  allows: 'allows',
  denies: 'DENIES',
  'allows-nothing': 'allows nothing',
  'denies-nothing': 'denies nothing',
  'no-say': 'has no say over this caller',
  hidden: 'of another account, not shown',
}

const mostOptions = 5
const mostValues = 6
