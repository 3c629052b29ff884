import { CreateServiceCommand, UpdateServiceCommand, type UpdateServiceCommandInput, waitUntilServicesStable } from '@aws-sdk/client-ecs'
import type { Step } from '../guide.ts'
import { cluster, reports } from '../policies.ts'
import { define } from '../tasks.ts'
import { ecsOf, refusal, type World } from '../world.ts'

export const deployAndScale = (world: World): Step => ({
  title: 'developers deploy and restart, operations scale, and nobody scales above ten',
  async run(guide) {
    const [alice, bob] = [await ecsOf(world, 'alice', 'developer'), await ecsOf(world, 'bob', 'operator')]
    const service = 'reports'
    const { revision } = await define(alice, 'reports', world.program, ['serve', reports])
    guide.types('alice', `aws ecs create-service --service-name ${service} --task-definition reports:${revision} --desired-count 1 ...`)
    await alice.send(
      new CreateServiceCommand({
        cluster,
        serviceName: service,
        taskDefinition: `reports:${revision}`,
        desiredCount: 1,
        deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
      }),
    )
    await waitUntilServicesStable({ client: alice, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { cluster, services: [service] })
    guide.answers('stable')

    const change = async (
      who: 'alice' | 'bob',
      command: string,
      input: Partial<UpdateServiceCommandInput>,
      isAllowed: boolean,
    ): Promise<void> => {
      guide.types(who, `aws ecs update-service --service ${service} ${command}`)
      const refused = await refusal(guide, (who === 'alice' ? alice : bob).send(new UpdateServiceCommand({ cluster, service, ...input })))
      guide.holds((refused === undefined) === isAllowed, `${who} ${isAllowed ? 'may' : 'may not'} do that`)
    }
    await change('alice', '--force-new-deployment', { forceNewDeployment: true }, true)
    await change('alice', '--desired-count 4', { desiredCount: 4 }, false)
    await change('bob', '--force-new-deployment', { forceNewDeployment: true }, false)
    await change('bob', '--desired-count 11', { desiredCount: 11 }, false)
    await change('bob', '--desired-count 4', { desiredCount: 4 }, true)
    await waitUntilServicesStable({ client: bob, maxWaitTime: 90, minDelay: 1, maxDelay: 1 }, { cluster, services: [service] })
    guide.says('four tasks run')
    for (const client of [alice, bob]) client.destroy()
  },
})
