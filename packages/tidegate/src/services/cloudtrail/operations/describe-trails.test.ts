import { test } from 'vitest'
import { rootOf } from '../../../../test/support/iam.ts'
import { describeTrails } from './describe-trails.ts'

const call = { caller: rootOf('111122223333'), requestId: 'r', region: 'us-east-1', now: 0, sourceIp: '127.0.0.1' }

test('it asks for the permission on everything, which is the only resource that the action knows', async ({ expect }) => {
  expect(await describeTrails.authorize({ trailNameList: ['any'] }, call)).toEqual([{ action: 'cloudtrail:DescribeTrails', resource: '*' }])
})

test('there is no trail, whatever it is called', ({ expect }) => {
  expect(describeTrails.isReadOnly).toBe(true)
  expect(describeTrails.invoke({ trailNameList: ['any'] }, call)).toEqual({ trailList: [] })
})
