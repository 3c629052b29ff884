/**
 * The laws every decision obeys, and the two evaluators against each other. Cases are drawn anew in every run:
 * `TIDEGATE_SEED` repeats a run, `TIDEGATE_CASES` sets how many cases engine and reference decide (the laws take a part of it).
 */
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { Dice, evaluationCasesAndSeeds, minimized, statementOf, vectorLine } from './case-generator.ts'
import { evaluateCase } from './engine.ts'
import {
  type CasePolicies,
  type EvaluationCase,
  type OneOrMany,
  type Outcome,
  type PolicyJson,
  referenceDecision,
  type StatementJson,
} from './reference.ts'

const seed = Number(process.env['TIDEGATE_SEED'] ?? Date.now() % 2 ** 31)
const caseCount = Number(process.env['TIDEGATE_CASES'] ?? 100_000)
const rounds = Array.from({ length: 20 }, (_, index) => index + 1)
const patience = { timeout: 300_000 }

console.log(`policy laws: TIDEGATE_SEED=${seed} TIDEGATE_CASES=${caseCount}`)

/** Whether a law holds for a case; the dice choose what the law does to it. */
type Law = (given: EvaluationCase, dice: Dice) => boolean

const denyLaws: Readonly<Record<string, Law>> = {
  'deny trumps allow: a Deny of everything in any policy of the caller turns an allow into an explicit deny': (given, dice) => {
    const layers = layersOf(given)
    const denied = withStatement(given, layers[dice.below(layers.length)] ?? 'resource', { Effect: 'Deny', Action: '*', Resource: '*' })
    return isAlwaysAllowed(given) || (isAllowed(given) ? decide(denied) === 'explicitDeny' : !isAllowed(denied))
  },

  'default deny: without an Allow of an identity-based or resource-based policy only root has access': (given) =>
    isAlwaysAllowed(given) || given.request.principalType === 'root' || !isAllowed(withoutAllows(given, 'identity', 'resource')),

  'adding a Deny never allows more, and an explicit deny stays one': (given, dice) => {
    const added = withStatement(given, dice.pick(allLayers), statementOf(dice, given, 'Deny'))
    return implies(isAllowed(added), isAllowed(given)) && implies(isExplicitlyDenied(given), isExplicitlyDenied(added))
  },

  'adding an Allow to what is there never takes away, and never lifts an explicit deny': (given, dice) => {
    const added = withStatement(given, dice.pick(allLayers), statementOf(dice, given, 'Allow'))
    if (isFirstLimit(given, added)) return true
    return implies(isAllowed(given), isAllowed(added)) && implies(isExplicitlyDenied(given), isExplicitlyDenied(added))
  },
}

const limitLaws: Readonly<Record<string, Law>> = {
  'a boundary never widens: what is allowed with it is allowed without': (given) =>
    implies(isAllowed(given), isAllowed(withPolicies(given, { boundary: null }))),

  'a boundary that allows nothing leaves only what a resource-based policy grants to the caller itself': (given) => {
    const bounded = withPolicies(given, { boundary: allowsNothing })
    return implies(isAllowed(bounded), isAllowed(withoutAllows(bounded, 'identity')))
  },

  'a session policy never widens: what a role session is allowed with it, it is allowed without': (given) =>
    given.request.principalType === 'federated-user' || implies(isAllowed(given), isAllowed(withPolicies(given, { session: [] }))),

  'a session policy of a federated user never gives more than one that allows everything': (given) =>
    given.policies.session.length === 0 || implies(isAllowed(given), isAllowed(withPolicies(given, { session: [allowsEverything] }))),

  'a federated user without session policy has only what a resource-based policy grants to its session': (given) => {
    const unlimited = withPolicies(given, { session: [] })
    return (
      given.request.principalType !== 'federated-user' || implies(isAllowed(unlimited), isAllowed(withoutAllows(unlimited, 'identity')))
    )
  },

  'SCPs, RCPs and endpoint policies never widen: what is allowed with them is allowed without': (given) =>
    [{ scp: [] }, { rcp: [] }, { vpce: [] }].every((none) => implies(isAllowed(given), isAllowed(withPolicies(given, none)))),

  'every level of SCPs is needed: below a level that allows nothing nothing is allowed': (given) =>
    isAlwaysAllowed(given) ||
    !layersOf(given).includes('scp') ||
    !isAllowed(withPolicies(given, { scp: [...given.policies.scp, [allowsNothing]] })),

  'layers that do not apply to the caller are ignored wholly, denies included': (given) => {
    const applicable = layersOf(given)
    const without = (layer: Layer, none: Partial<CasePolicies>) => (applicable.includes(layer) ? {} : none)
    const ignored = {
      ...without('identity', { identity: [] }),
      ...without('boundary', { boundary: null }),
      ...without('session', { session: [] }),
      ...without('scp', { scp: [] }),
    }
    return decide(withPolicies(given, ignored)) === decide(given)
  },
}

const formLaws: Readonly<Record<string, Law>> = {
  'order of statements, policies, levels and values is irrelevant': (given, dice) => {
    const shuffledValues = (statement: StatementJson) => mapValues(statement, (values) => dice.shuffled(listOf(values)))
    const shuffledPolicies = (policies: readonly PolicyJson[]) =>
      dice.shuffled(mapStatements(policies, (statements) => dice.shuffled(statements).map(shuffledValues)))
    return decide(mapPolicies(given, shuffledPolicies, (levels) => dice.shuffled(levels))) === decide(given)
  },

  'duplicates are irrelevant': (given) => {
    const twice = <T>(items: readonly T[]) => [...items, ...items]
    const doubledValues = (statement: StatementJson) => mapValues(statement, (values) => twice(listOf(values)))
    const doubledPolicies = (policies: readonly PolicyJson[]) =>
      twice(mapStatements(policies, (statements) => twice(statements.map(doubledValues))))
    return decide(mapPolicies(given, doubledPolicies, twice)) === decide(given)
  },

  'a value and a list of that one value are the same': (given) => {
    const listed = (statement: StatementJson) => mapValues(statement, listOf)
    return decide(mapPolicies(given, (policies) => mapStatements(policies, (statements) => statements.map(listed)))) === decide(given)
  },

  'a list of actions, resources or principals is as many statements': (given) =>
    decide(mapPolicies(given, (policies) => mapStatements(policies, (statements) => statements.flatMap(splitStatement)))) === decide(given),

  'letter case of the action, of operators and of condition keys is irrelevant': (given) => {
    const shouted = mapPolicies(given, (policies) => mapStatements(policies, (statements) => statements.map(shoutStatement)))
    return decide({ ...shouted, request: { ...given.request, action: given.request.action.toUpperCase() } }) === decide(given)
  },

  'a context key that no policy mentions changes nothing': (given) => {
    const context = { ...given.request.context, 'aws:ViaAWSService': 'true', 'aws:CalledVia': ['ecs.amazonaws.com'] }
    return decide({ ...given, request: { ...given.request, context } }) === decide(given)
  },

  'among many statements that ask for another value each decides as if it were alone': (given, dice) => {
    const key = dice.pick(['tidegate:Pick', 'TIDEGATE:PICK'])
    const { value, conditions } = dice.pick(waysToAsk)
    const alike = (statement: StatementJson, operator: string, values: OneOrMany<string>) => {
      const earlier = statement.Condition ?? {}
      // In whatever case it is written: an operator must not stand there twice.
      const written = Object.keys(earlier).find((name) => name.toLowerCase() === operator.toLowerCase()) ?? operator
      return { ...statement, Condition: { ...earlier, [written]: { ...earlier[written], [key]: values } } }
    }
    const amongMany = (statement: StatementJson) => {
      const others = Array.from({ length: 9 }, (_, index) => alike(statement, 'StringEquals', `other-${index}`))
      return dice.shuffled([...others, alike(statement, ...dice.pick(conditions))])
    }
    const many = mapPolicies(given, (policies) => mapStatements(policies, (statements) => statements.flatMap(amongMany)))
    const context = { ...given.request.context, ...(value !== undefined && { 'tidegate:pick': value }) }
    return decide({ ...many, request: { ...given.request, context } }) === decide(given)
  },
}

/** Values of a key, and conditions that they fulfil. */
const waysToAsk: NonEmpty<{
  readonly value: OneOrMany<string> | undefined
  readonly conditions: NonEmpty<readonly [operator: string, values: OneOrMany<string>]>
}> = [
  {
    value: 'mine',
    conditions: [
      ['StringEquals', 'mine'],
      ['StringEquals', ['other-20', 'mine']],
      ['StringLike', 'm*'],
      ['ForAnyValue:StringEquals', 'mine'],
    ],
  },
  {
    value: ['other-20', 'mine'],
    conditions: [
      ['StringEquals', 'mine'],
      ['ForAnyValue:StringEquals', 'mine'],
      ['ForAllValues:StringEquals', ['mine', 'other-20', 'other-21']],
      ['StringEqualsIfExists', 'mine'],
    ],
  },
  {
    value: undefined,
    conditions: [
      ['StringEqualsIfExists', 'mine'],
      ['ForAllValues:StringEquals', 'mine'],
      ['StringNotEquals', 'mine'],
    ],
  },
]
type NonEmpty<T> = readonly [T, ...T[]]

describe.for([
  { about: 'deny', laws: denyLaws },
  { about: 'limits', laws: limitLaws },
  { about: 'form', laws: formLaws },
])('$about', ({ laws }) => {
  test.for(Object.entries(laws))('%s', patience, ([, law], { expect }) => {
    const found = counterexampleTo(law, seed, Math.ceil(caseCount / 20))
    expect(found, found).toBeUndefined()
  })
})

// In rounds, so that a long run can report in between.
test.for(rounds)('engine = reference, round %i', patience, (round, { expect }) => {
  const found = counterexampleTo((given) => decide(given) === referenceDecision(given), seed + round, Math.ceil(caseCount / rounds.length))
  expect(found, found).toBeUndefined()
})

/** A case that the engine refuses to read is no decision of any kind. */
function decide(given: EvaluationCase): Outcome | `unreadable: ${string}` {
  try {
    return evaluateCase(given).decision
  } catch (error) {
    return `unreadable: ${String(error)}`
  }
}

// --- Stating a law ----------------------------------------------------------------------------------------------------

/** The smallest case it can find, as a vector line with the decision of the reference. */
function counterexampleTo(law: Law, firstSeed: number, numRuns: number): string | undefined {
  const holds = ([given, lawSeed]: readonly [EvaluationCase, number]) => law(given, new Dice(lawSeed))
  const { counterexample } = fc.check(fc.property(evaluationCasesAndSeeds, holds), { seed: firstSeed, numRuns, endOnFailure: true })
  if (counterexample === null) return undefined
  const [[given, lawSeed]] = counterexample
  const smallest = minimized(given, (candidate) => !holds([candidate, lawSeed]))
  return `TIDEGATE_SEED=${seed}, the engine says ${decide(smallest)}:\n${vectorLine(smallest, referenceDecision(smallest))}`
}

function implies(premise: boolean, conclusion: boolean): boolean {
  return !premise || conclusion
}

function isAllowed(given: EvaluationCase): boolean {
  return decide(given) === 'allow'
}

function isExplicitlyDenied(given: EvaluationCase): boolean {
  return decide(given) === 'explicitDeny'
}

/** Calls for which policies do not matter, or only their denies do. */
function isAlwaysAllowed({ request }: EvaluationCase): boolean {
  return ['sts:getcalleridentity', 'sts:getsessiontoken'].includes(request.action.toLowerCase())
}

// --- Changing a case --------------------------------------------------------------------------------------------------

const allLayers = ['identity', 'boundary', 'session', 'scp', 'rcp', 'resource', 'vpce'] as const
type Layer = (typeof allLayers)[number]

const allowsNothing: PolicyJson = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'none:None', Resource: '*' }] }
const allowsEverything: PolicyJson = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }

/** The layers that apply to the caller; RCPs depend on the action and are left out. */
function layersOf({ request }: EvaluationCase): readonly Layer[] {
  const isServiceLinked = request.principalRoleArn?.includes(':role/aws-service-role/') === true
  switch (request.principalType) {
    case 'user':
      return ['identity', 'boundary', 'scp', 'resource', 'vpce']
    case 'role-session':
      return ['identity', 'boundary', 'session', 'resource', 'vpce', ...(isServiceLinked ? [] : ['scp' as const])]
    case 'federated-user':
      return ['identity', 'boundary', 'session', 'scp', 'resource', 'vpce']
    case 'root':
      return ['scp', 'resource', 'vpce']
    default:
      return ['resource', 'vpce']
  }
}

/** The statement as a further policy, or in the one policy of the layer. */
function withStatement(given: EvaluationCase, layer: Layer, statement: StatementJson): EvaluationCase {
  const { policies } = given
  const needsPrincipal = layer === 'resource' || layer === 'rcp' || layer === 'vpce'
  const document: PolicyJson = { Version: '2012-10-17', Statement: [needsPrincipal ? { ...statement, Principal: '*' } : statement] }
  switch (layer) {
    case 'boundary':
    case 'resource':
      return withPolicies(given, { [layer]: merged(policies[layer], document) })
    case 'scp':
      return withPolicies(given, { scp: [[document, ...(policies.scp[0] ?? [])], ...policies.scp.slice(1)] })
    case 'rcp':
      return withPolicies(given, { rcp: [...policies.rcp, [document]] })
    default:
      return withPolicies(given, { [layer]: [...(policies[layer] ?? []), document] })
  }
}

/** `2008-10-17` would change its meaning beside variables, so the statements keep to the language of the first document. */
function merged(first: PolicyJson | null, second: PolicyJson): PolicyJson {
  return first === null ? second : { ...first, Statement: [...statementsOf(first), ...statementsOf(second)] }
}

/** A first boundary, session policy, SCP level or endpoint policy also limits, so it is no mere addition of a statement. */
function isFirstLimit({ policies: before }: EvaluationCase, { policies: after }: EvaluationCase): boolean {
  return (
    (before.boundary === null && after.boundary !== null) ||
    (before.session.length === 0 && after.session.length > 0) ||
    (before.scp.length === 0 && after.scp.length > 0) ||
    ((before.vpce ?? []).length === 0 && (after.vpce ?? []).length > 0)
  )
}

function withPolicies(given: EvaluationCase, changed: Partial<CasePolicies>): EvaluationCase {
  return { ...given, policies: { ...given.policies, ...changed } }
}

function withoutAllows(given: EvaluationCase, ...layers: readonly ('identity' | 'resource')[]): EvaluationCase {
  const { identity, resource } = given.policies
  const denies = (policies: readonly PolicyJson[]) =>
    mapStatements(policies, (statements) => statements.filter(({ Effect }) => Effect === 'Deny')).filter(
      (document) => statementsOf(document).length > 0,
    )
  return withPolicies(given, {
    ...(layers.includes('identity') && { identity: denies(identity) }),
    ...(layers.includes('resource') && { resource: denies(resource === null ? [] : [resource])[0] ?? null }),
  })
}

function mapPolicies(
  given: EvaluationCase,
  map: (policies: readonly PolicyJson[]) => readonly PolicyJson[],
  mapLevels: (levels: CasePolicies['scp']) => CasePolicies['scp'] = (levels) => levels,
): EvaluationCase {
  const { identity, resource, boundary, session, scp, rcp, vpce } = given.policies
  const mapOne = (document: PolicyJson | null) => (document === null ? null : (map([document])[0] ?? null))
  return withPolicies(given, {
    identity: map(identity),
    resource: mapOne(resource),
    boundary: mapOne(boundary),
    session: map(session),
    scp: mapLevels(scp.map(map)),
    rcp: mapLevels(rcp.map(map)),
    ...(vpce !== undefined && { vpce: map(vpce) }),
  })
}

function mapStatements(
  policies: readonly PolicyJson[],
  map: (statements: readonly StatementJson[]) => readonly StatementJson[],
): readonly PolicyJson[] {
  return policies.map((document) => ({ ...document, Statement: map(statementsOf(document)) }))
}

function statementsOf({ Statement }: PolicyJson): readonly StatementJson[] {
  return listOf(Statement)
}

/** The statement with every value or list of values replaced by a list. */
function mapValues(statement: StatementJson, map: <T>(values: OneOrMany<T>) => readonly T[]): StatementJson {
  const mapRecord = <T>(record: Readonly<Record<string, OneOrMany<T>>>) =>
    Object.fromEntries(Object.entries(record).map(([key, values]) => [key, map(values)]))
  const { Action, NotAction, Resource, NotResource, Principal, NotPrincipal, Condition, ...rest } = statement
  return {
    ...rest,
    ...(Action !== undefined && { Action: map(Action) }),
    ...(NotAction !== undefined && { NotAction: map(NotAction) }),
    ...(Resource !== undefined && { Resource: map(Resource) }),
    ...(NotResource !== undefined && { NotResource: map(NotResource) }),
    ...(Principal !== undefined && { Principal: Principal === '*' ? Principal : mapRecord(Principal) }),
    ...(NotPrincipal !== undefined && { NotPrincipal: NotPrincipal === '*' ? NotPrincipal : mapRecord(NotPrincipal) }),
    ...(Condition !== undefined && {
      Condition: Object.fromEntries(Object.entries(Condition).map(([operator, keys]) => [operator, mapRecord(keys)])),
    }),
  }
}

function splitStatement(statement: StatementJson): readonly StatementJson[] {
  const { Action, Resource, Principal } = statement
  if (Action !== undefined && isList(Action)) return Action.flatMap((one) => splitStatement({ ...statement, Action: one }))
  if (Resource !== undefined && isList(Resource)) return Resource.flatMap((one) => splitStatement({ ...statement, Resource: one }))
  if (Principal === undefined || Principal === '*') return [statement]
  return Object.entries(Principal).flatMap(([type, names]) => listOf(names).map((name) => ({ ...statement, Principal: { [type]: name } })))
}

/** Operators and keys in upper case, unless two of them would become one. */
function shoutStatement(statement: StatementJson): StatementJson {
  const { Condition } = statement
  if (Condition === undefined) return statement
  const names = [Condition, ...Object.values(Condition)].map((record) => Object.keys(record).map((name) => name.toUpperCase()))
  if (names.some((shouted) => new Set(shouted).size < shouted.length)) return statement
  const shout = <T>(record: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name.toUpperCase(), value]))
  return { ...statement, Condition: shout(Object.fromEntries(Object.entries(Condition).map(([name, keys]) => [name, shout(keys)]))) }
}

function listOf<T>(values: OneOrMany<T>): readonly T[] {
  return isList(values) ? values : [values]
}

/** `Array.isArray` that also knows read-only arrays. */
function isList<T>(values: OneOrMany<T>): values is readonly T[] {
  return Array.isArray(values)
}
