import { type FocusEvent, useRef } from 'react'
import { useNavigate } from 'react-router'
import { type SignedIn, signOut } from '../session/store.ts'
import { Copy } from '../ui/Copy.tsx'
import { Icon } from '../ui/Icon.tsx'
import { useNow } from '../ui/use-now.ts'
import { accountOf, principalText } from '../util/arn.ts'
import { duration, exact } from '../util/time.ts'

/** As whom everything here is done: the person, the session that she holds, and how long it lasts. */
export function ActingAs({ session }: { readonly session: SignedIn }) {
  const card = useRef<HTMLDetailsElement>(null)
  const navigate = useNavigate()
  const now = useNow()
  const { arn, person, expiresAt, issuedAt } = session
  const left = expiresAt === undefined ? undefined : Math.max(0, (expiresAt - now) / 1000)
  const leave = (): void => {
    signOut()
    void navigate('/')
  }
  const close = (): void => card.current?.removeAttribute('open')
  const onLeave = ({ relatedTarget }: FocusEvent<HTMLDetailsElement>): void => {
    if (relatedTarget !== null && card.current?.contains(relatedTarget) !== true) close()
  }
  return (
    <details className="acting" ref={card} onKeyDown={({ key }) => key === 'Escape' && close()} onBlur={onLeave}>
      <summary>
        {expiresAt !== undefined && <Ring share={(expiresAt - now) / (expiresAt - issuedAt)} />}
        <span className="hidden">Acting as </span>
        <span className="acting-name">{person === undefined ? principalText(arn) : (person.label ?? person.subject)}</span>
        {left !== undefined && <span className="faint acting-left">{left === 0 ? 'ended' : duration(left)}</span>}
      </summary>
      <div className="acting-card">
        <h2>Acting as</h2>
        <ol className="chain">
          {person !== undefined && (
            <li data-actor="human">
              <Icon name="human" />
              <span>
                <strong>{person.label ?? person.subject}</strong>
                <span className="faint">
                  {person.subject} at {person.issuer}
                </span>
              </span>
            </li>
          )}
          <li data-actor={person === undefined ? 'workload' : 'session'}>
            <Icon name="chain" />
            <span>
              <strong>{principalText(arn)}</strong>
              <span className="faint">
                {arn} <Copy text={arn} label="Copy the ARN" />
              </span>
            </span>
          </li>
        </ol>
        <dl className="facts">
          <div>
            <dt>Account</dt>
            <dd>{accountOf(arn)}</dd>
          </div>
          <div>
            <dt>Ends</dt>
            <dd>{expiresAt === undefined ? 'these credentials do not say' : exact(expiresAt)}</dd>
          </div>
        </dl>
        <div className="actions">
          {person !== undefined && (
            <button type="button" onClick={signOut}>
              Another role
            </button>
          )}
          <button type="button" onClick={leave}>
            Sign out
          </button>
        </div>
      </div>
    </details>
  )
}

/** What is left of the session's time. */
function Ring({ share }: { readonly share: number }) {
  const part = Math.max(0, Math.min(1, share))
  return (
    <svg className="ring" viewBox="0 0 20 20" aria-hidden="true" data-low={part < 0.15}>
      <circle cx="10" cy="10" r="8" pathLength="100" className="ring-track" />
      <circle cx="10" cy="10" r="8" pathLength="100" className="ring-left" strokeDasharray={`${part * 100} 100`} />
    </svg>
  )
}
