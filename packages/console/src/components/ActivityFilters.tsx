import type { FormEvent } from 'react'
import { useSearchParams } from 'react-router'
import { filterOf, type PageFilter, type Period, periods, queryOf, type TextField, textFields } from '../util/activity-filter.ts'

/** What the page is about; all of it is in its address. */
export function ActivityFilters({ filter }: { readonly filter: PageFilter }) {
  const [, setQuery] = useSearchParams()
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const entries = [...new FormData(event.currentTarget)].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))
    setQuery(queryOf(filterOf(new URLSearchParams(entries))))
  }
  const given = textFields.filter((name) => filter.texts[name] !== undefined)
  return (
    <form className="filters" onSubmit={submit} role="search" key={JSON.stringify(filter)}>
      {(['actor', 'action', 'resource'] as const).map((name) => (
        <Field key={name} name={name} filter={filter} />
      ))}
      <label>
        Period
        <select name="period" defaultValue={filter.period} onChange={({ target }) => target.form?.requestSubmit()}>
          {Object.entries(periods).map(([period, { text }]) => (
            <option key={period} value={period satisfies string as Period}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <details className="more-filters" open={given.some((name) => !first.has(name))}>
        <summary>More</summary>
        <div>
          {(['principal', 'service', 'session'] as const).map((name) => (
            <Field key={name} name={name} filter={filter} />
          ))}
        </div>
      </details>
      <fieldset>
        <legend className="hidden">Only</legend>
        <Check name="denied" isOn={filter.isDeniedOnly} text="denied only" />
        <Check name="changes" isOn={filter.isChangesOnly} text="changes only" />
      </fieldset>
      <div className="filter-actions">
        <button type="submit">Filter</button>
        <button type="button" className="quiet" onClick={() => setQuery({})}>
          Clear
        </button>
      </div>
    </form>
  )
}

function Field({ name, filter }: { readonly name: TextField; readonly filter: PageFilter }) {
  const { label, example } = fields[name]
  return (
    <label>
      {label}
      <input name={name} defaultValue={filter.texts[name] ?? ''} placeholder={example} spellCheck={false} autoComplete="off" />
    </label>
  )
}

function Check({ name, isOn, text }: { readonly name: string; readonly isOn: boolean; readonly text: string }) {
  return (
    <label className="check">
      <input type="checkbox" name={name} value="yes" defaultChecked={isOn} onChange={({ target }) => target.form?.requestSubmit()} />
      {text}
    </label>
  )
}

const first: ReadonlySet<TextField> = new Set(['actor', 'action', 'resource'])

const fields: Readonly<Record<TextField, { readonly label: string; readonly example: string }>> = {
  actor: { label: 'Actor', example: 'alice@example.com' },
  principal: { label: 'Principal', example: 'ARN of a user or role' },
  action: { label: 'Action', example: 'ecs:StopTask' },
  service: { label: 'Service', example: 'ecs' },
  resource: { label: 'Resource', example: 'ARN, or its last name' },
  session: { label: 'Session name', example: 'alice' },
}
