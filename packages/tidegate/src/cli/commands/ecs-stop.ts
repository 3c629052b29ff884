import { setTimeout as pause } from 'node:timers/promises'
import { asClient } from '../client.ts'
import { command } from '../command.ts'
import { changeExits, changeFlags, timeoutOf } from '../ecs/flags.ts'
import { taskName } from '../ecs/names.ts'

export const ecsStop = command({
  args: { task: { value: 'TASK', summary: 'its id, as `ecs ps` shows it, CLUSTER/ID or its ARN' } },
  flags: { reason: { type: 'string', value: 'TEXT', summary: 'kept as the reason that it stopped for' }, ...changeFlags },
  details: `
StopTask, with your AWS credentials. To stop a whole service: tidegate ecs scale SERVICE 0.
${changeExits}

example:
  tidegate ecs stop shop/0123456789abcdef0123456789abcdef --reason "out of memory"`,
  run({ args, flags }, io) {
    const name = taskName(args.task, flags.cluster)
    const timeout = timeoutOf(flags)
    return asClient(io, async (settings) => {
      const { ECSClient } = await import('@aws-sdk/client-ecs')
      const { stopTask } = await import('../ecs/stopping.ts')
      const time = { clock: Date.now, pause: (milliseconds: number) => pause(milliseconds) }
      return stopTask({ ecs: new ECSClient(settings), name, timeout, reason: flags.reason, flags }, io, time)
    })
  },
})
