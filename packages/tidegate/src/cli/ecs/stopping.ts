import { type ECSClient, StopTaskCommand, type Task } from '@aws-sdk/client-ecs'
import { textInRecord } from '../../audit/record-text.ts'
import type { ExitCode, Io } from '../io.ts'
import { taskLine, taskTable } from './describing.ts'
import type { ChangeFlags } from './flags.ts'
import type { InCluster } from './names.ts'
import { taskOf } from './reading.ts'
import type { WatchTime } from './watching.ts'

interface ToStop {
  readonly ecs: ECSClient
  readonly name: InCluster
  readonly reason: string | undefined
  /** Milliseconds. */
  readonly timeout: number
  readonly flags: ChangeFlags
}

export async function stopTask({ ecs, name, reason, timeout, flags }: ToStop, io: Io, time: WatchTime): Promise<ExitCode> {
  const { cluster, name: id } = name
  const found = await taskOf(ecs, name)
  if (flags['dry-run']) {
    const what = `stop the task ${id} of ${found.group ?? '-'} in ${cluster}, which is ${found.lastStatus ?? '-'}`
    await io.write(flags.json ? `${JSON.stringify({ dryRun: [what] })}\n` : `dry run: would ${textInRecord(what)}\n`)
    return 0
  }
  const { $metadata, task: told = found } = await ecs.send(new StopTaskCommand({ cluster, task: id, reason }))
  const end = time.clock() + timeout
  let task: Task = told
  let status = ''
  while (!flags['no-wait']) {
    task = await taskOf(ecs, name)
    if (task.lastStatus !== status) io.note(`progress: ${task.lastStatus}`)
    status = task.lastStatus ?? ''
    if (status === 'STOPPED' || time.clock() >= end) break
    await time.pause(pauseMilliseconds)
  }
  const line = taskLine(task)
  if (flags.json) await io.write(`${JSON.stringify({ ...line, requestId: $metadata.requestId })}\n`)
  else await io.write(`${taskTable([line]).join('\n')}\nrequest: ${$metadata.requestId ?? '-'}\n`)
  return flags['no-wait'] || line.status === 'STOPPED' ? 0 : 3
}

const pauseMilliseconds = 500
