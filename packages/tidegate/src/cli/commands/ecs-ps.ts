import { asClient } from '../client.ts'
import { command } from '../command.ts'
import { clusterFlag } from '../ecs/flags.ts'
import { serviceName, shortName } from '../ecs/names.ts'

export const ecsPs = command({
  args: { service: { value: 'SERVICE', summary: 'whose tasks; all of the cluster when absent', isOptional: true } },
  flags: {
    cluster: clusterFlag,
    stopped: { type: 'boolean', summary: 'those that ended within the last hour, and why' },
    json: { type: 'boolean', summary: 'print a list of objects' },
  },
  details: `
Asks the instance at AWS_ENDPOINT_URL with your AWS credentials.

exit: 0 listed, 1 refused or no answer, 2 wrong usage

examples:
  tidegate ecs ps shop/web
  tidegate ecs ps --cluster shop --stopped`,
  run({ args, flags }, io) {
    const named = args.service === undefined ? undefined : serviceName(args.service, flags.cluster)
    const cluster = named?.cluster ?? shortName(flags.cluster ?? 'default')
    return asClient(io, async (settings) => {
      const { ECSClient } = await import('@aws-sdk/client-ecs')
      const { serviceOf, tasksOf } = await import('../ecs/reading.ts')
      const { taskLine, taskTable } = await import('../ecs/describing.ts')
      const ecs = new ECSClient(settings)
      const tasks = await tasksOf(ecs, { cluster, service: named?.name, isStopped: flags.stopped })
      if (tasks.length === 0 && named !== undefined) await serviceOf(ecs, named)
      const lines = tasks.map(taskLine)
      if (flags.json) await io.write(`${JSON.stringify(lines)}\n`)
      else if (lines.length > 0) await io.write(`${taskTable(lines).join('\n')}\n`)
      else io.note(`there are no ${flags.stopped ? 'stopped' : 'running'} tasks`)
      return 0
    })
  },
})
