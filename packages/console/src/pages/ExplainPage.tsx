import { type FormEvent, useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import type { DescribeDecisionOutput } from '../../../tidegate/src/api/describe-decision.ts'
import { useCall } from '../api/use-call.ts'
import { Actors } from '../components/Actors.tsx'
import { Funnel } from '../components/Funnel.tsx'
import { Loaded } from '../components/Loaded.tsx'
import { Page } from '../components/Page.tsx'
import { usePaths } from '../components/region.ts'
import { Requirements } from '../components/Requirements.tsx'
import { Arn } from '../ui/Arn.tsx'
import { Command } from '../ui/Command.tsx'
import { Facts } from '../ui/Facts.tsx'
import { Icon } from '../ui/Icon.tsx'
import { requestIdIn } from '../util/request-id.ts'
import { exact } from '../util/time.ts'

/** Why one request was decided as it was. */
export function ExplainPage() {
  const [query] = useSearchParams()
  const request = query.get('request') ?? ''
  return (
    <Page title="Explain">
      <Ask key={request} request={request} />
      {request !== '' && <Answer request={request} />}
    </Page>
  )
}

function Ask({ request }: { readonly request: string }) {
  const [, setQuery] = useSearchParams()
  const [isUnknown, setUnknown] = useState(false)
  const ask = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const text = new FormData(event.currentTarget).get('text')
    const id = typeof text === 'string' ? requestIdIn(text) : undefined
    setUnknown(id === undefined)
    if (id !== undefined) setQuery({ request: id })
  }
  return (
    <>
      <form className="ask" onSubmit={ask} role="search">
        <label>
          Request id, or the error message that has it
          <textarea name="text" rows={2} defaultValue={request} spellCheck={false} aria-invalid={isUnknown} required />
        </label>
        <div className="ask-actions">
          <button type="submit" className="primary">
            <Icon name="search" />
            Explain
          </button>
          <button type="button" onClick={() => setQuery({ request: 'LAST' })}>
            My last denial
          </button>
        </div>
      </form>
      {isUnknown && (
        <p className="trouble" role="alert">
          There is no request id in it. Clients print it with --debug, and every answer has it in the header x-amzn-requestid.
        </p>
      )}
      {request === '' && (
        <div className="empty">
          <p className="empty-title">A denied call is explained by its request id</p>
          <p className="faint">The same in a terminal, for the last call that you were denied:</p>
          <Command line="npx tidegate explain LAST" />
        </div>
      )}
    </>
  )
}

function Answer({ request }: { readonly request: string }) {
  const decision = useCall('tidegate', 'DescribeDecision', { RequestId: request })
  return <Loaded from={decision}>{(found) => <Decision decision={found} />}</Loaded>
}

function Decision({ decision }: { readonly decision: DescribeDecisionOutput }) {
  const paths = usePaths()
  const { Effect, Reason, Principal, Actors: actors, Action, Resource, Time, RequestId, EventId, View, Trace, MissingKeys } = decision
  return (
    <>
      <section className="decision" data-effect={Effect} aria-label="Decision">
        <Icon name={Effect === 'allow' ? 'allow' : Effect === 'none' ? 'question' : 'deny'} />
        <div>
          <h2>{effectTexts[Effect] ?? Effect}</h2>
          {Reason !== undefined && <p>{Reason}</p>}
        </div>
      </section>
      <div className="columns">
        <div>
          <section className="panel">
            <header className="panel-head">
              <h2>Which gate was shut</h2>
            </header>
            <Note view={View} trace={Trace} />
            {decision.Layers.length > 0 && <Funnel decision={decision} />}
          </section>
          {decision.Requirements.length > 0 && <Requirements requirements={decision.Requirements} />}
        </div>
        <aside aria-label="About this request">
          <section className="panel panel-body lined">
            <Facts
              facts={[
                { name: 'Who', value: <Actors actors={actors} principal={Principal} /> },
                { name: 'Action', value: <span className="mono">{Action}</span> },
                { name: 'Resource', value: Resource && <Arn arn={Resource} /> },
                { name: 'Time', value: exact(Date.parse(Time)) },
                { name: 'Request', value: <Arn arn={RequestId} /> },
                { name: 'Keys it lacked', value: MissingKeys.join(', ') },
              ]}
            />
            <p className="more">
              <Link to={paths.event(EventId)}>What led to it</Link>
            </p>
          </section>
          <section className="panel panel-body lined">
            <h2>The same in a terminal</h2>
            <Command line={`npx tidegate explain ${RequestId}`} />
          </section>
        </aside>
      </div>
    </>
  )
}

function Note({ view, trace }: { readonly view: string; readonly trace: string }) {
  const text = trace === 'none' ? notes['none'] : notes[view]
  return text === undefined ? null : <p className="note">{text}</p>
}

const notes: Readonly<Record<string, string | undefined>> = {
  none: 'No trace was kept of this decision: traces are kept of denials, as long as their key is.',
  'policy-types': 'You see which policy types decided. Whoever may tidegate:DescribeDecision sees their statements too.',
  outcome: 'The resource is of another account: only the outcome is shown.',
}

const effectTexts: Readonly<Record<string, string>> = {
  allow: 'Allowed',
  'explicit-deny': 'Denied: a statement denies it',
  'implicit-deny': 'Denied: no statement allows it',
  none: 'It never came to a decision',
}
