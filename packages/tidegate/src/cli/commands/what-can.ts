import { type GrantedAccess, ListAccess$, type ListAccessOutput } from '../../api/access.ts'
import { contextFlags, dependencyLines, knownContext, ofUnknowns } from '../access-question.ts'
import { asClient } from '../client.ts'
import { command } from '../command.ts'
import { wrapped } from '../text.ts'
import { callTidegate } from '../tidegate-client.ts'

export const whatCan = command({
  args: { who: { value: 'WHO', summary: 'ARN of a principal; a name, user/NAME or role/NAME; root; SELF' } },
  flags: {
    ...contextFlags,
    service: { type: 'string', value: 'SERVICE', summary: 'only actions of this service, like ecs' },
  },
  details: `${ofUnknowns}
By patterns of resources as the policies write them, and by roles that may be assumed. A pattern
of which only a part is reached, because of a Deny or a boundary, is "conditional". Listed are
actions of services that are served here; policies of buckets may grant more.

Needs tidegate:ListAccess on the principal.

exit: 0 listed, 1 refused or no answer, 2 wrong usage, 3 nothing

example:
  tidegate what-can role/deploy --service ecs`,
  run({ args, flags }, io) {
    const input = { Who: args.who, ...(flags.service !== undefined && { Service: flags.service }), ...knownContext(flags) }
    return asClient(io, async (settings) => {
      const output = await callTidegate<ListAccessOutput>(settings, ListAccess$, input)
      await io.write(flags.json ? `${JSON.stringify(output)}\n` : accessText(output))
      return output.Access.length === 0 ? 3 : 0
    })
  },
})

function accessText({ Principal, Access, NotEvaluated }: ListAccessOutput): string {
  const unknown =
    NotEvaluated.length === 0
      ? []
      : ['', ...wrapped(`not evaluated, of services that are not served here: ${NotEvaluated.join(' ')}`, '', '  ')]
  return [Principal, ...(Access.length === 0 ? ['may do nothing'] : Access.flatMap(grantLines)), ...unknown, ''].join('\n')
}

function grantLines({ Resource, Actions, Effect, DependsOn }: GrantedAccess): string[] {
  return ['', `${Effect}: ${Resource}`, ...wrapped(Actions.join(' '), '  ', '  '), ...dependencyLines(DependsOn)]
}
