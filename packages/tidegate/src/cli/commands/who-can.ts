import {
  ListPrincipalsWithAccess$,
  type ListPrincipalsWithAccessInput,
  type ListPrincipalsWithAccessOutput,
  type PrincipalWithAccess,
} from '../../api/access.ts'
import { contextFlags, dependencyLines, knownContext, ofUnknowns } from '../access-question.ts'
import { asClient } from '../client.ts'
import { command } from '../command.ts'
import { columns } from '../text.ts'
import { callTidegate } from '../tidegate-client.ts'

export const whoCan = command({
  args: {
    action: { value: 'ACTION', summary: 'ecs:StopTask' },
    resource: { value: 'RESOURCE', summary: 'ARN, perhaps with wildcards; * for actions without resources' },
  },
  flags: contextFlags,
  details: `${ofUnknowns}
Every principal of the account is looked at. A role stands for any of its sessions; who may assume
it is another question: who-can sts:AssumeRole ROLE-ARN.

Needs tidegate:ListPrincipalsWithAccess on the resource.

exit: 0 somebody may, 1 refused or no answer, 2 wrong usage, 3 nobody may, 4 it depends for all

example:
  tidegate who-can sts:AssumeRole arn:aws:iam::111122223333:role/deploy`,
  run({ args, flags }, io) {
    const input: ListPrincipalsWithAccessInput = { Action: args.action, Resource: args.resource, ...knownContext(flags) }
    return asClient(io, async (settings) => {
      const principals: PrincipalWithAccess[] = []
      let evaluated = 0
      let NextToken: string | undefined
      do {
        const page = { ...input, ...(NextToken !== undefined && { NextToken }) }
        const output = await callTidegate<ListPrincipalsWithAccessOutput>(settings, ListPrincipalsWithAccess$, page)
        principals.push(...output.Principals)
        evaluated += output.Evaluated
        NextToken = output.NextToken
      } while (NextToken !== undefined)
      await io.write(flags.json ? `${JSON.stringify({ Principals: principals, Evaluated: evaluated })}\n` : listText(principals, evaluated))
      if (principals.length === 0) return 3
      return principals.some(({ Effect }) => Effect === 'allow') ? 0 : 4
    })
  },
})

function listText(principals: readonly PrincipalWithAccess[], evaluated: number): string {
  const rows = columns(principals.map(({ Effect, Kind, Principal }) => [Effect, Kind, Principal]))
  const lines = principals.flatMap(({ DependsOn }, i) => [rows[i] ?? '', ...dependencyLines(DependsOn)])
  return [...lines, `${principals.length} of ${evaluated} principals of the account, and of others that the resource names`, ''].join('\n')
}
