import { readFileSync } from 'node:fs'
import { test } from 'vitest'
import { readCase } from '../case.ts'
import { renderTrace } from './render.ts'
import { explain } from './trace.ts'

const examples = readFileSync(new URL('../../../../examples/ecs-team.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')

test('traces read well', async ({ expect }) => {
  const texts = examples.map((line) => {
    const read = readCase(line)
    if (!read.ok) throw new Error(read.message)
    return `# ${read.case.id}\n\n${renderTrace(explain(read.case.request, [read.case.policies]))}\n`
  })
  await expect(texts.join('\n\n')).toMatchFileSnapshot('../../test/output/traces.txt')
})

function rendered(request: object, policies: object): string {
  const read = readCase(JSON.stringify({ request, policies }))
  if (!read.ok) throw new Error(read.message)
  return renderTrace(explain(read.case.request, [read.case.policies]))
}
const everything = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
const root = { principal: 'arn:aws:iam::111122223333:root', principalType: 'root', resource: '*' }

test('what is decided outside policies says so', ({ expect }) => {
  expect(rendered({ ...root, action: 'sts:GetCallerIdentity' }, {})).toContain('The call needs no permission.')
  expect(rendered({ ...root, action: 'ecs:ListClusters' }, {})).toContain('The root user may do everything in its account')
  expect(rendered({ ...root, action: 'sts:AssumeRole' }, {})).toContain('Credentials of this kind may not make this call')
  expect(rendered({ ...root, action: 'ecs:ListClusters' }, { session: [everything] })).toContain('have no say over this caller')
})

test('long lists are cut', ({ expect }) => {
  const Action = ['ecs:A', 'ecs:B', 'ecs:C', 'ecs:D', 'ecs:E', 'ecs:F']
  const identity = [
    {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action, Resource: '*' },
        { Effect: 'Allow', Action: 's3:*', Resource: '*' },
      ],
    },
  ]
  const user = { ...root, principal: 'arn:aws:iam::111122223333:user/alice', principalType: 'user', action: 'ecs:G' }
  const text = rendered(user, { identity })
  expect(text).toContain('Action: ecs:A | ecs:B | ecs:C | ecs:D | ... 2 more\n')
  expect(text).toContain('`- 1 statement about other services')
})
