import { SimulateAccess$, type SimulateAccessOutput } from '../../api/access.ts'
import { contextFlags, knownContext, ofUnknowns, verdictLines } from '../access-question.ts'
import { textOf } from '../audit-folder.ts'
import { asClient } from '../client.ts'
import { command } from '../command.ts'
import type { ExitCode } from '../io.ts'
import { callTidegate } from '../tidegate-client.ts'

export const can = command({
  args: {
    who: { value: 'WHO', summary: 'ARN of a principal; a name, user/NAME or role/NAME; root; a service; SELF' },
    action: { value: 'ACTION', summary: 'ecs:StopTask' },
    resource: { value: 'RESOURCE', summary: 'ARN, perhaps with wildcards; * for actions without resources' },
  },
  flags: {
    ...contextFlags,
    'session-policy': { type: 'list', value: 'FILE', summary: 'a policy that the session is narrowed by' },
  },
  details: `${ofUnknowns}
A role stands for any of its sessions that is not narrowed. One action is asked about; some calls
need several, as ecs:RunTask needs iam:PassRole.

Needs tidegate:SimulateAccess on the principal; everybody may ask about SELF.

exit: 0 allowed, 1 refused or no answer, 2 wrong usage, 3 denied, 4 it depends

examples:
  tidegate can role/deploy ecs:UpdateService arn:aws:ecs:us-east-1:111122223333:service/prod/web
  tidegate can alice iam:DeleteUser '*' -c aws:MultiFactorAuthPresent=true`,
  run({ args, flags }, io) {
    const known = knownContext(flags)
    return asClient(io, async (settings) => {
      const SessionPolicies = await Promise.all(flags['session-policy'].map((file) => textOf(file, io)))
      const Requests = [{ Action: args.action, Resource: args.resource }]
      const output = await callTidegate<SimulateAccessOutput>(settings, SimulateAccess$, {
        Who: args.who,
        Requests,
        SessionPolicies,
        ...known,
      })
      const [result] = output.Results
      if (result === undefined) throw new Error('the answer has no result')
      const lines = [`${result.Effect}: ${output.Principal} ${result.Action} ${result.Resource}`, ...verdictLines(result), '']
      await io.write(flags.json ? `${JSON.stringify({ Principal: output.Principal, ...result })}\n` : lines.join('\n'))
      return exits[result.Effect] ?? 1
    })
  },
})

const exits: Readonly<Record<string, ExitCode>> = { allow: 0, deny: 3, conditional: 4 }
