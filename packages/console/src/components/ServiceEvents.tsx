import type { ServiceEvent } from '@aws-sdk/client-ecs'
import type { Wire } from '../api/wire.ts'
import { Empty } from '../ui/Empty.tsx'
import { Time } from '../ui/Time.tsx'

export function ServiceEvents({ events }: { readonly events: readonly Wire<ServiceEvent>[] }) {
  return (
    <section className="panel">
      <header className="panel-head">
        <h2>Events</h2>
        <p className="faint aside">the last {Math.min(events.length, SHOWN)}</p>
      </header>
      {events.length === 0 ? (
        <Empty title="Nothing happened yet" />
      ) : (
        <ol className="events">
          {events.slice(0, SHOWN).map(({ id, createdAt, message }) => (
            <li key={id}>
              <span className="when">
                <Time at={createdAt} />
              </span>
              <span>{message}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

const SHOWN = 20
