import { asClient } from '../client.ts'
import { command } from '../command.ts'
import { clusterFlag } from '../ecs/flags.ts'
import { serviceName } from '../ecs/names.ts'

export const ecsDescribe = command({
  args: { service: { value: 'SERVICE', summary: 'NAME in the cluster, CLUSTER/NAME or its ARN' } },
  flags: {
    cluster: clusterFlag,
    json: { type: 'boolean', summary: 'print an object' },
  },
  details: `
Asks the instance at AWS_ENDPOINT_URL with your AWS credentials. The objects of --json are those
of DescribeServices, DescribeTaskDefinition and DescribeTasks, under service, taskDefinition, tasks.

exit: 0 shown, 1 refused or no answer, 2 wrong usage or no such service

example:
  tidegate ecs describe shop/web`,
  run({ args, flags }, io) {
    const name = serviceName(args.service, flags.cluster)
    return asClient(io, async (settings) => {
      const { ECSClient } = await import('@aws-sdk/client-ecs')
      const { definitionOf, serviceOf, tasksOf } = await import('../ecs/reading.ts')
      const { describedService } = await import('../ecs/describing.ts')
      const ecs = new ECSClient(settings)
      const service = await serviceOf(ecs, name)
      const { taskDefinition = {} } = await definitionOf(ecs, service.taskDefinition ?? '')
      const tasks = await tasksOf(ecs, { cluster: name.cluster, service: name.name })
      if (flags.json) await io.write(`${JSON.stringify({ service, taskDefinition, tasks })}\n`)
      else await io.write(`${describedService(service, { definition: taskDefinition, tasks }).join('\n')}\n`)
      return 0
    })
  },
})
