import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { readConfiguration } from './configuration.ts'
import { isOfPeople } from './people.ts'

const corp = { preset: 'okta', issuer: 'https://corp.okta.com', clientId: '0oa1' }
const gitlab = { preset: 'gitlab', issuer: 'https://gitlab.corp.example', clientId: 'tidegate' }
const binding = { provider: 'corp', groups: ['oncall'], role: 'operator', accounts: ['111122223333'] }

function file(providers: object, bindings: object = {}): object {
  return { accounts: { '111122223333': {} }, providers, bindings }
}

const refusals: readonly [object, string][] = [
  [file({ corp: { ...corp, preset: 'google' } }), '`providers.corp.preset` must be one of okta, entra, generic, github, gitlab'],
  [file({ corp: { ...corp, issuer: 'corp.okta.com' } }), '`providers.corp.issuer` must be the URL'],
  [file({ corp: { ...corp, issuer: 'https://corp.okta.com?x=1' } }), '`providers.corp.issuer` must be the URL'],
  [file({ corp: { ...corp, clientSecret: 'x' } }), '`providers.corp.clientSecret` is no setting'],
  [file({ corp: { ...corp, maxAgeSeconds: 0 } }), '`providers.corp.maxAgeSeconds` must be a whole number from 1'],
  [file({ corp: { ...corp, groupTags: { oncall: 'duty' } } }), '`providers.corp.groupTags.oncall` must be `key=value`'],
  [file({ corp: { ...corp, graph: {} } }), '`providers.corp.graph` is for the preset `entra`'],
  [file({ corp, twin: corp }), 'has `https://corp.okta.com` twice'],
  [file({ 'Corp Inc': corp }), '`providers.Corp Inc` must be named'],
  [file({ corp }, { a: { ...binding, provider: 'other' } }), '`bindings.a.provider` names no provider; they are corp'],
  [file({ corp }, { a: { ...binding, groups: [] } }), '`bindings.a.groups` must name who is meant'],
  [file({ corp }, { a: { ...binding, subjects: ['x:y:z'] } }), '`bindings.a.subjects` is no setting with a provider of the preset `okta`'],
  [file({ corp }, { a: { ...binding, accounts: [] } }), '`bindings.a.accounts` must name at least one account'],
  [file({ corp }, { a: { ...binding, accounts: ['999988887777'] } }), 'has `999988887777`, which is none of `accounts`'],
  [file({ corp }, { a: { ...binding, role: 'arn:aws:iam::111122223333:role/x' } }), '`bindings.a.role` must be the name of a role'],
  [file({ corp }, { a: { ...binding, maxDurationSeconds: 60 } }), '`bindings.a.maxDurationSeconds` must be from 900'],
  [file({ corp }, { a: { ...binding, conditions: { Bool: true } } }), '`bindings.a.conditions.Bool` must be an object'],
  [file({ corp }, { a: { ...binding, conditions: { Bol: { 'aws:MultiFactorAuthPresent': 'true' } } } }), '`bindings.a` is not a statement'],
  [
    file({ corp }, { a: { ...binding, conditions: { StringEquals: { 'tidegate:ActorType': 'agent' } } } }),
    '`bindings.a.conditions.StringEquals` tests `tidegate:ActorType`',
  ],
]

test.for(refusals)('%j is refused: %s', ([value, want], context) => {
  const { expect } = context
  const path = join(temporaryFolder(context), 'tidegate.json')
  writeFileSync(path, JSON.stringify(value))
  expect(() => readConfiguration(path)).toThrow(want)
})

test.for([[], ['*'], ['project_path:*'], ['repo:*/shop:ref:refs/heads/main']])('T-40 pipelines %j are refused', (subjects, context) => {
  const { expect } = context
  const path = join(temporaryFolder(context), 'tidegate.json')
  const pipelines = { provider: 'ci', subjects, role: 'deploy', accounts: ['111122223333'] }
  writeFileSync(path, JSON.stringify(file({ ci: gitlab }, { pipelines })))
  expect(() => readConfiguration(path)).toThrow('bindings.pipelines.subjects')
})

test('a binding is a statement of the trust policy of its role, for each account', (context) => {
  const { expect } = context
  const path = join(temporaryFolder(context), 'tidegate.json')
  const conditions = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }
  writeFileSync(path, JSON.stringify(file({ corp }, { 'on-call': { ...binding, maxDurationSeconds: 7200, conditions } })))
  const { providers, bindings } = readConfiguration(path)
  expect(providers.map(isOfPeople)).toEqual([true])
  const statement = bindings[0]?.statements.get('111122223333')?.statements[0]
  expect(statement?.sid).toBe('Bindingoncall')
  expect(statement?.conditions.map(({ key, values }) => [key, values])).toEqual([
    ['corp.okta.com:aud', ['0oa1']],
    ['tidegate:ActorType', ['human']],
    ['sts:RoleSessionName', ['${tidegate:ActorSessionName}']],
    ['tidegate:ActorGroups', ['oncall']],
    ['tidegate:SessionSeconds', ['7200']],
    ['aws:MultiFactorAuthPresent', ['true']],
  ])
})
