import type { Step } from '../guide.ts'
import { payroll } from '../policies.ts'
import { define, runToEnd } from '../tasks.ts'
import { ecsOf, linesOf, type World } from '../world.ts'

export const explainDenial = (world: World): Step => ({
  title: 'the task reaches for a bucket that is not its own: a 403 as on AWS, and what AWS does not tell',
  async run(guide) {
    const ecs = await ecsOf(world, 'alice', 'developer')
    const { revision } = await define(ecs, 'reports', world.program, ['peek', payroll])
    guide.types('alice', `aws ecs run-task --task-definition reports:${revision}    # reads s3://${payroll}/salaries.csv`)
    const task = await runToEnd(ecs, `reports:${revision}`)
    const [line = '{}'] = await linesOf(world, task, 'reports')
    const { refused, message, requestId = '' } = JSON.parse(line) as Readonly<Record<string, string>>
    guide.answers(`${refused}: ${message}`)
    guide.holds(refused === 'AccessDenied' && requestId !== '', 'the task is refused')
    world.found.refusedRequest = requestId
    guide.types('carol', `tidegate explain ${requestId}`)
    const explained = await world.terminals.carol.run(['explain', requestId], 'demo-staging-auditor')
    guide.answers(`${explained.stdout}${explained.stderr}`, 30)
    for (const part of ['PayrollOfFrankfurt', 'aws:RequestedRegion', 'eu-central-1', 'us-east-1'])
      guide.holds(explained.stdout.includes(part), `the explanation names \`${part}\``)
    ecs.destroy()
  },
})
