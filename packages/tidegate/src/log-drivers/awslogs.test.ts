import { describe, test } from 'vitest'
import { commonError } from '../kernel/aws-error.ts'
import { type InnerCall, type InnerCaller, RefusedCall } from '../kernel/front-door.ts'
import type { LoggedContainer } from '../services/ecs/runtime-port.ts'
import { awsLogsDriver } from './awslogs.ts'

const role: InnerCaller = { kind: 'credentials', accessKeyId: 'ASIA1', sessionToken: 't', through: 'ecs.amazonaws.com' }
const container = (options: Record<string, string>): LoggedContainer => ({
  taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/main/0f2c',
  taskId: '0f2c',
  name: 'app',
  region: 'us-east-1',
  options: { 'awslogs-group': 'web', 'awslogs-stream-prefix': 'ecs', ...options },
  as: () => Promise.resolve(role),
})
const line = (text: string, at = 1) => ({ stream: 'stdout', at, text }) as const

/** Answers what the driver asks for, call by call; `done` where nothing is said. */
function world(answers: readonly (string | undefined)[] = []) {
  const calls: InnerCall[] = []
  const lost: string[] = []
  const driver = awsLogsDriver({
    frontDoor: {
      call(inner) {
        const code = answers[calls.push(structuredClone(inner)) - 1]
        if (code === undefined) return Promise.resolve({})
        const fault =
          code === 'ServiceUnavailable' ? ({ status: 503, fault: 'server' } as const) : ({ status: 400, fault: 'client' } as const)
        return Promise.reject(new RefusedCall(Object.assign(commonError('AccessDenied', code), { code, ...fault }), 'r'))
      },
    },
    onLost: (stream, error) => lost.push(`${stream}: ${String(error)}`),
    sleep: () => Promise.resolve(),
  })
  const asked = () => calls.map(({ operation }) => operation)
  const messages = () =>
    calls.flatMap(({ input }) => ('logEvents' in input ? (input.logEvents as { message: string }[]).map(({ message }) => message) : []))
  return { driver, calls, lost, asked, messages }
}

describe('a driver is refused', () => {
  const cases: readonly [Record<string, string>, string][] = [
    [{ 'awslogs-group': '' }, 'awslogs-group'],
    [{ 'awslogs-color': 'red' }, "unknown log opt 'awslogs-color'"],
    [{ mode: 'sometimes' }, 'sometimes'],
    [{ mode: 'blocking', 'max-buffer-size': '1m' }, 'max-buffer-size'],
    [{ 'max-buffer-size': 'large' }, 'max-buffer-size'],
    [{ 'awslogs-create-group': 'perhaps' }, 'awslogs-create-group'],
    [{ 'awslogs-multiline-pattern': '(' }, 'multiline'],
    [{ 'awslogs-multiline-pattern': 'a', 'awslogs-datetime-format': '%Y' }, 'at the same time'],
  ]
  test.for(cases)('%o', async ([options, text], { expect }) => {
    const { driver, calls } = world()
    await expect(driver.open(container(options))).rejects.toMatchObject({
      kind: 'ResourceInitializationError',
      message: expect.stringContaining(text),
    })
    expect(calls).toEqual([])
  })
})

test('a role that may not make the stream breaks the launch', async ({ expect }) => {
  const { driver } = world(['AccessDeniedException'])
  await expect(driver.open(container({}))).rejects.toBeInstanceOf(RefusedCall)
})

test('the group is made only where the options say so', async ({ expect }) => {
  const without = world(['ResourceNotFoundException', 'ResourceNotFoundException'])
  await expect(without.driver.open(container({}))).rejects.toMatchObject({ code: 'ResourceNotFoundException' })
  const made = world(['ResourceNotFoundException'])
  await made.driver.open(container({ 'awslogs-create-group': 'true' }))
  expect(made.asked()).toEqual(['CreateLogStream', 'CreateLogGroup', 'CreateLogStream'])
  expect(made.calls[0]).toMatchObject({ as: role, input: { logGroupName: 'web', logStreamName: 'ecs/app/0f2c' } })
})

test('after a restart the stream is gone on with', async ({ expect }) => {
  const { driver, messages } = world(['ResourceAlreadyExistsException'])
  const sink = await driver.open(container({ mode: 'blocking' }))
  await sink.write([line('again')])
  expect(messages()).toEqual(['again'])
})

test('lines are kept in their order, empty ones are not, long ones are several', async ({ expect }) => {
  const { driver, messages } = world()
  const sink = await driver.open(container({ mode: 'blocking' }))
  await sink.write([line('one'), line(''), line('x'.repeat(300_000))])
  await sink.write([line('two')])
  await sink.close()
  expect(messages().map((message) => message.length)).toEqual([3, 131_059, 131_059, 37_882, 3])
})

test('what cannot be taken now is tried again, and what may not be is told once', async ({ expect }) => {
  const { driver, messages, lost } = world([
    undefined,
    'ServiceUnavailable',
    'ServiceUnavailable',
    undefined,
    'AccessDeniedException',
    'AccessDeniedException',
  ])
  const sink = await driver.open(container({ mode: 'blocking' }))
  await sink.write([line('first')])
  expect(messages()).toEqual(['first', 'first', 'first'])
  await sink.write([line('second')])
  await sink.write([line('third')])
  expect(lost).toHaveLength(1)
})

test('a container that does not wait loses what does not fit its buffer', async ({ expect }) => {
  const { driver, messages, lost } = world()
  const sink = await driver.open(container({ 'max-buffer-size': '1k' }))
  await sink.write(Array.from({ length: 100 }, (_, i) => line(`line ${String(i).padStart(3, '0')} ${'.'.repeat(40)}`)))
  await sink.close()
  expect(messages().length).toBeGreaterThan(5)
  expect(messages().length).toBeLessThan(20)
  expect(lost).toHaveLength(1)
})

test.for([{ 'awslogs-multiline-pattern': '^\\[' }, { 'awslogs-datetime-format': '[%Y-%m-%d]' }])(
  'lines that belong together are one event: %o',
  async (options, { expect }) => {
    const { driver, messages } = world()
    const sink = await driver.open(container({ mode: 'blocking', ...options }))
    await sink.write([line('[2026-11-25] failed'), line('  at a'), line('  at b')])
    await sink.write([line('[2026-11-25] next')])
    await sink.close()
    expect(messages()).toEqual(['[2026-11-25] failed\n  at a\n  at b', '[2026-11-25] next'])
  },
)
