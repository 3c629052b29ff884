/** A log event that was acknowledged is there, whatever happens to the process. */
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs'
import { test } from 'vitest'
import { logsClient } from './support/clients.ts'
import { startInstance } from './support/process.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

test('kill -9 while four clients write: every acknowledged event is found once, in its order', { timeout: 120_000 }, async (context) => {
  const { expect } = context
  const data = temporaryFolder(context)
  const acknowledged = [0, 0, 0, 0]
  for (let round = 0; round < 3; round++) {
    const instance = await startInstance(data)
    const logs = logsClient(instance.url, instance.rootKey())
    const logGroupName = 'g'
    if (round === 0) await logs.send(new CreateLogGroupCommand({ logGroupName }))
    // An event that was on its way when the process died may be there or not; its number is not used again.
    for (const writer of acknowledged.keys())
      await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: `${round}-${writer}` }))
    let written = 0
    let kill: () => void = () => {}
    const isEnough = new Promise<void>((resolve) => (kill = resolve))
    const counts = acknowledged.map(() => 0)
    const writers = counts.map(async (_, writer) => {
      try {
        for (let n = 0; ; n++) {
          const logEvents = [{ timestamp: Date.now(), message: `${round} ${writer} ${n}` }]
          await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName: `${round}-${writer}`, logEvents }))
          counts[writer] = n + 1
          if (++written === 60) kill()
        }
      } catch {
        // The process is gone.
      }
    })
    await isEnough
    await instance.end('SIGKILL')
    await Promise.all(writers)
    const next = await startInstance(data)
    const found = new Map<string, number[]>()
    const client = logsClient(next.url, next.rootKey())
    for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName, logStreamNamePrefix: `${round}-` }))
      for (const { message = '' } of events) {
        const [, writer = '', n = ''] = message.split(' ')
        found.set(writer, [...(found.get(writer) ?? []), Number(n)])
      }
    for (const [writer, count] of counts.entries()) {
      const numbers = (found.get(String(writer)) ?? []).toSorted((a, b) => a - b)
      expect(numbers).toEqual(numbers.map((_, at) => at))
      expect(numbers.length - count).toBeOneOf([0, 1])
    }
    expect(await next.end('SIGTERM')).toBe(0)
  }
})
