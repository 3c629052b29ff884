import { command } from '../command.ts'
import { changeExits, changeFlags } from '../ecs/flags.ts'

export const ecsRollback = command({
  args: { service: { value: 'SERVICE', summary: 'NAME in the cluster, CLUSTER/NAME or its ARN' } },
  flags: changeFlags,
  details: `
A deployment that is under way is stopped and rolled back (StopServiceDeployment). Where none is,
the newest task definition that was deployed with success and is not the one that runs now is
deployed again (UpdateService). --dry-run tells which of both it would be.
${changeExits}

example:
  tidegate ecs rollback shop/web`,
  async run({ args, flags }, io) {
    const { changeService } = await import('../ecs/changing.ts')
    const { rollbackPlan } = await import('../ecs/plans.ts')
    return changeService({ word: args.service, flags }, io, rollbackPlan)
  },
})
