import { useState } from 'react'
import { useSearchParams } from 'react-router'
import type { ActivityEvent } from '../../../tidegate/src/api/activity.ts'
import { type Caller, useAsked, useCall } from '../api/use-call.ts'
import { ActivityFilters } from '../components/ActivityFilters.tsx'
import { HeatMap } from '../components/HeatMap.tsx'
import { Loaded } from '../components/Loaded.tsx'
import { Page } from '../components/Page.tsx'
import { Timeline } from '../components/Timeline.tsx'
import { Copy } from '../ui/Copy.tsx'
import { Empty } from '../ui/Empty.tsx'
import { activityFilter, filterOf, type PageFilter, periods } from '../util/activity-filter.ts'
import { exact } from '../util/time.ts'

/** Who did what, and who was denied what. */
export function ActivityPage() {
  const [query] = useSearchParams()
  const filter = filterOf(query)
  return (
    <Page title="Activity">
      <ActivityFilters filter={filter} />
      <HeatMap filter={filter} />
      <Calls key={query.toString()} filter={filter} />
      <Integrity />
    </Page>
  )
}

function Calls({ filter }: { readonly filter: PageFilter }) {
  const [pages, setPages] = useState(1)
  const found = useAsked(['activity', filter, pages], (ask) => lookUp(ask, filter, pages), { every: 5000 })
  return (
    <section className="panel">
      <header className="panel-head">
        <h2>Calls, {periods[filter.period].text}</h2>
        <p className="faint aside">the newest first, times in UTC</p>
      </header>
      <Loaded from={found}>
        {({ events, hasMore }) =>
          events.length === 0 ? (
            <Empty title="No call matches" next="npx tidegate audit tail">
              <p className="faint">Every call through the gateway is recorded, those that were denied too.</p>
            </Empty>
          ) : (
            <>
              <Timeline events={events} />
              {hasMore && (
                <p className="panel-body">
                  <button type="button" onClick={() => setPages(pages + 1)}>
                    Older calls
                  </button>
                </p>
              )}
            </>
          )
        }
      </Loaded>
    </section>
  )
}

async function lookUp(
  ask: Caller,
  filter: PageFilter,
  pages: number,
): Promise<{ readonly events: readonly ActivityEvent[]; readonly hasMore: boolean }> {
  const asked = activityFilter(filter, Date.now())
  const events: ActivityEvent[] = []
  let token: string | undefined
  for (let page = 0; page < pages; page++) {
    const { Events, NextToken } = await ask('tidegate', 'LookupActivity', { ...asked, MaxResults: 50, NextToken: token })
    events.push(...Events)
    token = NextToken
    if (token === undefined) break
  }
  return { events, hasMore: token !== undefined }
}

/** How far the log is signed; whoever keeps the key and this root elsewhere can prove later that nothing was changed. */
function Integrity() {
  const { data } = useCall('tidegate', 'DescribeIntegrity', {}, { every: 60_000 })
  if (data === undefined) return null
  const { Records, CheckpointRecords, CheckpointTime, Root, VerifierKey } = data
  return (
    <section className="panel">
      <header className="panel-head">
        <h2>Integrity of the log</h2>
      </header>
      <div className="panel-body">
        <p>
          {CheckpointRecords} of {Records} records are under the checkpoint that was signed at {exact(Date.parse(CheckpointTime))}.
        </p>
        <p className="faint proof">
          Root <code>{Root}</code> <Copy text={Root} label="Copy the root" />
          <br />
          Key <code>{VerifierKey}</code> <Copy text={VerifierKey} label="Copy the key" />
        </p>
        <p className="faint">Verify the files themselves with npx tidegate audit verify.</p>
      </div>
    </section>
  )
}
