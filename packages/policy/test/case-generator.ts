/**
 * Draws evaluation cases that nearly match: a request from small pools, and policies made by moving its own action, resource,
 * caller and context a little towards or away from a match. Random text would almost never get past the first element of a
 * statement; here most statements hang on one detail. A case is a function of its seed, so a failure is a number.
 */
import fc from 'fast-check'
import { baseOperators } from '../src/document/policy-document.ts'
import type {
  CasePolicies,
  CaseRequest,
  ContextJson,
  EvaluationCase,
  OneOrMany,
  Outcome,
  PolicyJson,
  PrincipalJson,
  PrincipalType,
  Scalar,
  StatementJson,
} from './reference.ts'

/** A case together with a seed for what a law does to it. */
export const evaluationCasesAndSeeds: fc.Arbitrary<readonly [EvaluationCase, number]> = fc.noShrink(
  fc.noBias(fc.tuple(fc.nat().map(caseOf), fc.nat())),
)

export function caseOf(seed: number): EvaluationCase {
  const dice = new Dice(seed)
  const request = requestOf(dice)
  const kind = dice.below(10)
  if (kind < 4) return caseOfOneCondition(dice, request)
  if (kind < 6) return caseOfOneStatement(dice, request)
  return { request, policies: policiesOf(dice, request) }
}

/** A statement that could stand in any identity-based policy of the case. */
export function statementOf(dice: Dice, { request }: EvaluationCase, effect: 'Allow' | 'Deny'): StatementJson {
  return statement(dice, request, effect, 'identity')
}

/** A small generator of random numbers (mulberry32): reproducible, and fast enough for millions of draws. */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b)
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }

  percent(chance: number): boolean {
    return this.below(100) < chance
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0]
  }

  times<T>(count: number, make: () => T): T[] {
    return Array.from({ length: count }, make)
  }

  shuffled<T>(items: readonly T[]): T[] {
    const rest = [...items]
    return items.flatMap(() => rest.splice(this.below(rest.length), 1))
  }
}

// --- Requests ---------------------------------------------------------------------------------------------------------

const home = '111122223333'
const partner = '444455556666'

type Caller = Omit<CaseRequest, 'action' | 'resource' | 'resourceAccount' | 'context'>

const callers: { readonly [Kind in PrincipalType]: readonly [Caller, ...Caller[]] } = {
  user: [
    { principal: `arn:aws:iam::${home}:user/alice`, principalType: 'user' },
    { principal: `arn:aws:iam::${home}:user/team/alice`, principalType: 'user' },
    { principal: `arn:aws:iam::${partner}:user/carol`, principalType: 'user' },
    { principal: `arn:aws-cn:iam::${home}:user/alice`, principalType: 'user' },
    { principal: `arn:aws:iam::${home}:user/alice`, principalType: 'user', principalId: 'AIDAEXAMPLE' },
    { principal: `arn:aws:iam::${home}:user/alice`, principalType: 'user', principalTemporary: 'with-mfa' },
    { principal: `arn:aws:iam::${home}:user/alice`, principalType: 'user', principalTemporary: 'without-mfa' },
  ],
  'role-session': [
    session(home, 'AppRole', 'web-1', 'role/AppRole'),
    session(home, 'AppRole', 'web-1', 'role/service/AppRole'),
    session(partner, 'PartnerRole', 'job-7', 'role/PartnerRole'),
    session(home, 'AWSServiceRoleForECS', 'ecs', 'role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS'),
    { principal: `arn:aws:sts::${home}:assumed-role/AppRole/web-1`, principalType: 'role-session' },
    { principal: `arn:aws:sts::${home}:assumed-role/AppRole/web-1`, principalType: 'role-session', principalId: 'AROAEXAMPLE' },
  ],
  'federated-user': [
    { principal: `arn:aws:sts::${home}:federated-user/bob`, principalType: 'federated-user' },
    { principal: `arn:aws:sts::${partner}:federated-user/carol`, principalType: 'federated-user' },
  ],
  root: [
    { principal: `arn:aws:iam::${home}:root`, principalType: 'root' },
    { principal: `arn:aws:iam::${partner}:root`, principalType: 'root' },
  ],
  service: [
    { principal: 'ecs-tasks.amazonaws.com', principalType: 'service' },
    { principal: 'ecs.amazonaws.com', principalType: 'service' },
  ],
  federated: [
    { principal: `arn:aws:iam::${home}:oidc-provider/token.actions.githubusercontent.com`, principalType: 'federated' },
    { principal: `arn:aws:iam::${home}:saml-provider/Example`, principalType: 'federated' },
    { principal: 'cognito-identity.amazonaws.com', principalType: 'federated' },
  ],
  anonymous: [{ principal: 'anonymous', principalType: 'anonymous' }],
}

const callerKinds = kinds({ user: 30, 'role-session': 28, 'federated-user': 12, root: 9, service: 8, federated: 7, anonymous: 6 })

type Target = readonly [action: string, resource: string]

const targets: readonly [Target, ...Target[]] = [
  ['s3:GetObject', 'arn:aws:s3:::reports/2024/q1.csv'],
  ['s3:GetObject', 'arn:aws:s3:::home/alice/a*b'],
  ['s3:PutObject', 'arn:aws:s3:::home/${aws:username}/x'],
  ['s3:ListBucket', 'arn:aws:s3:::reports'],
  ['ecs:StopTask', `arn:aws:ecs:us-east-1:${home}:task/prod/0f1e2d3c`],
  ['ecs:RunTask', `arn:aws:ecs:us-east-1:${home}:task-definition/web:7`],
  ['ecs:DeleteCluster', `arn:aws:ecs:eu-west-1:${partner}:cluster/prod`],
  ['ecs:ListClusters', '*'],
  ['sqs:SendMessage', `arn:aws:sqs:us-east-1:${home}:jobs`],
  ['secretsmanager:GetSecretValue', `arn:aws:secretsmanager:us-east-1:${home}:secret:prod/db-AbCdEf`],
  ['logs:PutLogEvents', `arn:aws:logs:us-east-1:${home}:log-group:/ecs/web:log-stream:red`],
  ['dynamodb:GetItem', `arn:aws:dynamodb:us-east-1:${home}:table/prod-orders`],
  ['ecr:BatchGetImage', `arn:aws:ecr:us-east-1:${home}:repository/web`],
  ['kms:Decrypt', `arn:aws:kms:us-east-1:${home}:key/1234abcd`],
  ['kms:Decrypt', `arn:aws:kms:us-east-1:${home}:key/1234abcd`],
  ['kms:RetireGrant', `arn:aws:kms:us-east-1:${home}:key/1234abcd`],
  ['kms:CreateAlias', `arn:aws:kms:us-east-1:${home}:alias/prod`],
  ['kms:ListKeys', '*'],
  ['sts:AssumeRole', `arn:aws:iam::${home}:role/Target`],
  ['sts:AssumeRole', `arn:aws:iam::${home}:role/team/Target`],
  ['sts:TagSession', `arn:aws:iam::${home}:role/Target`],
  ['sts:AssumeRoleWithWebIdentity', `arn:aws:iam::${home}:role/Target`],
  ['sts:GetCallerIdentity', '*'],
  ['sts:GetSessionToken', '*'],
  ['sts:GetFederationToken', `arn:aws:sts::${home}:federated-user/bob`],
  ['iam:PassRole', `arn:aws:iam::${home}:role/Target`],
  ['iam:GetUser', `arn:aws:iam::${home}:user/alice`],
  ['iam:ListUsers', '*'],
]

function session(account: string, role: string, name: string, rolePath: string): Caller {
  return {
    principal: `arn:aws:sts::${account}:assumed-role/${role}/${name}`,
    principalType: 'role-session',
    principalRoleArn: `arn:aws:iam::${account}:${rolePath}`,
  }
}

function kinds(weights: { readonly [Kind in PrincipalType]: number }): readonly [PrincipalType, ...PrincipalType[]] {
  const all = (Object.keys(callers) as PrincipalType[]).flatMap((kind) => Array.from({ length: weights[kind] }, () => kind))
  return [all[0] ?? 'user', ...all]
}

function requestOf(dice: Dice): CaseRequest {
  const [action, resource] = dice.pick(targets)
  return {
    ...dice.pick(callers[dice.pick(callerKinds)]),
    action: dice.percent(8) ? caseChanged(dice, action) : action,
    resource,
    ...dice.pick<Pick<CaseRequest, 'resourceAccount'>>([
      { resourceAccount: home },
      { resourceAccount: home },
      { resourceAccount: home },
      { resourceAccount: partner },
      { resourceAccount: partner },
      { resourceAccount: '' },
      {},
    ]),
    context: contextOf(dice),
  }
}

// --- Context ----------------------------------------------------------------------------------------------------------

/** What a condition key holds; each type has texts that are equal, near, far and unreadable. */
type ValueType = 'string' | 'numeric' | 'date' | 'bool' | 'ip' | 'arn' | 'binary'

const keysOfType: { readonly [Type in ValueType]: readonly [string, ...string[]] } = {
  string: ['aws:PrincipalTag/Team', 'aws:ResourceTag/Team', 'aws:username', 's3:prefix', 'aws:TagKeys', 'aws:PrincipalOrgPaths'],
  numeric: ['aws:MultiFactorAuthAge', 'ecs:task-cpu'],
  date: ['aws:CurrentTime', 'aws:TokenIssueTime'],
  bool: ['aws:MultiFactorAuthPresent', 'aws:SecureTransport'],
  ip: ['aws:SourceIp', 'aws:VpcSourceIp'],
  arn: ['aws:SourceArn', 'ecs:cluster', 'ecs:capacity-provider'],
  binary: ['kms:RecipientAttestation:ImageSha384'],
}

const textsOfType: { readonly [Type in ValueType]: readonly [string, ...string[]] } = {
  string: [
    'red',
    'Red',
    'blue',
    'alice',
    'prod',
    'reports',
    '2024',
    'Target',
    'a*b',
    'r?d',
    '*',
    '',
    '${aws:username}',
    'home/alice',
    'a\nb',
  ],
  numeric: ['5', '5.0', '+5', '5e0', '0.5e1', '-3', '.5', '0.5', '5.', '1e3', '1000', '1024', 'five', '', ' 5', '0x5', 'Infinity'],
  date: [
    '2024',
    '2024-01',
    '2024-01-01',
    '2024-01-01T00:00Z',
    '2024-01-01T00:00:00Z',
    '2024-01-01T00:00:00.500Z',
    '2024-01-01T01:00:00+01:00',
    '2023-12-31T19:00:00-0500',
    '1704067200',
    '1704067200.5',
    '1704153600',
    '2024-02-30',
    '2024-13',
    '20240101',
    '0',
    '02024',
    '2024-01-01T00:00:00',
    'yesterday',
    '',
  ],
  bool: ['true', 'false', 'True', 'FALSE', 'yes', '1', ''],
  ip: [
    '203.0.113.7',
    '203.0.113.9',
    '203.0.113.007',
    '203.0.113.0/24',
    '203.0.113.99/24',
    '203.0.113.7/32',
    '203.0.113.6/31',
    '203.0.113.7/33',
    '0.0.0.0/0',
    '10.0.0.1',
    '256.0.113.7',
    '203.0.113',
    '2001:db8::1',
    '2001:DB8:0:0:0:0:0:1',
    '2001:db8::/32',
    '2001:db8:ffff::1/32',
    '2001:db8::1/129',
    '::/0',
    '::',
    '::ffff:203.0.113.7',
    '::ffff:cb00:7107',
    '::ffff:0:0/96',
    '1:2:3:4:5:6:7::',
    '1:2:3:4:5:6:7:0',
    '1:2:3:4:5:6::7:0',
    '1:2:3:4:5:6:7::8:9',
    '2001:db8::1::',
    '',
  ],
  arn: [
    `arn:aws:ecs:us-east-1:${home}:cluster/prod`,
    `arn:aws:ecs:us-east-1:${home}:cluster/dev`,
    `arn:aws:ecs:us-east-1:${partner}:cluster/prod`,
    `arn:aws:sns:us-east-1:${home}:orders:sub`,
    'arn:aws:s3:::reports',
    'arn:aws:ecs:prod',
    'prod',
    '',
  ],
  binary: ['QmluYXJ5', 'QQ==', 'QR==', 'QQ=', 'QQ', 'T3RoZXI=', '', 'Qm!='],
}

function contextOf(dice: Dice): ContextJson {
  const context: Record<string, string | readonly string[]> = {}
  for (const type of valueTypes) {
    for (const key of keysOfType[type]) {
      if (!dice.percent(60)) continue
      const name = dice.percent(15) ? caseChanged(dice, key) : key
      const isMultivalued = dice.percent(multivaluedKeys.has(key) ? 85 : 8)
      context[name] = isMultivalued ? dice.times(dice.below(4), () => dice.pick(textsOfType[type])) : dice.pick(textsOfType[type])
      if (dice.percent(3)) context[key.toUpperCase()] = dice.pick(textsOfType[type])
    }
  }
  return context
}

// --- Policies ---------------------------------------------------------------------------------------------------------

type Place = 'identity' | 'resource' | 'rcp' | 'endpoint'

function policiesOf(dice: Dice, request: CaseRequest): CasePolicies {
  return {
    identity: dice.times(dice.below(3), () => policy(dice, request, 'identity', 78)),
    resource: dice.percent(65) ? policy(dice, request, 'resource', 80) : null,
    boundary: dice.percent(25) ? policy(dice, request, 'identity', 92) : null,
    session: dice.percent(45) ? dice.times(1 + dice.below(2), () => policy(dice, request, 'identity', 92)) : [],
    scp: dice.percent(25) ? dice.times(1 + dice.below(2), () => scpLevel(dice, request)) : [],
    rcp: dice.percent(18) ? [dice.times(1 + dice.below(2), () => policy(dice, request, 'rcp', 15))] : [],
    ...(dice.percent(20) && { vpce: dice.percent(20) ? [] : [policy(dice, request, 'endpoint', 94)] }),
  }
}

function scpLevel(dice: Dice, request: CaseRequest): readonly PolicyJson[] {
  if (dice.percent(5)) return []
  return [...(dice.percent(65) ? [allowsEverything] : []), ...(dice.percent(65) ? [policy(dice, request, 'identity', 65)] : [])]
}

function policy(dice: Dice, request: CaseRequest, place: Place, allowPercent: number): PolicyJson {
  const statements = dice.times(dice.percent(60) ? 1 : 2 + dice.below(2), () =>
    statement(dice, request, dice.percent(allowPercent) ? 'Allow' : 'Deny', place),
  )
  const [first] = statements
  return document(dice, statements.length === 1 && first !== undefined && dice.percent(20) ? first : statements)
}

function document(dice: Dice, Statement: OneOrMany<StatementJson>): PolicyJson {
  const version = dice.below(10)
  return { ...(version < 9 && { Version: version === 0 ? '2008-10-17' : '2012-10-17' }), Statement }
}

/** A case in which nothing but one condition is in question: most operators need the company of their own kind of value. */
function caseOfOneCondition(dice: Dice, { context }: CaseRequest): EvaluationCase {
  const request: CaseRequest = {
    ...callers.user[0],
    action: 'ecs:StopTask',
    resource: `arn:aws:ecs:us-east-1:${home}:task/prod/1`,
    context,
  }
  const conditional = { Action: '*', Resource: '*', Condition: conditions(dice, request, 1) }
  const identity = dice.percent(50)
    ? [document(dice, { Effect: 'Allow', ...conditional })]
    : [document(dice, [allowStatement, { Effect: 'Deny', ...conditional }])]
  return { request, policies: { ...noPolicies, identity } }
}

/** A case in which one statement has to match, in an identity-based or in a resource-based policy. */
function caseOfOneStatement(dice: Dice, request: CaseRequest): EvaluationCase {
  const effect = dice.percent(65) ? 'Allow' : 'Deny'
  const place = dice.percent(60) ? 'resource' : 'identity'
  const { Condition: _, ...unconditional } = statement(dice, request, effect, place)
  const only = document(dice, unconditional)
  const identity = dice.percent(effect === 'Deny' ? 100 : 45) ? [allowsEverything] : []
  const boundary = dice.percent(25) ? allowsEverything : null
  if (place === 'resource') return { request, policies: { ...noPolicies, identity, boundary, resource: only } }
  return { request, policies: { ...noPolicies, boundary, identity: effect === 'Deny' ? [...identity, only] : [only] } }
}

const allowStatement: StatementJson = { Effect: 'Allow', Action: '*', Resource: '*' }
const allowsEverything: PolicyJson = { Version: '2012-10-17', Statement: [allowStatement] }
const noPolicies: CasePolicies = { identity: [], resource: null, boundary: null, session: [], scp: [], rcp: [] }

function statement(dice: Dice, request: CaseRequest, effect: 'Allow' | 'Deny', place: Place): StatementJson {
  // A Deny has to miss more often, or nearly every case would be one.
  const match = effect === 'Allow' ? 93 : 68
  const hasResource = place !== 'resource' || dice.percent(80)
  return {
    Effect: effect,
    ...principalElement(dice, request, place, match),
    ...(dice.percent(12)
      ? { NotAction: actionPatterns(dice, request.action, 100 - match) }
      : { Action: actionPatterns(dice, request.action, match) }),
    ...(hasResource &&
      (dice.percent(12)
        ? { NotResource: resourcePatterns(dice, request, 100 - match) }
        : { Resource: resourcePatterns(dice, request, match) })),
    ...(dice.percent(45) && { Condition: conditions(dice, request, dice.percent(75) ? 1 : 2) }),
  }
}

/** One to three texts of which the first is close to matching with the given chance, the others seldom are. */
function oneOrMany(dice: Dice, match: number, make: (isMatching: boolean) => string): OneOrMany<string> {
  const first = make(dice.percent(match))
  if (dice.percent(60)) return first
  return dice.shuffled([first, ...dice.times(dice.below(3), () => make(dice.percent(match >> 1)))])
}

// --- Action and Resource ----------------------------------------------------------------------------------------------

function actionPatterns(dice: Dice, action: string, match: number): OneOrMany<string> {
  const [service = '', name = ''] = action.split(':')
  return oneOrMany(dice, match, (isMatching) => {
    if (!isMatching) return dice.pick([`${service}:${differing(dice, name)}`, `${service}:${name}X`, `ec2:${name}`, `${service}:Create*`])
    return dice.pick(['*', `${service}:*`, action, caseChanged(dice, action), `${service}:${globbed(dice, name)}`])
  })
}

function resourcePatterns(dice: Dice, { resource, context }: CaseRequest, match: number): OneOrMany<string> {
  return oneOrMany(dice, match, (isMatching) => {
    if (resource === '*') return isMatching ? '*' : `arn:aws:ecs:us-east-1:${home}:cluster/*`
    const segments = resource.split(':')
    const head = segments.slice(0, 5)
    const tail = segments.slice(5).join(':')
    if (!isMatching) {
      return dice.pick([
        [...head, differing(dice, tail)].join(':'),
        [...head, `${tail}${dice.pick(['/', 'x', '?', '${'])}`].join(':'),
        [...head.with(2 + dice.below(3), 'other'), tail].join(':'),
        [...head.with(4, '?*?'), tail].join(':'),
        ['arn:aws', '*-1', tail].join(':'),
        'arn:aws:s3:::reports/*',
      ])
    }
    return dice.pick([
      '*',
      resource,
      [...head, globbed(dice, tail)].join(':'),
      [...head, globbed(dice, tail)].join(':'),
      [...head, withVariable(dice, tail, context)].join(':'),
      [...head, withVariable(dice, tail, context)].join(':'),
      [...globbedHead(dice, head), tail].join(':'),
      `${resource.slice(0, 8 + dice.below(resource.length))}*`,
      `arn:aws:${globbed(dice, resource.slice(8))}`,
      `arn:aws:${globbed(dice, resource.slice(8))}`,
      ['arn:aws', '*', tail.slice(dice.below(tail.length))].join(':'),
    ])
  })
}

/** A wildcard somewhere before the fifth colon, where it may or may not run past colons. */
function globbedHead(dice: Dice, head: readonly string[]): readonly string[] {
  const index = 3 + dice.below(2)
  const segment = head[index] ?? ''
  return head.with(index, dice.percent(40) ? '*' : globbed(dice, segment))
}

// --- Principal --------------------------------------------------------------------------------------------------------

function principalElement(
  dice: Dice,
  request: CaseRequest,
  place: Place,
  match: number,
): Pick<StatementJson, 'Principal' | 'NotPrincipal'> {
  if (place === 'identity') return {}
  if (place !== 'resource') return { Principal: dice.percent(70) ? '*' : { AWS: '*' } }
  if (dice.percent(18)) return { NotPrincipal: principals(dice, request, 65) }
  return { Principal: dice.percent(18) ? '*' : principals(dice, request, match) }
}

/** Some of the names of the caller, and some of its neighbours. */
function principals(dice: Dice, request: CaseRequest, match: number): PrincipalJson {
  const { principal, principalType } = request
  if (principalType === 'service' && dice.percent(90)) {
    return { Service: oneOrMany(dice, match, (isMatching) => (isMatching ? principal : 'events.amazonaws.com')) }
  }
  if (principalType === 'federated' && dice.percent(90)) {
    return { Federated: oneOrMany(dice, match, (isMatching) => (isMatching ? principal : 'accounts.google.com')) }
  }
  const own = ownNames(request)
  const some = dice.percent(25) ? own : own.filter(() => dice.percent(40))
  const names = dice.shuffled([
    ...(dice.percent(match) ? some : []),
    ...dice.times(dice.below(3), () => dice.pick(neighbours)),
    ...(dice.percent(4) ? ['*'] : []),
  ])
  const [only] = names
  if (only === undefined) return { AWS: dice.pick(neighbours) }
  return { AWS: names.length === 1 ? only : names, ...(dice.percent(10) && { Service: 'ecs-tasks.amazonaws.com' }) }
}

function ownNames(request: CaseRequest): readonly string[] {
  const { principal, principalType, principalId } = request
  const account = principal.split(':')[4] ?? home
  const accountNames = [`arn:aws:iam::${account}:root`, account]
  if (principalType === 'role-session') {
    return [principal, principalId ?? request.principalRoleArn ?? `arn:aws:iam::${account}:role/AppRole`, ...accountNames]
  }
  if (principalType === 'federated-user') return [principal, `arn:aws:iam::${account}:user/${principal.split('/')[1]}`, ...accountNames]
  return [principalId ?? principal, ...accountNames]
}

const neighbours: readonly [string, ...string[]] = [
  `arn:aws:iam::${home}:user/bob`,
  `arn:aws:iam::${home}:user/Alice`,
  `arn:aws:iam::${home}:role/AppRole`,
  `arn:aws:iam::${home}:role/appRole`,
  `arn:aws:sts::${home}:assumed-role/AppRole/web-2`,
  `arn:aws:sts::${home}:federated-user/alice`,
  `arn:aws:iam::${home}:root`,
  `arn:aws:iam::${partner}:root`,
  '999988887777',
  'AIDAEXAMPLE',
]

// --- Conditions -------------------------------------------------------------------------------------------------------

type Conditions = Record<string, Record<string, OneOrMany<Scalar>>>

function conditions(dice: Dice, request: CaseRequest, count: number): Conditions {
  const result: Conditions = {}
  for (let drawn = 0; drawn < count; drawn++) {
    const base = dice.pick(baseOperators)
    const operator = operatorName(dice, base)
    if (Object.keys(result).some((name) => name !== operator && name.toLowerCase() === operator.toLowerCase())) continue
    const type = dice.percent(94) ? typeOfOperator(base, dice) : dice.pick(valueTypes)
    const key = keyOf(dice, type, request.context)
    const name = dice.percent(20) ? caseChanged(dice, key) : key
    result[operator] = { ...result[operator], [name]: conditionValues(dice, request, base, type, key) }
  }
  return result
}

/** A key of the type, sooner one that the request has. */
function keyOf(dice: Dice, type: ValueType, context: ContextJson): string {
  const key = dice.pick(keysOfType[type])
  return context[key] === undefined && dice.percent(75) ? dice.pick(keysOfType[type]) : key
}

function operatorName(dice: Dice, base: string): string {
  if (base === 'Null') return base
  const set = dice.pick(['', '', '', 'ForAllValues:', 'ForAnyValue:'])
  const name = `${set}${base}${dice.percent(30) ? 'IfExists' : ''}`
  return dice.percent(6) ? caseChanged(dice, name) : name
}

function typeOfOperator(base: string, dice: Dice): ValueType {
  if (base === 'Null') return dice.pick(valueTypes)
  if (base.startsWith('String')) return 'string'
  if (base.startsWith('Numeric')) return 'numeric'
  if (base.startsWith('Date')) return 'date'
  if (base.startsWith('Arn')) return 'arn'
  if (base === 'Bool') return 'bool'
  return base === 'BinaryEquals' ? 'binary' : 'ip'
}

function conditionValues(dice: Dice, request: CaseRequest, base: string, type: ValueType, key: string): OneOrMany<Scalar> {
  const actual = [request.context[key] ?? []].flat()
  const make = () => conditionValue(dice, request, base, type, actual)
  return dice.percent(55) ? make() : dice.times(1 + dice.below(3), make)
}

function conditionValue(dice: Dice, request: CaseRequest, base: string, type: ValueType, actual: readonly string[]): Scalar {
  if (base === 'Null') return dice.pick<Scalar>(['true', 'false', true, false, 'True', 'maybe'])
  if (type === 'numeric' && dice.percent(15)) return dice.pick([5, 0.5, -3, 1000])
  if (type === 'bool' && dice.percent(30)) return dice.percent(50)
  const text = actual.length > 0 && dice.percent(75) ? (actual[dice.below(actual.length)] ?? '') : dice.pick(textsOfType[type])
  if (type === 'string' || type === 'arn') {
    const mutation = dice.below(10)
    if (mutation < 3) return withVariable(dice, text, request.context)
    if (mutation < 6) return globbed(dice, text)
    if (mutation < 7) return caseChanged(dice, text)
    if (mutation < 8) return differing(dice, text)
  }
  return type !== 'numeric' && dice.percent(4) ? withVariable(dice, text, request.context) : text
}

const valueTypes = Object.keys(keysOfType) as [ValueType, ...ValueType[]]
const multivaluedKeys = new Set(['aws:TagKeys', 'aws:PrincipalOrgPaths', 'ecs:capacity-provider'])

// --- Text -------------------------------------------------------------------------------------------------------------

/** The text with wildcards that still match it. */
function globbed(dice: Dice, text: string): string {
  const start = dice.below(text.length + 1)
  const end = start + dice.below(text.length - start + 1)
  return dice.pick([
    `${text.slice(0, start)}*${text.slice(end)}`,
    `${text.slice(0, start)}*${text.slice(end)}`,
    `${text.slice(0, start)}*${text.slice(start)}`,
    text.length > start ? `${text.slice(0, start)}?${text.slice(start + 1)}` : `${text}*`,
    `${text.slice(0, start)}*${text.slice(start, end)}*`,
    '*',
  ])
}

/** The text with one character, its length, or its letter case changed. */
function differing(dice: Dice, text: string): string {
  const at = dice.below(text.length + 1)
  return dice.pick([
    `${text.slice(0, at)}x${text.slice(at + 1)}`,
    `${text.slice(0, at)}?${text.slice(at)}`,
    text.slice(0, -1),
    swapCase(text),
  ])
}

function caseChanged(dice: Dice, text: string): string {
  return dice.pick([text.toUpperCase(), text.toLowerCase(), swapCase(text)])
}

function swapCase(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()))
}

/** The text with a variable in place of a part: where it can, one whose value is that part. */
function withVariable(dice: Dice, text: string, context: ContextJson): string {
  const fitting = Object.entries(context).filter(([, value]) => typeof value === 'string' && text.includes(value))
  const [key, value] = fitting[dice.below(fitting.length || 1)] ?? []
  if (key !== undefined && typeof value === 'string' && dice.percent(75)) {
    const name = dice.percent(20) ? caseChanged(dice, key) : key
    return text.replace(value, () => `\${${name}${dice.percent(15) ? ", 'prod'" : ''}}`)
  }
  const at = dice.below(text.length + 1)
  const end = at + dice.below(text.length - at + 1)
  const part = text.slice(at, end)
  const variable = dice.pick([
    `\${aws:PrincipalTag/Missing, '${part}'}`,
    `\${aws:TagKeys, '${part}'}`,
    '${aws:username}',
    '${aws:PrincipalTag/Team}',
    '${aws:TagKeys}',
    '${*}',
    '${?}',
    '${$}',
    '${',
  ])
  return `${text.slice(0, at)}${variable}${text.slice(end)}`
}

// --- Counterexamples --------------------------------------------------------------------------------------------------

/** The smallest case reached by leaving out one thing after the other while `fails` stays true. */
export function minimized(evaluationCase: EvaluationCase, fails: (candidate: EvaluationCase) => boolean): EvaluationCase {
  for (const candidate of smallerCases(evaluationCase)) {
    if (fails(candidate)) return minimized(candidate, fails)
  }
  return evaluationCase
}

/** A case as a line of `vectors/policy/evaluation-tidegate.jsonl`; id, description and basis are for the one who pastes it. */
export function vectorLine({ request, policies }: EvaluationCase, expected: Outcome): string {
  const head = { id: 'tg-found-000', area: 'found', description: '', request, policies }
  return JSON.stringify({ ...head, expected, confidence: 'derived', basis: '' })
}

function* smallerCases({ request, policies }: EvaluationCase): Iterable<EvaluationCase> {
  const { vpce = [] } = policies
  if (policies.boundary !== null) yield { request, policies: { ...policies, boundary: null } }
  if (policies.resource !== null) yield { request, policies: { ...policies, resource: null } }
  for (const layer of ['identity', 'session'] as const) {
    for (const list of smallerLists(policies[layer], smallerPolicies)) yield { request, policies: { ...policies, [layer]: list } }
  }
  for (const list of smallerLists(vpce, smallerPolicies)) yield { request, policies: { ...policies, vpce: list } }
  for (const layer of ['scp', 'rcp'] as const) {
    for (const levels of smallerLists(policies[layer], (level) => smallerLists(level, smallerPolicies))) {
      yield { request, policies: { ...policies, [layer]: levels } }
    }
  }
  for (const layer of ['boundary', 'resource'] as const) {
    const only = policies[layer]
    if (only === null) continue
    for (const smaller of smallerPolicies(only)) yield { request, policies: { ...policies, [layer]: smaller } }
  }
  for (const context of smallerRecords(request.context, () => [])) yield { request: { ...request, context }, policies }
}

function* smallerPolicies(document: PolicyJson): Iterable<PolicyJson> {
  for (const Statement of smallerValues(document.Statement)) yield { ...document, Statement }
  const statements = isList(document.Statement) ? document.Statement : [document.Statement]
  for (const [index, one] of statements.entries()) {
    for (const smaller of smallerStatements(one)) yield { ...document, Statement: statements.with(index, smaller) }
  }
}

function* smallerStatements(one: StatementJson): Iterable<StatementJson> {
  const { Condition, ...unconditional } = one
  if (Condition !== undefined) {
    yield unconditional
    const smallerBlocks = smallerRecords(Condition, (keys) => smallerRecords(keys, smallerValues))
    for (const smaller of smallerBlocks) if (Object.keys(smaller).length > 0) yield { ...unconditional, Condition: smaller }
  }
  for (const element of ['Action', 'NotAction', 'Resource', 'NotResource'] as const) {
    for (const smaller of smallerValues(one[element])) yield { ...one, [element]: smaller }
  }
  for (const element of ['Principal', 'NotPrincipal'] as const) {
    const principal = one[element]
    if (principal === undefined || principal === '*') continue
    const smallerElements = smallerRecords(principal, smallerValues)
    for (const smaller of smallerElements) if (Object.keys(smaller).length > 0) yield { ...one, [element]: smaller }
  }
}

function* smallerLists<T>(items: readonly T[], smallerItems: (item: T) => Iterable<T>): Iterable<readonly T[]> {
  for (const index of items.keys()) yield items.toSpliced(index, 1)
  for (const [index, item] of items.entries()) {
    for (const smaller of smallerItems(item)) yield items.with(index, smaller)
  }
}

function* smallerRecords<T>(record: Readonly<Record<string, T>>, smallerItems: (item: T) => Iterable<T>): Iterable<Record<string, T>> {
  for (const [name, value] of Object.entries(record)) {
    const { [name]: _, ...others } = record
    yield others
    for (const smaller of smallerItems(value)) yield { ...record, [name]: smaller }
  }
}

/** Lists with one value less; the last value stays, because the grammar wants one. */
function* smallerValues<T>(values: OneOrMany<T> | undefined): Iterable<readonly T[]> {
  if (values === undefined || !isList(values) || values.length < 2) return
  for (const index of values.keys()) yield values.toSpliced(index, 1)
}

/** `Array.isArray` that also knows read-only arrays. */
function isList<T>(value: OneOrMany<T>): value is readonly T[] {
  return Array.isArray(value)
}
