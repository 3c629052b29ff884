/**
 * IAM policies as Cedar policies, for one caller and the resource side that its requests meet.
 *
 * - An Allow of the identity policies or of the resource policy becomes `permit`; a Deny of any policy type becomes `forbid`.
 * - What caps (boundary, session policy, each level of service control policies) becomes one `forbid … unless { any of its Allows }`. A level
 *   that allows everything needs none. A grant of the resource policy to the user itself is not capped by boundary and session policy, so
 *   such a grant stands beside their Allows; a grant to the account grants nothing by itself inside the account and is left out (the key
 *   policy of the worlds lets identity policies decide about all keys, so nothing is left to check there).
 * - Action and resource without wildcard stand in the scope, where Cedar tests them first and fastest; `*` becomes `like`. Cedar has no
 *   single-character wildcard, `?` becomes `*`: the worlds ask nothing that tells the two apart. For `like`, action and ARN are strings in
 *   the context; action names are written as AWS writes them.
 * - The caller is fixed, so variables and principals are filled in here, and the scope has no principal.
 * - Conditions compare what Cedar has types for: numbers and instants as `Long`, `Bool` as `Bool`, addresses as `ipaddr`, lists as `Set`. A key
 *   that may be missing is asked for with `has`. The context holds only keys that the policies mention.
 *
 * Policy ids start with `permit`, `forbid` or `cap`, so that the determining policies tell an explicit denial from an implicit one.
 */
import { conditionText, quoted, patternText } from './cedar-conditions.ts'
import type { Caller, PolicyStack, StatementJson } from './world.ts'

export function toCedar(stack: PolicyStack, caller: Caller, variables: ReadonlyMap<string, string>): Record<string, string> {
  const policies: Record<string, string> = {}
  const add = (kind: 'permit' | 'forbid' | 'cap', text: string): void => {
    policies[`${kind}${Object.keys(policies).length}`] = text
  }
  const identity = stack.identity.flatMap(({ Statement }) => Statement)
  const resource = stack.resource.flatMap(({ Statement }) => Statement).filter((statement) => concerns(statement, caller) !== undefined)
  const caps = [stack.boundary, stack.session].filter((document) => document !== undefined).map(({ Statement }) => Statement)
  const scp = stack.scp.map((level) => level.flatMap(({ Statement }) => Statement))
  const rcp = stack.rcp.flat().flatMap(({ Statement }) => Statement)
  const translate = (statement: StatementJson): Parts => parts(statement, variables)

  const granted = resource.filter((statement) => statement.Effect === 'Allow' && concerns(statement, caller) !== 'account')
  const direct = granted.filter((statement) => concerns(statement, caller) === 'direct').map(translate)
  for (const statement of [...identity, ...granted].filter(({ Effect }) => Effect === 'Allow'))
    add('permit', policy('permit', translate(statement)))
  for (const statement of [...identity, ...resource, ...caps.flat(), ...scp.flat(), ...rcp].filter(({ Effect }) => Effect === 'Deny')) {
    add('forbid', policy('forbid', translate(statement)))
  }
  for (const layer of [...scp, ...caps]) {
    const allows = layer.filter(({ Effect }) => Effect === 'Allow').map(translate)
    if (allows.some(isUnlimited)) continue
    const ways = caps.includes(layer) ? [...allows, ...direct] : allows
    add('cap', `forbid(principal, action, resource) unless { ${ways.map(expression).join(' || ') || 'false'} };`)
  }
  return policies
}

/** How a statement of a resource policy names the caller, `undefined` when it does not. */
function concerns({ Principal }: StatementJson, { principal }: Caller): 'direct' | 'role' | 'account' | undefined {
  const listed = Principal === '*' ? ['*'] : list(Principal?.AWS)
  if (listed.includes('*') || listed.includes(principal.arn)) return 'direct'
  if (principal.kind === 'role-session' && listed.includes(principal.roleArn)) return 'role'
  return listed.includes(`arn:aws:iam::${principal.account}:root`) ? 'account' : undefined
}

/** Scope constraint and expression that say the same, and what only an expression can say. */
interface Parts {
  readonly action: Part
  readonly resource: Part
  readonly conditions: readonly string[]
}
interface Part {
  readonly scope: string
  readonly when: string | undefined
  readonly expression: string | undefined
}

function parts(statement: StatementJson, variables: ReadonlyMap<string, string>): Parts {
  const actions = list(statement.Action ?? statement.NotAction)
  const resources = list(statement.Resource ?? statement.NotResource).map((text) => filled(text, variables))
  return {
    action: part('action', 'Action', actions, statement.NotAction !== undefined),
    resource: part(
      'resource',
      'Resource',
      resources.flatMap((text) => text ?? []),
      statement.NotResource !== undefined,
    ),
    conditions: Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) =>
        conditionText(
          operator,
          key.toLowerCase(),
          list(values).flatMap((text) => filled(text, variables) ?? []),
        ),
      ),
    ),
  }
}

function part(name: 'action' | 'resource', type: string, patterns: readonly string[], negated: boolean): Part {
  const literal = patterns.every((text) => !/[*?]/.test(text))
  if (!negated && patterns.includes('*')) return { scope: name, when: undefined, expression: undefined }
  const [first = ''] = patterns
  if (!negated && literal && patterns.length === 1) {
    const equal = `${name} == ${type}::${quoted(first)}`
    return { scope: equal, when: undefined, expression: equal }
  }
  if (!negated && literal && name === 'action') {
    const among = `action in [${patterns.map((text) => `Action::${quoted(text)}`).join(', ')}]`
    return { scope: among, when: undefined, expression: among }
  }
  const any = patterns
    .map((text) => (/[*?]/.test(text) ? `context.${name} like ${patternText(text)}` : `context.${name} == ${quoted(text)}`))
    .join(' || ')
  const expression = negated ? `!(${any || 'false'})` : `(${any || 'false'})`
  return { scope: name, when: expression, expression }
}

function policy(effect: 'permit' | 'forbid', { action, resource, conditions }: Parts): string {
  const when = [action.when, resource.when, ...conditions].filter((text) => text !== undefined)
  return `${effect}(principal, ${action.scope}, ${resource.scope})${when.length > 0 ? ` when { ${when.join(' && ')} }` : ''};`
}

function expression({ action, resource, conditions }: Parts): string {
  const all = [action.expression, resource.expression, ...conditions].filter((text) => text !== undefined)
  return all.length > 0 ? `(${all.join(' && ')})` : 'true'
}

function isUnlimited({ action, resource, conditions }: Parts): boolean {
  return action.expression === undefined && resource.expression === undefined && conditions.length === 0
}

function filled(text: string, variables: ReadonlyMap<string, string>): string | undefined {
  let known = true
  const result = text.replace(/\$\{([^}]*)\}/g, (_, key: string) => {
    const value = variables.get(key.toLowerCase())
    known &&= value !== undefined
    return value ?? ''
  })
  return known ? result : undefined
}

function list(value: string | readonly string[] | undefined): readonly string[] {
  return typeof value === 'string' ? [value] : (value ?? [])
}
