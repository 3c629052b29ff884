import type { Step } from '../guide.ts'
import { cluster, reports } from '../policies.ts'
import { define, runToEnd } from '../tasks.ts'
import { ecsOf, linesOf, type World } from '../world.ts'

export const runTask = (world: World): Step => ({
  title: 'alice runs a task; it writes a report to S3 with the credentials of its own role, which nobody gave it',
  async run(guide) {
    const ecs = await ecsOf(world, 'alice', 'developer')
    guide.types('alice', 'aws ecs register-task-definition --family reports --task-role-arn reports-task ...')
    const { family, revision } = await define(ecs, 'reports', world.program, ['write', reports])
    guide.answers(`${family}:${revision}`)
    guide.types('alice', `aws ecs run-task --cluster ${cluster} --task-definition reports:${revision}`)
    const task = await runToEnd(ecs, `reports:${revision}`)
    const exitCode = task.containers?.[0]?.exitCode
    guide.answers(`${task.taskArn}\n${task.lastStatus}, exit code ${exitCode}`)
    guide.holds(exitCode === 0, `the task ends well (${task.stoppedReason ?? 'no reason'})`)
    guide.types('alice', 'tidegate logs reports')
    const lines = await linesOf(world, task, 'reports')
    guide.answers(lines.join('\n'))
    const [who, wrote] = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    guide.holds(String(who?.['iAm']).includes(':assumed-role/reports-task/'), 'the task is its role, by the name of the task')
    guide.holds(JSON.stringify(who?.['keysInEnvironment']) === '[]', 'there is no key in its environment')
    guide.holds(String(wrote?.['readBack']).startsWith('harbour,ships'), 'what it wrote is what it reads back')
    world.found.reportTask = task
    world.found.reportKey = String(wrote?.['wrote']).replace(`s3://${reports}/`, '')
    ecs.destroy()
  },
})
