/** What `can`, `who-can` and `what-can` share: what is known of the request, and how verdicts read. */
import type { DescribedDependency, KnownContext, Verdict } from '../api/access.ts'
import { timeFlag } from './audit-folder.ts'
import { wrapped } from './text.ts'
import { UsageError } from './usage-error.ts'

export const contextFlags = {
  context: { type: 'list', short: 'c', value: 'KEY=VALUE', summary: 'a condition key that the request has; repeat it for several values' },
  absent: { type: 'list', value: 'KEY', summary: 'a condition key that the request does not have' },
  at: { type: 'string', value: 'TIME', summary: 'when the request is made: 2026-11-22T07:00:00Z; now by default' },
  json: { type: 'boolean', summary: 'print an object' },
} as const

interface ContextFlags {
  readonly context: readonly string[]
  readonly absent: readonly string[]
  readonly at: string | undefined
}

export function knownContext({ context, absent, at }: ContextFlags): KnownContext {
  const values = new Map<string, string[]>()
  for (const each of context) {
    const equals = each.indexOf('=')
    if (equals < 1) throw new UsageError(`\`-c\` cannot be \`${each}\`; it is a condition key and a value, like aws:SourceIp=10.0.0.1`)
    const key = each.slice(0, equals)
    values.set(key, [...(values.get(key) ?? []), each.slice(equals + 1)])
  }
  const time = timeFlag('at', at, Date.now())
  return {
    Context: [...values].map(([Key, Values]) => ({ Key, Values })),
    AbsentKeys: absent,
    ...(time !== undefined && { Time: new Date(time).toISOString() }),
  }
}

export function verdictLines({ Effect, Reason, DecidedBy, DependsOn }: Verdict): string[] {
  const by = DecidedBy.map((ref) => `  by ${ref.Sid ?? `statement ${ref.Statement}`} of ${ref.Policy} (${ref.PolicyType})`)
  if (Effect === 'conditional')
    return DependsOn.length === 0 ? ['  depends on what is not known of the request'] : dependencyLines(DependsOn)
  return [...(Reason === undefined ? [] : wrapped(Reason, '  ', '    ')), ...by]
}

export function dependencyLines(dependencies: readonly DescribedDependency[]): string[] {
  const lines = dependencies.slice(0, mostDependencies).flatMap(dependencyLine)
  return dependencies.length > mostDependencies ? [...lines, `  ... ${dependencies.length - mostDependencies} more; --json has all`] : lines
}

function dependencyLine({ Effect, Policy, PolicyType, Statement, Sid, ...on }: DescribedDependency): string[] {
  if (on.OnAccount !== undefined) return [`  depends on the policies ${Policy}`]
  const title = `depends on ${Effect} of ${Sid ?? `statement ${Statement}`} of ${Policy} (${PolicyType}), which applies`
  return [
    ...wrapped(title, '  ', '    '),
    ...on.Conditions.flatMap(({ Operator, Key, Expected }) => wrapped(`if ${Operator} ${Key}: ${Expected.join(' | ')}`, '    ', '      ')),
    ...(on.Resources === undefined ? [] : wrapped(`on ${on.Resources.join(' | ')}`, '    ', '      ')),
    ...(on.OnSession === true ? ['    to one session of the role'] : []),
  ]
}

/** Why there may be a `conditional`, and what to do then. */
export const ofUnknowns = `
What is not known of the request is not guessed: where the outcome depends on it the answer is
"conditional" and names the conditions. Settle them with -c and --absent.`

const mostDependencies = 8
