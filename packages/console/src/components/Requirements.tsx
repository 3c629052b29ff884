import type { DescribedOption, DescribedRequirement } from '../../../tidegate/src/api/describe-decision.ts'
import { policyTypeText } from '../util/policy-words.ts'
import { Elements } from './Funnel.tsx'

/** What would have to be true for the request to be allowed: all of these, each in one of its ways. */
export function Requirements({ requirements }: { readonly requirements: readonly DescribedRequirement[] }) {
  return (
    <section className="panel">
      <header className="panel-head">
        <h2>What would have to be true</h2>
        {requirements.length > 1 && <p className="faint aside">all {requirements.length} of these</p>}
      </header>
      <ol className="requirements">
        {requirements.map(({ PolicyType, Level, Need, Options }) => (
          <li key={`${PolicyType} ${Level ?? 0} ${Need}`}>
            <p>
              {Need === 'allow'
                ? `A statement of the ${nameOf(PolicyType)} allows it`
                : `The Deny of the ${nameOf(PolicyType)} does not apply`}
              {Level !== undefined && ` at level ${Level}`}
              {Options.length === 0 ? '.' : Options.length === 1 ? ':' : ', by one of these:'}
            </p>
            {Options.map((option) => (
              <Option key={`${option.Policy} ${option.Statement}`} option={option} need={Need} />
            ))}
          </li>
        ))}
      </ol>
    </section>
  )
}

function Option({
  option: { Policy, Sid, Statement, Conditions, Mismatch },
  need,
}: {
  readonly option: DescribedOption
  readonly need: string
}) {
  const rows = [...(Mismatch === undefined ? [] : [{ ...Mismatch, Holds: false }]), ...Conditions]
  return (
    <div className="statement">
      <p>
        <span className="mono">{Sid ?? `statement ${Statement}`}</span> of <span className="mono">{Policy}</span>
        {rows.length > 0 && (need === 'allow' ? ', if all of this held:' : ', if one of these did not hold:')}
      </p>
      {rows.length > 0 && <Elements rows={rows} />}
    </div>
  )
}

const nameOf = (type: string): string => policyTypeText(type).replace(/^(?!VPC)./, (letter) => letter.toLowerCase())
