import type {
  DescribedElement,
  DescribeDecisionOutput,
  DescribedLayer,
  DescribedStatement,
} from '../../../tidegate/src/api/describe-decision.ts'
import { Icon } from '../ui/Icon.tsx'
import { outcomeText, policyTypeText } from '../util/policy-words.ts'
import { type Gate, gatesOf } from './funnel.ts'

/** The policy types that a request had to pass, one gate after the other: the water stops where it was shut. */
export function Funnel({ decision }: { readonly decision: DescribeDecisionOutput }) {
  const gates = gatesOf(decision)
  const isAllowed = decision.Effect === 'allow'
  return (
    <ol className="funnel">
      <li className="gate-end">
        <span className="gate-name">The request</span> <span className="mono">{decision.Action}</span>
      </li>
      {gates.map((gate) => (
        <GateItem key={`${gate.layer.PolicyType}-${gate.layer.Level ?? 0}`} gate={gate} />
      ))}
      <li className="gate-end" data-dry={!isAllowed}>
        <span className="gate-name">{isAllowed ? 'Allowed' : 'Not reached'}</span>{' '}
        <span className="mono faint">{decision.Resource ?? '*'}</span>
      </li>
    </ol>
  )
}

function GateItem({ gate: { layer, isShut, isDeciding, isBehind } }: { readonly gate: Gate }) {
  const level = layer.Level === undefined ? '' : `, level ${layer.Level}`
  return (
    <li data-shut={isShut} data-deciding={isDeciding} data-dry={isBehind}>
      <span className="gate-mark">
        <Icon name={isShut ? 'deny' : layer.Outcome === 'hidden' ? 'question' : 'allow'} />
      </span>
      <p>
        <span className="gate-name">
          {policyTypeText(layer.PolicyType)}
          {level}
        </span>{' '}
        <span className="gate-outcome">{outcomeText(layer.Outcome)}</span>
        {isDeciding && <strong className="decided"> decided here</strong>}
      </p>
      <Statements layer={layer} isOpen={isShut} />
    </li>
  )
}

function Statements({ layer: { Statements: all, OtherStatements }, isOpen }: { readonly layer: DescribedLayer; readonly isOpen: boolean }) {
  if (all.length === 0 && OtherStatements === 0) return null
  // A Deny decides, whatever else allows.
  const applied = all.filter(({ Applies }) => Applies).toSorted((a, b) => (a.Effect === b.Effect ? 0 : a.Effect === 'Deny' ? -1 : 1))
  const others = all.filter(({ Applies }) => !Applies)
  return (
    <>
      {applied.map((statement) => (
        <Statement key={keyOf(statement)} statement={statement} />
      ))}
      {(others.length > 0 || OtherStatements > 0) && (
        <details open={isOpen && applied.length === 0}>
          <summary>{countText(others.length, OtherStatements)}</summary>
          {others.map((statement) => (
            <Statement key={keyOf(statement)} statement={statement} />
          ))}
        </details>
      )}
    </>
  )
}

function countText(others: number, elsewhere: number): string {
  const near = others === 1 ? '1 statement does not apply' : `${others} statements do not apply`
  if (elsewhere === 0) return near
  return others === 0 ? `${elsewhere} about other services` : `${near}, ${elsewhere} more about other services`
}

function Statement({ statement }: { readonly statement: DescribedStatement }) {
  const { Effect, Applies, Policy, Statement: place, Sid, Line, Mismatch, Conditions } = statement
  const rows: readonly (DescribedElement & { readonly Holds?: boolean })[] =
    Mismatch === undefined || Mismatch.Element === 'Condition' ? Conditions : [{ ...Mismatch, Holds: false }, ...Conditions]
  return (
    <article className="statement" data-effect={Effect} data-applies={Applies}>
      <p>
        <strong>{Effect}</strong> by {Sid === undefined ? `statement ${place}` : <span className="mono">{Sid}</span>} of{' '}
        <span className="mono">{Policy}</span>
        <span className="faint">
          {Sid === undefined ? '' : `, statement ${place}`}, line {Line}
        </span>
        {!Applies && <span className="faint"> does not apply</span>}
      </p>
      {rows.length > 0 && <Elements rows={rows} />}
    </article>
  )
}

/** What a statement expects and what the request had. */
export function Elements({ rows }: { readonly rows: readonly (DescribedElement & { readonly Holds?: boolean })[] }) {
  return (
    <table className="elements stacked">
      <thead>
        <tr>
          <th scope="col">Element</th>
          <th scope="col">Expected</th>
          <th scope="col">Actual</th>
          <th scope="col">Holds</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ Element, Operator, Key, Expected, Substituted, Actual, Holds }, i) => (
          <tr key={i} data-holds={Holds}>
            <th scope="row">
              {Key ?? Element}
              {Operator !== undefined && <span className="faint"> {Operator}</span>}
            </th>
            <td data-label="Expected">
              <Values values={Expected} />
              {Substituted !== undefined && (
                <span className="faint">
                  that is <Values values={Substituted} />
                </span>
              )}
            </td>
            <td data-label="Actual">{Actual === undefined ? <em>the request has none</em> : <Values values={Actual} />}</td>
            <td data-label="Holds" className="short">
              <Icon name={Holds === true ? 'allow' : 'close'} /> {Holds === true ? 'yes' : 'no'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Values({ values }: { readonly values: readonly string[] }) {
  return (
    <>
      {values.map((value, i) => (
        <span key={i}>
          {i > 0 && <span className="faint"> or </span>}
          <span className="mono">{value === '' ? '""' : value}</span>
        </span>
      ))}
    </>
  )
}

const keyOf = ({ Policy, Statement: place }: DescribedStatement): string => `${Policy} ${place}`
