import { Link } from 'react-router'
import { useCall } from '../api/use-call.ts'
import { Time } from '../ui/Time.tsx'
import { Actors } from './Actors.tsx'
import { Loaded } from './Loaded.tsx'
import { Outcome } from './Outcome.tsx'
import { usePaths } from './region.ts'

/** Who changed something last, or tried to. */
export function LastActors({ resource, of }: { /** ARN. */ readonly resource: string; readonly of?: string | undefined }) {
  const paths = usePaths()
  const found = useCall('tidegate', 'LookupActivity', { Resource: resource, ChangesOnly: true, MaxResults: 5 }, { every: 5000 })
  return (
    <section className="panel panel-body lined">
      <h2>Last actors{of && ` of ${of}`}</h2>
      <Loaded from={found}>
        {({ Events }) => (
          <>
            {Events.length === 0 && <p className="faint">No change is recorded.</p>}
            <ol className="last-actors">
              {Events.map((event) => (
                <li key={event.EventId}>
                  <p>
                    <Link to={paths.event(event.EventId)} className="mono">
                      {event.Action}
                    </Link>{' '}
                    <Outcome event={event} />
                    <span className="faint">
                      {' '}
                      <Time at={Date.parse(event.Time) / 1000} />
                    </span>
                  </p>
                  <Actors actors={event.Actors} principal={event.Principal} />
                </li>
              ))}
            </ol>
          </>
        )}
      </Loaded>
      <p className="more">
        <Link to={paths.activity({ resource, period: 'all' })}>All activity</Link>
      </p>
    </section>
  )
}
