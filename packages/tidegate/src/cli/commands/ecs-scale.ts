import { command } from '../command.ts'
import { changeExits, changeFlags } from '../ecs/flags.ts'
import { UsageError } from '../usage-error.ts'

export const ecsScale = command({
  args: {
    service: { value: 'SERVICE', summary: 'NAME in the cluster, CLUSTER/NAME or its ARN' },
    count: { value: 'COUNT', summary: 'the desired count; 0 stops all' },
  },
  flags: changeFlags,
  details: `
UpdateService with desiredCount, with your AWS credentials, and nothing else in it.
${changeExits}

example:
  tidegate ecs scale shop/web 4`,
  async run({ args, flags }, io) {
    if (!/^\d{1,9}$/.test(args.count)) throw new UsageError(`COUNT cannot be \`${args.count}\`; it is a number from 0`)
    const { changeService } = await import('../ecs/changing.ts')
    const { scalePlan } = await import('../ecs/plans.ts')
    return changeService({ word: args.service, flags }, io, (to) => scalePlan(to, Number(args.count)))
  },
})
