import { command } from '../command.ts'
import { changeExits, changeFlags } from '../ecs/flags.ts'

export const ecsRestart = command({
  args: { service: { value: 'SERVICE', summary: 'NAME in the cluster, CLUSTER/NAME or its ARN' } },
  flags: changeFlags,
  details: `
UpdateService with forceNewDeployment, with your AWS credentials, and nothing else in it.
${changeExits}

example:
  tidegate ecs restart shop/web`,
  async run({ args, flags }, io) {
    const { changeService } = await import('../ecs/changing.ts')
    const { restartPlan } = await import('../ecs/plans.ts')
    return changeService({ word: args.service, flags }, io, restartPlan)
  },
})
