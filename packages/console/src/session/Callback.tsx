import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { ApiError } from '../api/api-error.ts'
import { Gate } from '../ui/Gate.tsx'
import { duration } from '../util/time.ts'
import { idTokenFor } from './oidc.ts'
import { type Arrival, type OfferedRole, personOf } from './person.ts'
import { rememberHabit, signIn, takePending } from './store.ts'
import { assumeRoleWithWebIdentity } from './sts.ts'

interface Arrived {
  readonly person: Arrival
  readonly idToken: string
  readonly returnTo: string
}

/** Where the identity provider sends people back to: their token for a session, in a role that they choose where there are several. */
export function Callback() {
  const [query] = useSearchParams()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [arrived, setArrived] = useState<Arrived>()
  const [problem, setProblem] = useState<string>()
  const isBegun = useRef(false)

  const enter = async ({ person, idToken, returnTo }: Arrived, role: OfferedRole): Promise<void> => {
    const issuedAt = Date.now()
    const { credentials, arn, expiresAt } = await assumeRoleWithWebIdentity(role, person.sessionName, idToken)
    queries.clear()
    rememberHabit({ provider: person.provider, role: role.arn })
    signIn({ credentials, arn, issuedAt, expiresAt, person })
    await navigate(returnTo, { replace: true })
  }
  const fail = (cause: unknown): void => setProblem(cause instanceof ApiError ? cause.message : String(cause))

  useEffect(() => {
    // A code is good once, and React runs effects twice while developing.
    if (isBegun.current) return
    isBegun.current = true
    const arrive = async (): Promise<void> => {
      const pending = takePending()
      const idToken = await idTokenFor(query, pending)
      const found = { person: await personOf(idToken), idToken, returnTo: pending?.returnTo ?? '/' }
      setArrived(found)
      const { roles } = found.person
      const role = roles.find(({ arn }) => arn === pending?.role) ?? (roles.length === 1 ? roles[0] : undefined)
      if (role !== undefined) await enter(found, role)
    }
    arrive().catch(fail)
  })

  return (
    <main className="sign-in" id="content">
      <Gate />
      <h1>{arrived === undefined ? 'Signing in' : `Hello ${arrived.person.label ?? arrived.person.subject}`}</h1>
      {problem !== undefined && (
        <>
          <p className="trouble" role="alert">
            {problem}
          </p>
          <p>
            <Link to="/">Sign in again</Link>
          </p>
        </>
      )}
      {arrived !== undefined && (
        <Roles
          person={arrived.person}
          choose={(role) => {
            setProblem(undefined)
            enter(arrived, role).catch(fail)
          }}
        />
      )}
    </main>
  )
}

function Roles({ person: { roles, askForAccess }, choose }: { readonly person: Arrival; readonly choose: (role: OfferedRole) => void }) {
  if (roles.length === 0) {
    return (
      <>
        <p className="lead">None of your groups is bound to a role.</p>
        {askForAccess !== undefined && <p>Ask for access: {askForAccess}</p>}
      </>
    )
  }
  return (
    <>
      <p className="lead">In which role?</p>
      <ul className="roles">
        {roles.map((role) => (
          <li key={role.arn}>
            <button type="button" className="wide" onClick={() => choose(role)}>
              {role.name}
              <span className="faint">
                in {role.accountName}, for {duration(role.maxDurationSeconds)}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
