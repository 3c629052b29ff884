import { test } from 'vitest'
import { caseOf, Dice } from '../../test/case-generator.ts'
import { readCase } from '../case.ts'
import { conditionKey } from '../condition-key.ts'
import { authorize } from '../evaluate/authorize.ts'
import { covers, mayOverlap } from '../match/pattern-relation.ts'
import { Glob } from '../match/glob.ts'
import { plainPattern } from '../match/pattern.ts'
import { RequestContext } from '../request.ts'
import { possibleAccess, type PossibleAccess, type Question } from './possible-access.ts'

const account = '111122223333'
const task = `arn:aws:ecs:us-east-1:${account}:task/prod/1`

function asked(policies: object, context: object, more: Partial<Question> & { readonly resource?: string } = {}): PossibleAccess {
  const { resource = task, ...rest } = more
  const principal = { principal: `arn:aws:iam::${account}:user/alice`, principalType: 'user' }
  const request = { ...principal, action: 'ecs:StopTask', resource, resourceAccount: account, context }
  const read = readCase(JSON.stringify({ id: 'x', request, policies }))
  if (!read.ok) throw new Error(read.message)
  return possibleAccess({ request: read.case.request, policies: [read.case.policies], isUnknown: () => true, ...rest })
}
const statement = (more: object): object => ({ Effect: 'Allow', Action: 'ecs:*', Resource: '*', ...more })
const identity = (...statements: object[]): object => ({ identity: [{ Version: '2012-10-17', Statement: statements.map(statement) }] })
const mfa = { Sid: 'Mfa', Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }

test('what depends on a key that is not known is never called allowed or denied', ({ expect }) => {
  expect(asked(identity(mfa), {})).toMatchObject({
    effect: 'conditional',
    dependsOn: [{ sid: 'Mfa', effect: 'Allow', conditions: [{ operator: 'Bool', key: 'aws:MultiFactorAuthPresent', expected: ['true'] }] }],
  })
  const deny = { Sid: 'Off', Effect: 'Deny', Condition: { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }
  expect(asked(identity({}, deny), {})).toMatchObject({ effect: 'conditional', dependsOn: [{ sid: 'Off', effect: 'Deny' }] })
})

test('a key that is known to be absent, or has a value, settles it', ({ expect }) => {
  expect(asked(identity(mfa), {}, { isUnknown: () => false }).effect).toBe('deny')
  expect(asked(identity(mfa), { 'aws:MultiFactorAuthPresent': 'true' }).effect).toBe('allow')
})

test('what no unknown key can change is told for certain', ({ expect }) => {
  expect(asked(identity({}, mfa), {}).effect).toBe('allow')
  expect(asked(identity(mfa, { Effect: 'Deny' }), {}).effect).toBe('deny')
  expect(asked(identity({ ...mfa, Resource: 'arn:aws:ecs:*:*:service/*' }), {}).effect).toBe('deny')
})

test('a variable whose key is not known may stand for the resource', ({ expect }) => {
  const own = { Resource: 'arn:aws:ecs:*:*:task/${aws:PrincipalTag/team}/*' }
  expect(asked(identity(own), {}).effect).toBe('conditional')
  expect(asked(identity(own), { 'aws:PrincipalTag/team': 'prod' }).effect).toBe('allow')
  expect(asked(identity({ Resource: 'arn:aws:s3:::${aws:PrincipalTag/team}' }), {}).effect).toBe('deny')
})

test('about a pattern of resources it is certain only where all of them are the same', ({ expect }) => {
  const pattern = { isPattern: true, resource: `arn:aws:ecs:us-east-1:${account}:task/prod/*` }
  expect(asked(identity({}), {}, pattern).effect).toBe('allow')
  expect(asked(identity({}, { Sid: 'One', Effect: 'Deny', Resource: task }), {}, pattern)).toMatchObject({
    effect: 'conditional',
    dependsOn: [{ sid: 'One', resources: [task] }],
  })
  expect(asked(identity({ Resource: task }), {}, pattern).effect).toBe('conditional')
  expect(asked(identity({ Resource: `arn:aws:ecs:us-east-1:${account}:task/dev/*` }), {}, pattern).effect).toBe('deny')
})

test('whose policies have no say is decided without them, whatever is unknown', ({ expect }) => {
  const root = (policies: object, more: Partial<Question> = {}): PossibleAccess => {
    const request = {
      principal: `arn:aws:iam::${account}:root`,
      principalType: 'root',
      action: 'ecs:StopTask',
      resource: task,
      context: {},
    }
    const read = readCase(JSON.stringify({ id: 'x', request, policies }))
    if (!read.ok) throw new Error(read.message)
    return possibleAccess({ request: read.case.request, policies: [read.case.policies], isUnknown: () => true, ...more })
  }
  expect(root({})).toMatchObject({ effect: 'allow', decision: { grant: 'root-user' } })
  expect(root(identity({ ...mfa, Effect: 'Deny' }))).toMatchObject({ effect: 'allow', decision: { grant: 'root-user' } })
  expect(root(identity({}))).toMatchObject({ effect: 'allow', decision: { grant: 'root-user' } })
  const taken = { scp: [[{ Version: '2012-10-17', Statement: [statement(mfa)] }]] }
  expect(root(taken)).toMatchObject({ effect: 'conditional', decision: { missing: 'scp' }, dependsOn: [{ sid: 'Mfa', policyType: 'scp' }] })
})

test('what no policy decides is certain', ({ expect }) => {
  const ask = (action: string, policies: object, principal: object = {}): PossibleAccess => {
    const alice = { principal: `arn:aws:iam::${account}:user/alice`, principalType: 'user' }
    const read = readCase(JSON.stringify({ id: 'x', request: { ...alice, action, resource: '*', context: {}, ...principal }, policies }))
    if (!read.ok) throw new Error(read.message)
    return possibleAccess({ request: read.case.request, policies: [read.case.policies], isUnknown: () => true })
  }
  const deny = { Sid: 'Off', Effect: 'Deny', Action: '*', Condition: { Bool: { 'aws:ViaAWSService': 'false' } } }
  expect(ask('sts:GetCallerIdentity', identity(deny))).toMatchObject({ effect: 'allow', decision: { grant: 'always-allowed' } })
  expect(ask('sts:GetSessionToken', identity(deny))).toMatchObject({ effect: 'conditional', dependsOn: [{ sid: 'Off' }] })
  expect(ask('sts:GetSessionToken', identity({ ...mfa, Action: '*' }), { principalTemporary: 'with-mfa' })).toMatchObject({
    effect: 'deny',
    decision: { missing: 'session-type' },
  })
})

test('a grant of the resource counts as it names the caller, where conditions are not known too', ({ expect }) => {
  const resource = (name: string): object => ({
    resource: { Version: '2012-10-17', Statement: [statement({ ...mfa, Principal: { AWS: name } })] },
    boundary: { Version: '2012-10-17', Statement: [statement({ Action: 's3:*' })] },
  })
  expect(asked(resource(`arn:aws:iam::${account}:user/alice`), {})).toMatchObject({ effect: 'conditional', dependsOn: [{ sid: 'Mfa' }] })
  expect(asked(resource(account), {})).toMatchObject({ effect: 'deny', decision: { missing: 'identity' } })
  expect(asked({ ...resource(account), ...identity({}) }, {})).toMatchObject({ effect: 'deny', decision: { missing: 'boundary' } })
})

test('law: however the unknown keys turn out, a certain answer is the decision', ({ expect }) => {
  const effects = { allow: 0, deny: 0, conditional: 0 }
  const wrong: string[] = []
  for (let seed = 1; seed <= 1000; seed++) {
    const read = readCase(JSON.stringify({ ...caseOf(seed), id: String(seed) }))
    if (!read.ok) continue
    const { request, policies } = read.case
    const dice = new Dice(seed)
    const keys = [...request.context.keys()]
    const unknown = new Set(keys.filter(() => dice.percent(40)).map((key) => conditionKey(key)))
    const valueOf = (key: string) => request.context.get(key) ?? []
    const known = new RequestContext(
      Object.fromEntries(keys.flatMap((key) => (unknown.has(conditionKey(key)) ? [] : [[key, valueOf(key)]]))),
    )
    const { effect } = possibleAccess({
      request: { ...request, context: known },
      policies: [policies],
      isUnknown: (key) => unknown.has(key),
    })
    effects[effect] += 1
    for (let turn = 0; turn < 6; turn++) {
      // The true values, none at all, or those of other keys.
      const completed = keys.map((key): [string, string | readonly string[]] => {
        if (!unknown.has(conditionKey(key)) || turn === 0) return [key, valueOf(key)]
        return [key, dice.percent(30) ? [] : valueOf(keys[dice.below(keys.length)] ?? key)]
      })
      const decision = authorize({ ...request, context: new RequestContext(Object.fromEntries(completed)) }, [policies])
      const isCertain = effect !== 'conditional'
      if (isCertain && (decision.effect === 'allow') !== (effect === 'allow')) wrong.push(`${seed}: not ${effect}`)
    }
  }
  expect(wrong).toEqual([])
  expect(Math.min(...Object.values(effects))).toBeGreaterThan(20)
})

test('law: what covers a pattern matches all that it matches, and what has a text in common overlaps', ({ expect }) => {
  const dice = new Dice(7)
  const draw = (alphabet: readonly [string, ...string[]], longest: number): string =>
    dice.times(dice.below(longest + 1), () => dice.pick(alphabet)).join('')
  const globOf = (pattern: string) => new Glob(plainPattern(pattern))
  let covered = 0
  const wrong: string[] = []
  for (let i = 0; i < 4000; i++) {
    const [wide, narrow] = [draw(['a', 'b', '*', '?'], 5), draw(['a', 'b', '*', '?'], 5)]
    const isCovered = covers(wide, narrow)
    if (isCovered) covered += 1
    for (let j = 0; j < 20; j++) {
      const text = draw(['a', 'b', 'c'], 6)
      const [inWide, inNarrow] = [globOf(wide).matches(text), globOf(narrow).matches(text)]
      if (isCovered && inNarrow && !inWide) wrong.push(`${wide} does not cover ${narrow}: ${text}`)
      if (inWide && inNarrow && !mayOverlap(wide, narrow)) wrong.push(`${wide} and ${narrow} have ${text}`)
    }
  }
  expect(wrong).toEqual([])
  expect(covered).toBeGreaterThan(200)
  expect(mayOverlap('arn:aws:s3:::a*', 'arn:aws:s3:::b*')).toBe(false)
  expect(covers('arn:aws:ecs:*:*:task/*', 'arn:aws:ecs:*:*:task/prod/*')).toBe(true)
  expect(covers('?*', '*')).toBe(false)
})
