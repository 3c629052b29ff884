import type { DescribedActor } from '../../../tidegate/src/api/activity.ts'
import { Icon, type IconName } from '../ui/Icon.tsx'
import { principalText } from '../util/arn.ts'

/** Who is behind a call, from where it began to who made it: alice, then the service, then the task. */
export function Actors({ actors, principal }: { readonly actors: readonly DescribedActor[]; readonly principal: string }) {
  const [nearest] = actors
  // A user of IAM is behind her calls herself.
  const isShown = principal !== '' && (nearest === undefined || actorText(nearest) !== principalText(principal))
  return (
    <ol className="actors">
      {actors.toReversed().map((actor) => (
        <li key={`${actor.Issuer} ${actor.Subject}`} data-actor={actor.Type} title={`${actor.Type}: ${actor.Subject} at ${actor.Issuer}`}>
          <Icon name={iconOf(actor.Type)} />
          <span className="hidden">{actor.Type}</span>
          {actorText(actor)}
        </li>
      ))}
      {isShown && (
        <li data-actor="session" title={principal}>
          {principalText(principal)}
        </li>
      )}
    </ol>
  )
}

export function actorText({ Label, Subject }: Pick<DescribedActor, 'Label' | 'Subject'>): string {
  return Label ?? principalText(Subject)
}

export function iconOf(type: string): IconName {
  return icons[type] ?? 'question'
}

const icons: Readonly<Record<string, IconName>> = {
  human: 'human',
  pipeline: 'pipeline',
  agent: 'agent',
  workload: 'workload',
  principal: 'human',
}
