import { Link } from 'react-router'
import { useAsked } from '../api/use-call.ts'
import { Icon } from '../ui/Icon.tsx'
import { activityFilter, type PageFilter, periods, queryOf } from '../util/activity-filter.ts'
import { principalText } from '../util/arn.ts'
import { type HeatCell, heatMapOf, type HeatRow } from '../util/heat.ts'
import { policyTypeText } from '../util/policy-words.ts'
import { iconOf } from './Actors.tsx'
import { Loaded } from './Loaded.tsx'
import { usePaths } from './region.ts'

/** Who was denied what, how often: a table whose cells are links to the calls themselves. */
export function HeatMap({ filter }: { readonly filter: PageFilter }) {
  const denied = { ...filter, isDeniedOnly: true }
  const counts = useAsked(['count', denied], (ask) => ask('tidegate', 'CountActivity', activityFilter(denied, Date.now())), {
    every: 10_000,
  })
  return (
    <section className="panel">
      <Loaded from={counts}>
        {({ Groups, Events, IsComplete }) => {
          const map = heatMapOf(Groups, { rows: 20, columns: 12 })
          const title = `${map.total} denied ${map.total === 1 ? 'call' : 'calls'}, ${periods[filter.period].text}`
          return (
            <>
              <header className="panel-head">
                <h2>{title}</h2>
                {map.rows.length > 0 && <Legend />}
              </header>
              {map.rows.length === 0 ? (
                <p className="note">Nobody was denied anything that this filter is about.</p>
              ) : (
                <div className="scrolling" tabIndex={0} role="region" aria-label={title}>
                  <table className="heat">
                    <caption className="hidden">Denied calls by who and action; each number leads to its calls</caption>
                    <thead>
                      <tr>
                        <th scope="col">Who</th>
                        {map.columns.map((action) => (
                          <th key={action} scope="col">
                            <span>{action}</span>
                          </th>
                        ))}
                      </tr>
                    </thead>
                    <tbody>
                      {map.rows.map((row) => (
                        <Row key={`${row.who} ${row.principal}`} row={row} columns={map.columns} filter={denied} />
                      ))}
                    </tbody>
                  </table>
                </div>
              )}
              {(map.leftOut > 0 || !IsComplete) && (
                <p className="note">
                  {map.leftOut > 0 && `${map.leftOut} more are of rarer actions or people. `}
                  {!IsComplete && `Only the newest ${Events} calls were counted: narrow the filter to count all.`}
                </p>
              )}
            </>
          )
        }}
      </Loaded>
    </section>
  )
}

function Row({ row, columns, filter }: { readonly row: HeatRow; readonly columns: readonly string[]; readonly filter: PageFilter }) {
  const isPrincipal = row.who === row.principal
  const who = isPrincipal ? principalText(row.who) : row.who
  return (
    <tr>
      <th scope="row" data-actor={row.whoType} title={row.principal}>
        <Icon name={iconOf(row.whoType)} />
        <span>
          {who}
          {!isPrincipal && <span className="faint"> as {principalText(row.principal)}</span>}
        </span>
      </th>
      {row.cells.map((cell, i) => (
        <Cell key={columns[i]} cell={cell} who={who} row={row} action={columns[i] ?? ''} filter={filter} />
      ))}
    </tr>
  )
}

function Cell({
  cell: { count, level, causes },
  who,
  row,
  action,
  filter,
}: {
  readonly cell: HeatCell
  readonly who: string
  readonly row: HeatRow
  readonly action: string
  readonly filter: PageFilter
}) {
  const paths = usePaths()
  if (count === 0) return <td data-level={0} />
  const isPrincipal = row.who === row.principal
  const texts = { ...filter.texts, action, principal: row.principal, ...(!isPrincipal && { actor: row.who }) }
  const by = causes.length === 0 ? '' : `, by ${causes.map(policyTypeText).join(', ')}`
  return (
    <td data-level={level}>
      <Link to={paths.activity(queryOf({ ...filter, texts }))} title={`${who}: ${action} denied ${count} times${by}`}>
        {count}
      </Link>
    </td>
  )
}

function Legend() {
  return (
    <p className="legend aside" aria-hidden="true">
      {['1', '4', '16', '64'].map((least, i) => (
        <span key={least} data-level={i + 1}>
          {least}+
        </span>
      ))}
    </p>
  )
}
