import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { ApiError } from '../api/api-error.ts'
import { nameOf, accountOf } from '../util/arn.ts'
import { claimsOf, idTokenFor, offeredProviders } from './oidc.ts'
import { type Person, rememberHabit, signIn, takePending } from './store.ts'
import { assumeRoleWithWebIdentity, sessionNameOf } from './sts.ts'

interface Arrived {
  readonly person: Person
  readonly roles: readonly string[]
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

  const enter = async ({ person, returnTo }: Arrived, role: string): Promise<void> => {
    const issuedAt = Date.now()
    const { credentials, arn, expiresAt } = await assumeRoleWithWebIdentity(role, sessionNameOf(claimsOf(person.idToken)), person.idToken)
    queries.clear()
    rememberHabit({ provider: person.provider, role })
    signIn({ credentials, arn, issuedAt, expiresAt, person })
    await navigate(returnTo, { replace: true })
  }
  const fail = (cause: unknown): void => setProblem(cause instanceof ApiError ? cause.message : String(cause))

  useEffect(() => {
    if (isBegun.current) return
    isBegun.current = true
    const arrive = async (): Promise<void> => {
      const pending = takePending()
      const idToken = await idTokenFor(query, pending)
      const claims = claimsOf(idToken)
      const providers = await offeredProviders(AbortSignal.timeout(10_000))
      const { roles = [] } = providers.find(({ id }) => id === pending?.provider) ?? {}
      const found = { person: personOf(claims, idToken, pending?.provider ?? ''), roles, returnTo: pending?.returnTo ?? '/' }
      const [only] = roles
      const role = pending?.role ?? (roles.length === 1 ? only : undefined)
      setArrived(found)
      if (role !== undefined) await enter(found, role)
    }
    arrive().catch(fail)
  })

  return (
    <main className="sign-in" id="content">
      <h1>{arrived === undefined ? 'Signing in' : `Hello ${arrived.person.label}`}</h1>
      {problem !== undefined && (
        <>
          <p className="trouble" role="alert">
            {problem}
          </p>
          <p>
            <Link to="/">Try again</Link>
          </p>
        </>
      )}
      {arrived !== undefined && (
        <>
          <p className="lead">{arrived.roles.length > 0 ? 'In which role?' : 'No role is bound to this identity provider.'}</p>
          <ul className="roles">
            {arrived.roles.map((role) => (
              <li key={role}>
                <button
                  type="button"
                  className="wide"
                  onClick={() => {
                    setProblem(undefined)
                    enter(arrived, role).catch(fail)
                  }}
                >
                  {nameOf(role)} <span className="faint">in {accountOf(role)}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </main>
  )
}

function personOf(claims: Readonly<Record<string, unknown>>, idToken: string, provider: string): Person {
  const text = (name: string): string | undefined => {
    const value = claims[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const subject = text('sub') ?? ''
  return {
    provider,
    issuer: text('iss') ?? '',
    subject,
    label: text('email') ?? text('preferred_username') ?? text('name') ?? subject,
    idToken,
  }
}
