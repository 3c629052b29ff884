import type { ActivityEvent, ChainLink, DescribedActor, DescribeEventChainOutput } from '../../api/activity.ts'
import { DescribeEventChain$ } from '../../api/activity.ts'
import { asClient } from '../client.ts'
import { command } from '../command.ts'
import { columns, oneLine } from '../text.ts'
import { callTidegate } from '../tidegate-client.ts'

export const trace = command({
  args: { event: { value: 'EVENT-ID', summary: 'id of an event of the audit log, or of a request' } },
  flags: { json: { type: 'boolean', summary: 'print an object' } },
  details: `
Begins with the event and goes back: to the call that made its session, to the call that made the
task or service behind it, up to the person, pipeline or user who came in from outside.
Asks the instance at AWS_ENDPOINT_URL with your AWS credentials; needs tidegate:LookupActivity.

exit: 0 told, 1 refused or no answer, 2 wrong usage

example:
  tidegate trace 0193a5c0-6d2f-7c1e-9b0a-4f5d3e2c1b0a`,
  run({ args, flags }, io) {
    return asClient(io, async (settings) => {
      const chain = await callTidegate<DescribeEventChainOutput>(settings, DescribeEventChain$, { EventId: args.event })
      await io.write(flags.json ? `${JSON.stringify(chain)}\n` : chainText(chain))
      return 0
    })
  },
})

function chainText({ Event, Links, Origin }: DescribeEventChainOutput): string {
  return [
    ...eventLines(Event),
    ...(Event.Actors.length === 0 ? [] : [`  behind it: ${Event.Actors.toReversed().map(actorText).join(' -> ')}`]),
    ...Links.flatMap(linkLines),
    '',
    `because of ${actorText(Origin)}`,
    '',
  ].join('\n')
}

function linkLines({ Kind, Actor, Event }: ChainLink): string[] {
  const title =
    Kind === 'session' ? '  with a session that was made by' : `  as ${Actor === undefined ? 'a workload' : actorText(Actor)}, made by`
  return Event === undefined
    ? [title, '  (no call is recorded that this account may see: a service starts its tasks by itself)']
    : [title, ...eventLines(Event)]
}

function eventLines({ Time, Action, Principal, Resources, Outcome, ErrorCode, EventId }: ActivityEvent): string[] {
  const [resource, ...others] = Resources
  return [
    `${Time}  ${Action}  ${Outcome === 'ok' ? 'ok' : `${Outcome} (${ErrorCode})`}`,
    ...columns([
      ['    by', Principal === '' ? 'nobody that is known' : Principal],
      ...(resource === undefined ? [] : [['    on', others.length === 0 ? resource : `${resource} and ${others.length} more`]]),
      ['    event', EventId],
    ]),
  ]
}

const actorText = ({ Type, Subject, Label }: DescribedActor): string => `${Type} ${oneLine(Label ?? Subject)}`
