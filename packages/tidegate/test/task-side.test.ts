/** What tasks reach over the network: the endpoints and the door of an instance, on ports that stay. */
import { request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'vitest'
import { memoryState } from '../src/store/open-state.ts'
import { openTaskSide, type TaskSettings } from '../src/task-side.ts'
import { taskIdentity, taskView, taskWorld } from './support/task-world.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { SimulatedRuntime } from './support/simulated-runtime.ts'

async function opened(context: TestContext, settings: TaskSettings & { readonly folder?: string } = {}) {
  const { options, time } = await taskWorld(context)
  const a = taskIdentity('a')
  const problems: string[] = []
  const { frontDoor, clock, timers } = options
  const side = await openTaskSide({
    runtime: new SimulatedRuntime({ clock, timers: time }),
    folder: join(temporaryFolder(context), 'tasks'),
    state: await memoryState(clock),
    frontDoor,
    directory: { find: (arn) => (arn === a.taskArn ? taskView(a) : undefined) },
    serve: () => Promise.resolve({ status: 200, headers: {}, body: 'the door' }),
    clock,
    timers,
    log: { info: () => {}, problem: (message) => problems.push(message) },
    ...settings,
  })
  context.onTestFinished(() => side.close())
  const environment = (): Readonly<Record<string, string>> => side.endpoints.environmentOf(a, 'app')
  return { side, a, environment, problems }
}

function get(url: string, headers: Record<string, string | string[]>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .once('error', reject)
      .end()
  })
}

test('a process fetches its credentials with its token, over HTTP, and nobody else does', async (context) => {
  const { expect } = context
  const { side, a, environment } = await opened(context)
  await side.endpoints.open(a)
  const { AWS_CONTAINER_CREDENTIALS_FULL_URI: url = '', AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization = '' } = environment()
  const answer = await fetch(url, { headers: { authorization } })
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
  expect(Object.keys((await answer.json()) as object)).toEqual(['RoleArn', 'AccessKeyId', 'SecretAccessKey', 'Token', 'Expiration'])
  expect(await get(url, {})).toBe(403)
  expect(await get(url, { authorization, host: 'evil.example' })).toBe(403)
  expect(await get(url, { authorization, origin: 'http://evil.example' })).toBe(403)
  expect(await get(url, { authorization, 'x-forwarded-for': '169.254.170.2' })).toBe(403)
  expect(await get(url, { authorization, via: '1.1 proxy' })).toBe(403)
})

test('the door is where the environment says', async (context) => {
  const { expect } = context
  const { environment } = await opened(context)
  expect(await (await fetch(environment()['AWS_ENDPOINT_URL'] ?? '')).text()).toBe('the door')
})

test('a body that is too long is refused', async (context) => {
  const { expect } = context
  const { environment } = await opened(context)
  const url = `${environment()['ECS_AGENT_URI']}/task-protection/v1/state`
  expect((await fetch(url, { method: 'PUT', body: 'x'.repeat(70_000) })).status).toBe(413)
})

test('after a restart everything is where it was', async (context) => {
  const { expect } = context
  const folder = join(temporaryFolder(context), 'tasks')
  const first = await opened(context, { folder })
  const environment = first.environment()
  await first.side.close()
  const second = await opened(context, { folder })
  expect(second.environment()).toEqual(environment)
})

test('a port that somebody took meanwhile is another one', async (context) => {
  const { expect } = context
  const folder = join(temporaryFolder(context), 'tasks')
  const first = await opened(context, { folder })
  const port = Number(new URL(first.environment()['AWS_ENDPOINT_URL'] ?? '').port)
  await first.side.close()
  const thief = createServer()
  await new Promise<void>((resolve) => thief.listen(port, '127.0.0.1', resolve))
  context.onTestFinished(() => void thief.close())
  const second = await opened(context, { folder })
  expect(second.environment()['AWS_ENDPOINT_URL']).not.toBe(first.environment()['AWS_ENDPOINT_URL'])
  expect((await fetch(second.environment()['AWS_ENDPOINT_URL'] ?? '')).status).toBe(200)
})
