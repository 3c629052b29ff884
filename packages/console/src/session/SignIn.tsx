import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { useLocation, useParams } from 'react-router'
import { ApiError } from '../api/api-error.ts'
import { Gate } from '../ui/Gate.tsx'
import { nameOf } from '../util/arn.ts'
import { authorizationRequest, offeredProviders, type Provider } from './oidc.ts'
import { isFirstTry, lastHabit, rememberPending, signIn } from './store.ts'
import { callerArn } from './sts.ts'

/** Whoever has no session gets this in place of the page, and the page once there is one. */
export function SignIn({ reason }: { readonly reason?: string }) {
  const { pathname, search } = useLocation()
  const [problem, setProblem] = useState<string>()
  const {
    data: providers = [],
    isPending,
    error,
  } = useQuery({
    queryKey: ['providers'],
    queryFn: ({ signal }) => offeredProviders(signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const begin = (provider: Provider, role?: string): void => {
    leaveFor(provider, `${pathname}${search}`, role).catch((cause: unknown) => setProblem(textOf(cause)))
  }
  const habit = lastHabit()
  // After a reload the provider still knows who this is. Tried once: where it fails, the page below says why.
  const known = reason === undefined ? providers.find(({ name, problem: why }) => name === habit?.provider && why === undefined) : undefined
  useEffect(() => {
    if (known !== undefined && isFirstTry()) begin(known, habit?.role)
  })
  useEffect(() => {
    document.title = 'Sign in - Tidegate'
  }, [])
  return (
    <main className="sign-in" id="content">
      <Gate />
      <h1>{reason === undefined ? 'Tidegate' : 'Signed out'}</h1>
      <p className="lead">{reason ?? 'Every call from here is made in your name, judged by the same policies, and recorded.'}</p>
      {(problem ?? error?.message) !== undefined && (
        <p className="trouble" role="alert">
          {problem ?? error?.message}
        </p>
      )}
      {isPending && <p className="loading">loading</p>}
      {providers.map((provider) => (
        <ProviderChoice
          key={provider.name}
          provider={provider}
          role={habit?.provider === provider.name ? habit.role : undefined}
          begin={begin}
        />
      ))}
      {!isPending && providers.length === 0 && (
        <p className="faint">No identity provider is configured for this gateway, so there is nobody to sign in with yet.</p>
      )}
      <TypedCredentials onProblem={setProblem} isOpen={!isPending && providers.length === 0} />
    </main>
  )
}

function ProviderChoice({
  provider,
  role,
  begin,
}: {
  readonly provider: Provider
  readonly role: string | undefined
  readonly begin: (provider: Provider, role?: string) => void
}) {
  const { name, problem } = provider
  return (
    <section className="provider">
      <button type="button" className="primary wide" disabled={problem !== undefined} onClick={() => begin(provider, role)}>
        Sign in with {name}
      </button>
      {problem !== undefined && <p className="faint">It cannot be used now: {problem}.</p>}
      {role !== undefined && problem === undefined && <p className="faint">as {nameOf(role)}, as before</p>}
    </section>
  )
}

/** For whoever has credentials already: they stay in this tab's memory. */
function TypedCredentials({ isOpen, onProblem }: { readonly isOpen: boolean; readonly onProblem: (problem: string | undefined) => void }) {
  const { region = 'us-east-1' } = useParams()
  const [isBusy, setBusy] = useState(false)
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string): string => {
      const value = form.get(name)
      return typeof value === 'string' ? value.trim() : ''
    }
    const sessionToken = text('sessionToken')
    const credentials = {
      accessKeyId: text('accessKeyId'),
      secretAccessKey: text('secretAccessKey'),
      ...(sessionToken !== '' && { sessionToken }),
    }
    setBusy(true)
    onProblem(undefined)
    callerArn(credentials, region)
      .then((arn) => signIn({ credentials, arn, issuedAt: Date.now() }))
      .catch((cause: unknown) => onProblem(textOf(cause)))
      .finally(() => setBusy(false))
  }
  return (
    <details className="typed" open={isOpen}>
      <summary>Use credentials that you have</summary>
      <p className="faint">
        A checkout prints its own with <code>npx tidegate env</code>. They stay in the memory of this tab.
      </p>
      <form onSubmit={submit}>
        <label>
          Access key id
          <input name="accessKeyId" required autoComplete="off" spellCheck={false} />
        </label>
        <label>
          Secret access key
          <input name="secretAccessKey" required type="password" autoComplete="off" />
        </label>
        <label>
          Session token <span className="faint">of temporary credentials</span>
          <input name="sessionToken" type="password" autoComplete="off" />
        </label>
        <button type="submit" className="wide" disabled={isBusy}>
          {isBusy ? 'Asking who this is' : 'Use them'}
        </button>
      </form>
    </details>
  )
}

async function leaveFor(provider: Provider, returnTo: string, role: string | undefined): Promise<void> {
  const { pending, url } = await authorizationRequest(provider, { returnTo, role })
  rememberPending(pending)
  location.assign(url)
}

const textOf = (cause: unknown): string => (cause instanceof ApiError ? cause.message : String(cause))
