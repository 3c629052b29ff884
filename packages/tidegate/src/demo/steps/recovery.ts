import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  type Service,
  StopTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import type { Step } from '../guide.ts'
import { cluster } from '../policies.ts'
import { define } from '../tasks.ts'
import { ecsOf, type World } from '../world.ts'

export const recovery = (world: World): Step => ({
  title: 'a bad revision rolls back by itself, a task that dies comes back; both are in the timeline',
  async run(guide) {
    const alice = await ecsOf(world, 'alice', 'developer')
    const before = await serviceOf(alice)
    const { revision } = await define(alice, 'reports', world.program, ['exit', '1'])
    guide.types('alice', `aws ecs update-service --service reports --task-definition reports:${revision}    # ends at once`)
    await alice.send(new UpdateServiceCommand({ cluster, service: 'reports', taskDefinition: `reports:${revision}` }))
    const back = await until(
      alice,
      (service) => service.events?.some(({ message = '' }) => /rolling back|rolled back/i.test(message)) === true,
    )
    await until(
      alice,
      (service) =>
        service.taskDefinition === before.taskDefinition &&
        service.runningCount === service.desiredCount &&
        service.deployments?.length === 1,
    )
    guide.answers(`back on ${before.taskDefinition?.split('/').at(-1)}, ${back.desiredCount} tasks`)

    const onCall = await ecsOf(world, 'alice', 'on-call')
    const { taskArns = [] } = await alice.send(new ListTasksCommand({ cluster, serviceName: 'reports' }))
    const [task = ''] = taskArns
    guide.types('alice', `aws ecs stop-task --task ${task.slice(-8)}`)
    await onCall.send(new StopTaskCommand({ cluster, task }))
    const after = await until(alice, async (service) => {
      if (service.runningCount !== service.desiredCount) return false
      const { tasks = [] } = await alice.send(new DescribeTasksCommand({ cluster, tasks: [task] }))
      return tasks[0]?.lastStatus === 'STOPPED'
    })
    guide.answers(`stopped, and ${after.runningCount} of ${after.desiredCount} tasks run again`)
    guide.types('alice', 'aws ecs describe-services --services reports --query "services[0].events[].message"')
    guide.answers((after.events ?? []).map(({ message = '' }) => message.replaceAll(/arn:aws:ecs:[^ )]*\//g, '')).join('\n'), 10)
    for (const client of [alice, onCall]) client.destroy()
  },
})

async function serviceOf(ecs: ECSClient): Promise<Service> {
  const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: ['reports'] }))
  if (services[0] === undefined) throw new Error('the service is gone')
  return services[0]
}

async function until(ecs: ECSClient, isSo: (service: Service) => boolean | Promise<boolean>): Promise<Service> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const service = await serviceOf(ecs)
    if (await isSo(service)) return service
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('that did not happen within a minute')
}
