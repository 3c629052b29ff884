import {
  CreateServiceCommand,
  DeleteClusterCommand,
  type ECSClient,
  ListTasksCommand,
  RunTaskCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs'
import type { Guide, Step } from '../guide.ts'
import { cluster, reports } from '../policies.ts'
import { define } from '../tasks.ts'
import { ecsOf, refusal, type World } from '../world.ts'

/** Three policies that teams write on their first day with ECS; each allows one call here and denies one. */
export const threePolicies = (world: World): Step => ({
  title: 'three policies of everybody: one family on one cluster, a second factor, a tag that tasks have from their service',
  async run(guide) {
    const developer = await ecsOf(world, 'alice', 'developer')
    const onCall = await ecsOf(world, 'alice', 'on-call')
    await define(developer, 'reports', world.program, ['serve', reports])
    await define(developer, 'web', world.program, ['serve', reports])

    guide.says('\n   StopTask on one family of one cluster:')
    await stops(guide, onCall, await started(developer, 'web'), 'web', false)
    await stops(guide, onCall, await started(developer, 'reports'), 'reports', true)

    guide.says('\n   DeleteCluster only with a second factor:')
    const deletes = async (who: string, ecs: ECSClient, isAllowed: boolean): Promise<void> => {
      guide.types('alice', `aws ecs delete-cluster --cluster old-harbour    # ${who}`)
      const refused = await refusal(guide, ecs.send(new DeleteClusterCommand({ cluster: 'old-harbour' })))
      guide.holds((refused === undefined) === isAllowed, `a cluster is deleted ${isAllowed ? 'with' : 'only with'} a second factor`)
    }
    const passwordOnly = await world.terminals.alice.signIn('alice', ['--force'], { factors: '1' })
    guide.holds(passwordOnly.code === 0, 'alice signs in with a password only')
    await deletes('signed in with a password only', await ecsOf(world, 'alice', 'on-call'), false)
    const both = await world.terminals.alice.signIn('alice', ['--force'])
    guide.holds(both.code === 0, 'alice signs in with both factors')
    await deletes('signed in with both factors', await ecsOf(world, 'alice', 'on-call'), true)

    guide.says('\n   Start and stop only what is tagged Department=Accounting:')
    guide.types('alice', 'aws ecs create-service --service-name books --propagate-tags SERVICE --tags Department=Accounting ...')
    const tags = [{ key: 'Department', value: 'Accounting' }]
    await developer.send(
      new CreateServiceCommand({ cluster, serviceName: 'books', taskDefinition: 'web', desiredCount: 1, propagateTags: 'SERVICE', tags }),
    )
    guide.answers('ok')
    await stops(guide, onCall, await firstTask(developer, 'books'), 'a task of books', true)
    await stops(guide, onCall, await started(developer, 'web'), 'web, without the tag', false)
    for (const client of [developer, onCall]) client.destroy()
  },
})

async function stops(guide: Guide, ecs: ECSClient, task: string, what: string, isAllowed: boolean): Promise<void> {
  guide.types('alice', `aws ecs stop-task --task ${task.slice(-8)}    # ${what}`)
  const refused = await refusal(guide, ecs.send(new StopTaskCommand({ cluster, task })))
  guide.holds((refused === undefined) === isAllowed, `stopping ${what} is ${isAllowed ? 'allowed' : 'denied'}`)
}

async function started(ecs: ECSClient, taskDefinition: string): Promise<string> {
  const { tasks = [] } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition }))
  return tasks[0]?.taskArn ?? ''
}

async function firstTask(ecs: ECSClient, serviceName: string): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName }))
    if (taskArns[0] !== undefined) return taskArns[0]
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`no task of ${serviceName} was started`)
}
