import { Link, useParams } from 'react-router'
import type { ActivityEvent, ChainLink, DescribeEventChainOutput } from '../../../tidegate/src/api/activity.ts'
import { useCall } from '../api/use-call.ts'
import { actorText, iconOf } from '../components/Actors.tsx'
import { Loaded } from '../components/Loaded.tsx'
import { Outcome } from '../components/Outcome.tsx'
import { Page } from '../components/Page.tsx'
import { usePaths } from '../components/region.ts'
import { Arn } from '../ui/Arn.tsx'
import { Command } from '../ui/Command.tsx'
import { Facts } from '../ui/Facts.tsx'
import { Icon } from '../ui/Icon.tsx'
import { principalText } from '../util/arn.ts'
import { exact } from '../util/time.ts'

/** One call and the records that show because of whom it was made. */
export function EventPage() {
  const { event: id = '' } = useParams()
  const paths = usePaths()
  const chain = useCall('tidegate', 'DescribeEventChain', { EventId: id })
  return (
    <Page title={chain.data?.Event.Action ?? 'Event'} kind="Event" crumbs={[{ text: 'Activity', to: paths.activity() }]}>
      <Loaded from={chain}>{(found) => <Chain chain={found} />}</Loaded>
    </Page>
  )
}

function Chain({ chain: { Event, Links, Origin } }: { readonly chain: DescribeEventChainOutput }) {
  return (
    <div className="columns">
      <section className="panel">
        <header className="panel-head">
          <h2>Because of whom</h2>
        </header>
        <ol className="chain panel-body">
          <li data-actor={Origin.Type}>
            <Icon name={iconOf(Origin.Type)} />
            <span>
              <strong>{actorText(Origin)}</strong>
              <span className="faint">
                {Origin.Type}, {Origin.Subject} at {Origin.Issuer}
              </span>
            </span>
          </li>
          {Links.toReversed().map((link, i) => (
            <Cause key={link.Event?.EventId ?? i} link={link} />
          ))}
          <li data-actor="session">
            <Icon name="activity" />
            <span>
              <strong className="mono">{Event.Action}</strong>
              <Outcome event={Event} />
              {Event.Resources.map((arn) => (
                <Arn key={arn} arn={arn} />
              ))}
            </span>
          </li>
        </ol>
      </section>
      <EventFacts event={Event} />
    </div>
  )
}

function Cause({ link: { Kind, Actor, Event } }: { readonly link: ChainLink }) {
  const paths = usePaths()
  return (
    <li data-actor={Actor?.Type ?? 'session'}>
      <Icon name={Actor === undefined ? 'chain' : iconOf(Actor.Type)} />
      <span>
        {Actor !== undefined && <strong>{actorText(Actor)}</strong>}
        {Event === undefined ? (
          <span className="faint">
            {Kind === 'session'
              ? 'the call that made the session is not in the records that you may see'
              : 'no call that you may see: a service starts its tasks by itself'}
          </span>
        ) : (
          <>
            <span>
              {Kind === 'session' ? 'session made by ' : 'made by '}
              <Link to={paths.event(Event.EventId)} className="mono">
                {Event.Action}
              </Link>
            </span>
            <span className="faint">
              {Event.Principal !== '' && `${principalText(Event.Principal)}, `}
              {exact(Date.parse(Event.Time))}
            </span>
          </>
        )}
      </span>
    </li>
  )
}

function EventFacts({ event }: { readonly event: ActivityEvent }) {
  return (
    <aside aria-label="About this call">
      <section className="panel panel-body lined">
        <Facts
          facts={[
            { name: 'Outcome', value: <Outcome event={event} /> },
            { name: 'Error', value: event.ErrorMessage },
            { name: 'Caller', value: <Arn arn={event.Principal} /> },
            { name: 'Role', value: event.RoleArn && <Arn arn={event.RoleArn} /> },
            { name: 'Access key', value: event.AccessKeyId && <span className="mono">{event.AccessKeyId}</span> },
            { name: 'Time', value: exact(Date.parse(event.Time)) },
            { name: 'Region', value: event.Region },
            { name: 'From', value: event.SourceIp },
            { name: 'Client', value: event.UserAgent },
            { name: 'Account', value: event.AccountId },
            { name: 'Request', value: <Arn arn={event.RequestId} /> },
            { name: 'Event', value: <Arn arn={event.EventId} /> },
          ]}
        />
      </section>
      <section className="panel panel-body lined">
        <h2>The same in a terminal</h2>
        <Command line={`npx tidegate trace ${event.EventId}`} />
      </section>
    </aside>
  )
}
