import fc from 'fast-check'
import { describe, test } from 'vitest'
import { launchRungs, missingStatement, readDefinition } from './launch-rungs.ts'

const launch = { accountId: '111122223333', region: 'us-east-1', cluster: 'prod', as: undefined }
const role = (name: string): string => `arn:aws:iam::111122223333:role/${name}`
const task = '0'.repeat(32)

describe('what is no task definition is refused in words', () => {
  const cases: readonly [string, RegExp][] = [
    ['{', /^it is no JSON: /],
    ['[]', /^it is no object$/],
    ['{"containerDefinitions":[]}', /^it has no `family`$/],
    ['{"family":"web"}', /^it has no `containerDefinitions`$/],
    ['{"family":"web","containerDefinitions":[{"name":"app"}]}', /needs a `name` and an `image`/],
    ['{"family":"web","containerDefinitions":[{"name":"a","image":"b","secrets":[1]}]}', /`secrets` is a list/],
  ]
  test.for(cases)('%s', ([text, words], { expect }) => {
    expect(readDefinition(text)).toMatch(words)
  })
})

test('any text is a definition or words, never a crash', ({ expect }) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const read = readDefinition(text)
      expect(typeof read === 'string' || launchRungs(read, launch).length >= 0).toBe(true)
    }),
  )
})

test('a launch asks for roles, image, secrets and logs, in this order', ({ expect }) => {
  const definition = readDefinition(
    JSON.stringify({
      taskDefinition: {
        family: 'web',
        taskRoleArn: role('task'),
        executionRoleArn: 'execution',
        containerDefinitions: [
          {
            name: 'app',
            image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/web:1',
            secrets: [
              { name: 'A', valueFrom: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf:password::' },
              { name: 'B', valueFrom: '/team/token' },
            ],
            logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/ecs/web', 'awslogs-stream-prefix': 'web' } },
          },
        ],
      },
    }),
  )
  if (typeof definition === 'string') throw new Error(definition)
  const rungs = launchRungs(definition, { ...launch, as: 'role/deploy' })
  expect(rungs.map(({ step, who, action, resource }) => [step, who, action, resource].join(' '))).toEqual([
    `hand over role/deploy iam:PassRole ${role('task')}`,
    `hand over role/deploy iam:PassRole ${role('execution')}`,
    'run role/deploy ecs:RunTask arn:aws:ecs:us-east-1:111122223333:task-definition/web',
    `trust ecs-tasks.amazonaws.com sts:AssumeRole ${role('task')}`,
    `trust ecs-tasks.amazonaws.com sts:AssumeRole ${role('execution')}`,
    `image ${role('execution')} ecr:GetAuthorizationToken *`,
    `image ${role('execution')} ecr:BatchCheckLayerAvailability arn:aws:ecr:eu-west-1:111122223333:repository/team/web`,
    `image ${role('execution')} ecr:GetDownloadUrlForLayer arn:aws:ecr:eu-west-1:111122223333:repository/team/web`,
    `image ${role('execution')} ecr:BatchGetImage arn:aws:ecr:eu-west-1:111122223333:repository/team/web`,
    `secret ${role('execution')} secretsmanager:GetSecretValue arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf`,
    `secret ${role('execution')} ssm:GetParameters arn:aws:ssm:us-east-1:111122223333:parameter/team/token`,
    `log ${role('execution')} logs:CreateLogStream arn:aws:logs:us-east-1:111122223333:log-group:/ecs/web:log-stream:web/app/${task}`,
    `log ${role('execution')} logs:PutLogEvents arn:aws:logs:us-east-1:111122223333:log-group:/ecs/web:log-stream:web/app/${task}`,
  ])
})

test('what is missing is a statement, in the trust policy where it is about trust', ({ expect }) => {
  const definition = { family: 'web', taskRoleArn: role('task'), containerDefinitions: [] }
  const [trust] = launchRungs(definition, launch)
  expect(trust && missingStatement(trust)).toEqual({
    to: `the trust policy of ${role('task')}`,
    statement: { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' },
  })
})
