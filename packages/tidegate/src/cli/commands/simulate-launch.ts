import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { SimulateAccess$, type SimulateAccessOutput, type SimulatedAccess } from '../../api/access.ts'
import { verdictLines } from '../access-question.ts'
import { textOf } from '../audit-folder.ts'
import { asClient, type ClientSettings } from '../client.ts'
import { command } from '../command.ts'
import type { ExitCode } from '../io.ts'
import { launchRungs, missingStatement, readDefinition, type Rung } from '../launch-rungs.ts'
import { callTidegate } from '../tidegate-client.ts'
import { UsageError } from '../usage-error.ts'

export const simulateLaunch = command({
  args: { file: { value: 'TASKDEF.json', summary: 'a task definition, as register-task-definition takes it; - reads standard input' } },
  flags: {
    cluster: { type: 'string', value: 'CLUSTER', summary: 'where it would run; default by default' },
    as: { type: 'string', value: 'WHO', summary: 'who would run it: role/NAME, user/NAME or an ARN' },
    json: { type: 'boolean', summary: 'print an object' },
  },
  details: `
Asks, by the policies as they are, whether the task role and the execution role trust ECS, and
whether the execution role may fetch the images, read the secrets and write the logs; with --as,
whether that principal may hand the roles over and run the task. For a rung that breaks, the
statement that is missing is printed.

Needs tidegate:SimulateAccess on the principals.

exit: 0 all allowed, 1 refused or no answer, 2 wrong usage, 3 a rung breaks, 4 it depends

example:
  tidegate simulate launch taskdef.json --cluster prod --as role/deploy`,
  async run({ args, flags }, io) {
    const definition = readDefinition(await textOf(args.file, io))
    if (typeof definition === 'string') throw new UsageError(`\`${args.file}\` is no task definition: ${definition}`)
    return asClient(io, async (settings) => {
      const { Account: accountId = '' } = await new STSClient(settings).send(new GetCallerIdentityCommand({}))
      const launch = { accountId, region: settings.region, cluster: flags.cluster ?? 'default', as: flags.as }
      const rungs: { readonly rung: Rung; readonly verdict: SimulatedAccess }[] = []
      for (const rung of launchRungs(definition, launch)) rungs.push({ rung, verdict: await ask(rung, settings) })
      if (flags.json) await io.write(`${JSON.stringify({ rungs: rungs.map(({ rung, verdict }) => rungObject(rung, verdict)) })}\n`)
      else await io.write(rungs.length === 0 ? 'nothing to climb: the definition has no roles\n' : rungs.map(rungText).join(''))
      return exitOf(rungs.map(({ verdict }) => verdict.Effect))
    })
  },
})

async function ask({ who, action, resource, context }: Rung, settings: ClientSettings): Promise<SimulatedAccess> {
  const Requests = [{ Action: action, Resource: resource }]
  const { Results } = await callTidegate<SimulateAccessOutput>(settings, SimulateAccess$, { Who: who, Requests, Context: context })
  const [result] = Results
  if (result === undefined) throw new Error('the answer has no result')
  return result
}

function rungObject(rung: Rung, verdict: SimulatedAccess): object {
  const { step, who, action, resource } = rung
  const isBroken = verdict.Effect !== 'allow'
  return {
    step,
    who,
    action,
    resource,
    effect: verdict.Effect,
    reason: verdict.Reason,
    ...(isBroken && { missing: missingStatement(rung) }),
  }
}

function rungText({ rung, verdict }: { readonly rung: Rung; readonly verdict: SimulatedAccess }): string {
  const { step, who, action, resource } = rung
  const title = `${verdict.Effect.padEnd(11)} ${step.padEnd(9)} ${action} on ${resource}, by ${who}`
  if (verdict.Effect === 'allow') return `${title}\n`
  const { to, statement } = missingStatement(rung)
  return [title, ...verdictLines(verdict), `  missing in ${to}:`, `    ${JSON.stringify(statement)}`, ''].join('\n')
}

function exitOf(effects: readonly string[]): ExitCode {
  if (effects.includes('deny')) return 3
  return effects.every((effect) => effect === 'allow') ? 0 : 4
}
