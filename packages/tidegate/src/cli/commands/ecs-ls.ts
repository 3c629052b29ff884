import { asClient } from '../client.ts'
import { command } from '../command.ts'

export const ecsLs = command({
  args: {},
  flags: {
    cluster: { type: 'string', value: 'NAME', summary: 'only this cluster' },
    json: { type: 'boolean', summary: 'print a list of objects' },
  },
  details: `
Asks the instance at AWS_ENDPOINT_URL with your AWS credentials. Without --cluster you need
ecs:ListClusters, and may see the services of every cluster or of none.

exit: 0 listed, 1 refused or no answer, 2 wrong usage

example:
  tidegate ecs ls --cluster shop`,
  run({ flags }, io) {
    return asClient(io, async (settings) => {
      const { ECSClient } = await import('@aws-sdk/client-ecs')
      const { clusterNames, servicesOf } = await import('../ecs/reading.ts')
      const { serviceLine, serviceTable } = await import('../ecs/describing.ts')
      const ecs = new ECSClient(settings)
      const clusters = flags.cluster === undefined ? await clusterNames(ecs) : [flags.cluster]
      const lines = []
      for (const cluster of clusters) lines.push(...(await servicesOf(ecs, cluster)).map(serviceLine))
      if (flags.json) await io.write(`${JSON.stringify(lines)}\n`)
      else if (lines.length > 0) await io.write(`${serviceTable(lines).join('\n')}\n`)
      else io.note(clusters.length === 0 ? 'there are no clusters' : `there are no services in ${clusters.join(', ')}`)
      return 0
    })
  },
})
