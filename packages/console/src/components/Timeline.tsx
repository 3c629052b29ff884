import { Link } from 'react-router'
import type { ActivityEvent } from '../../../tidegate/src/api/activity.ts'
import { nameOf } from '../util/arn.ts'
import { exact } from '../util/time.ts'
import { Actors } from './Actors.tsx'
import { Outcome } from './Outcome.tsx'
import { usePaths } from './region.ts'

/** Calls, the newest first, each with everybody who is behind it. */
export function Timeline({ events }: { readonly events: readonly ActivityEvent[] }) {
  return (
    <ol className="timeline">
      {events.map((event, i) => {
        const day = event.Time.slice(0, 10)
        const isFirst = day !== events[i - 1]?.Time.slice(0, 10)
        return (
          <li key={event.EventId}>
            {isFirst && <h3>{day}</h3>}
            <EventLine event={event} />
          </li>
        )
      })}
    </ol>
  )
}

function EventLine({ event }: { readonly event: ActivityEvent }) {
  const paths = usePaths()
  const { EventId, Time, Action, Resources, Actors: actors, Principal } = event
  const [first, ...others] = Resources
  return (
    <article className="event" data-outcome={event.Outcome}>
      <time dateTime={Time} title={exact(Date.parse(Time))}>
        {Time.slice(11, 19)}
      </time>
      <Outcome event={event} />
      <p className="event-what">
        <Link to={paths.event(EventId)} className="mono">
          {Action}
        </Link>
        {first !== undefined && (
          <span className="faint" title={Resources.join('\n')}>
            {' '}
            on {nameOf(first)}
            {others.length > 0 && ` and ${others.length} more`}
          </span>
        )}
        {event.ErrorMessage !== undefined && <span className="reason event-why">{event.ErrorMessage}</span>}
      </p>
      <Actors actors={actors} principal={Principal} />
    </article>
  )
}
