/**
 * A process that appends to an audit log as fast as it can, and prints the id of each record as soon as it is acknowledged.
 * Arguments: folder, records of a segment, records of a turn.
 */
import { writeSync } from 'node:fs'
import { openAuditLog } from '../../src/audit/log.ts'
import { auditRecord } from '../../src/audit/record.ts'

const [folder = '', segmentRecords, turn] = process.argv.slice(2)
const log = await openAuditLog({ folder, segmentRecords: Number(segmentRecords), checkpointSeconds: 0.02 })
writeSync(1, `open ${log.size}\n`)

for (let number = log.size; ;) {
  const appended = Array.from({ length: Number(turn) }, () => append((number += 1)))
  await Promise.all(appended)
}

async function append(number: number): Promise<void> {
  const { index, eventId } = await log.append(
    auditRecord({
      now: Date.now(),
      userIdentity: { type: 'Root', accountId: '111122223333' },
      actorChain: [],
      eventSource: 'ecs.amazonaws.com',
      eventName: 'RunTask',
      region: 'eu-central-1',
      sourceIp: '127.0.0.1',
      userAgent: 'x'.repeat(number % 400),
      requestId: String(number),
      isReadOnly: false,
      recipientAccountId: '111122223333',
    }),
  )
  // Straight to the pipe: what is printed is printed when the process dies.
  writeSync(1, `${index} ${eventId}\n`)
}
