/** The canonical JSON text of a document: reading it gives a document that decides alike. */
import { operatorText, principalTypes } from './policy-document.ts'
import type { Condition, PatternElement, PolicyDocument, PrincipalElement, Statement } from './policy-document.ts'

/** Indented by two spaces, elements in the order of AWS's grammar, `Version` always written, lists of one as a scalar. */
export function formatPolicy({ version, statements }: PolicyDocument): string {
  return JSON.stringify({ Version: version, Statement: statements.map(formatStatement) }, null, 2)
}

function formatStatement({ sid, effect, principal, action, resource, conditions }: Statement): object {
  return {
    ...(sid !== undefined && { Sid: sid }),
    Effect: effect,
    ...(principal && { [principal.not ? 'NotPrincipal' : 'Principal']: formatPrincipal(principal) }),
    [action.not ? 'NotAction' : 'Action']: formatPatterns(action),
    ...(resource && { [resource.not ? 'NotResource' : 'Resource']: formatPatterns(resource) }),
    ...(conditions.length > 0 && { Condition: formatConditions(conditions) }),
  }
}

const formatPatterns = ({ patterns }: PatternElement): unknown => scalarOrList(patterns)

function formatPrincipal({ entries }: PrincipalElement): unknown {
  const [only] = entries
  if (entries.length === 1 && only?.type === 'AWS' && only.value === '*') return '*'
  const byType = principalTypes.map((type) => [type, entries.filter((entry) => entry.type === type).map(({ value }) => value)] as const)
  return Object.fromEntries(byType.filter(([, values]) => values.length > 0).map(([type, values]) => [type, scalarOrList(values)]))
}

/** Key names come from the document and may be `__proto__`, so they never become properties by assignment. */
function formatConditions(conditions: readonly Condition[]): object {
  const byOperator = new Map<string, [string, unknown][]>()
  for (const { operator, key, values } of conditions) {
    const name = operatorText(operator)
    const keys = byOperator.get(name) ?? []
    keys.push([key, scalarOrList(values)])
    byOperator.set(name, keys)
  }
  return Object.fromEntries([...byOperator].map(([operator, keys]) => [operator, Object.fromEntries(keys)]))
}

const scalarOrList = (values: readonly string[]): unknown => (values.length === 1 ? values[0] : values)
