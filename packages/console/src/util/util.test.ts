import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { test } from 'vitest'
import { accountOf, nameOf, principalText } from './arn.ts'
import { cliCommand, quoted } from './cli.ts'
import { pathsIn } from './paths.ts'
import { shortReason } from './policy-words.ts'
import { requestIdIn } from './request-id.ts'
import { duration, relative } from './time.ts'

test('a call is a command of the aws-cli', ({ expect }) => {
  expect(cliCommand('ecs', 'UpdateService', { cluster: 'main', service: 'web', forceNewDeployment: true }, 'eu-central-1')).toBe(
    'aws ecs update-service --cluster main --service web --force-new-deployment --region eu-central-1',
  )
  expect(cliCommand('ecs', 'UpdateService', { desiredCount: 4, enableExecuteCommand: false, x: undefined }, 'r')).toBe(
    'aws ecs update-service --desired-count 4 --no-enable-execute-command --region r',
  )
  expect(cliCommand('ecs', 'DescribeTasks', { tasks: ['a', 'b c'] }, 'r')).toBe("aws ecs describe-tasks --tasks a 'b c' --region r")
})

test('whatever a value is, a shell reads it as one word', ({ expect }) => {
  const text = fc.string({ unit: 'grapheme-ascii' }).filter((each) => !each.includes('\0'))
  fc.assert(
    fc.property(text, (value) => {
      const { stdout } = spawnSync('sh', ['-c', `printf %s ${quoted(value)}`], { encoding: 'utf8' })
      expect(stdout).toBe(value)
    }),
    { numRuns: 50 },
  )
  expect(quoted("$(id)'`id`")).toBe(`'$(id)'\\''\`id\`'`)
})

test('the request id is found in what was pasted', ({ expect }) => {
  const id = '01f0c2a4-7d1a-4b1e-9f57-2c7a9d1e5b30'
  expect(requestIdIn(id.toUpperCase())).toBe(id)
  expect(requestIdIn(`An error occurred (AccessDeniedException): no (tidegate explain ${id})`)).toBe(id)
  expect(requestIdIn(' last ')).toBe('LAST')
  expect(requestIdIn('the last one')).toBeUndefined()
  expect(requestIdIn('01f0c2a4-7d1a-4b1e-9f57')).toBeUndefined()
})

test('principals are called as people call them', ({ expect }) => {
  expect(principalText('arn:aws:sts::111122223333:assumed-role/developer/alice@example.com')).toBe('developer · alice@example.com')
  expect(principalText('arn:aws:iam::111122223333:user/team/bob')).toBe('bob')
  expect(principalText('arn:aws:iam::111122223333:root')).toBe('root user')
  expect(principalText('ecs-tasks.amazonaws.com')).toBe('ecs-tasks.amazonaws.com')
})

test('an ARN ends in a name', ({ expect }) => {
  expect(nameOf('arn:aws:ecs:us-east-1:111122223333:service/main/web')).toBe('web')
  expect(nameOf('arn:aws:ecs:us-east-1:111122223333:task-definition/report:3')).toBe('report:3')
  expect(nameOf('arn:aws:s3:::reports')).toBe('reports')
  expect(nameOf('arn:aws:s3:::reports/out/1:2.csv')).toBe('reports/out/1:2.csv')
  expect(nameOf('arn:aws:logs:us-east-1:111122223333:log-group:/ecs/web:*')).toBe('/ecs/web')
  expect(nameOf('arn:aws:logs:us-east-1:111122223333:log-group:/ecs/web:log-stream:ecs/web/1f')).toBe('/ecs/web · ecs/web/1f')
  expect(nameOf('arn:aws:sts::111122223333:assumed-role/developer/alice@example.com')).toBe('developer · alice@example.com')
  expect(nameOf('arn:aws:iam::111122223333:role/team/developer')).toBe('developer')
  expect(nameOf('web')).toBe('web')
  expect(accountOf('arn:aws:ecs:us-east-1:111122223333:service/main/web')).toBe('111122223333')
})

test('times have a unit and the largest that fits', ({ expect }) => {
  expect([45, 600, 7200, 400_000].map(duration)).toEqual(['45 s', '10 min', '2 h', '5 d'])
  expect(relative(1000, 61_000)).toBe('60 s ago')
  expect(relative(10_000, 9000)).toBe('now')
  expect(relative(300_000, 0)).toBe('in 5 min')
})

test('whatever a thing is called, its page has an address of its own', ({ expect }) => {
  const paths = pathsIn('us-east-1')
  expect(paths.service('main', 'web')).toBe('/us-east-1/services/main/web')
  expect(paths.service('a/b', '../x?y#z')).toBe('/us-east-1/services/a%2Fb/..%2Fx%3Fy%23z')
  expect(paths.explain('LAST')).toBe('/us-east-1/explain?request=LAST')
  expect(paths.activity({ actor: 'a&b', denied: 'yes' })).toBe('/us-east-1/activity?actor=a%26b&denied=yes')
})

test('a reason is told without what stands beside it', ({ expect }) => {
  const sentence = 'User: arn:aws:iam::1:user/a is not authorized to perform: ecs:StopTask on resource: arn:aws:ecs:x'
  expect(shortReason(`${sentence} because no identity-based policy allows the ecs:StopTask action`)).toBe(
    'Denied because no identity-based policy allows the ecs:StopTask action',
  )
  expect(shortReason(`${sentence} with an explicit deny in a service control policy`)).toBe(
    'Denied with an explicit deny in a service control policy',
  )
  expect(shortReason('It depends on aws:SourceIp.')).toBe('It depends on aws:SourceIp.')
})
