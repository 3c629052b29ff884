/**
 * Who is signed in, in the memory of this tab alone: a reload forgets it, and signs in again where the identity provider still knows the
 * person. What is kept beyond that is no secret: which provider and which role, so that nobody has to choose twice.
 */
import { useSyncExternalStore } from 'react'
import type { Credentials } from '../api/sigv4.ts'
import type { Pending } from './oidc.ts'

export interface SignedIn {
  readonly credentials: Credentials
  /** Of the caller. */
  readonly arn: string
  /** Absent for credentials that do not say. Milliseconds since 1970. */
  readonly expiresAt?: number
  readonly issuedAt: number
  /** Absent for credentials that were typed in. */
  readonly person?: Person
  readonly isEnded: boolean
}

/** Whom an ID token is of, as the gateway read it. */
export interface Person {
  /** Name of the identity provider. */
  readonly provider: string
  readonly issuer: string
  readonly subject: string
  /** E-mail address or name, where somebody vouches for it. */
  readonly label?: string
}

let session: SignedIn | undefined
const listeners = new Set<() => void>()

export function useSession(): SignedIn | undefined {
  return useSyncExternalStore(subscribe, () => session)
}

export function signIn(next: Omit<SignedIn, 'isEnded'>): void {
  change({ ...next, isEnded: false })
}

/** The gateway no longer takes the credentials. */
export function endSession(): void {
  if (session !== undefined && !session.isEnded) change({ ...session, isEnded: true })
}

export function signOut(): void {
  sessionStorage.clear()
  change(undefined)
}

export function rememberPending(pending: Pending): void {
  sessionStorage.setItem('pending', JSON.stringify(pending))
}

/** What was begun, once. */
export function takePending(): Pending | undefined {
  const text = sessionStorage.getItem('pending')
  sessionStorage.removeItem('pending')
  return text === null ? undefined : (JSON.parse(text) as Pending)
}

/** How the person signed in the last time in this tab. */
export interface Habit {
  readonly provider: string
  readonly role: string
}

export function rememberHabit(habit: Habit): void {
  sessionStorage.setItem('habit', JSON.stringify(habit))
  sessionStorage.removeItem('tried')
}

/** Whether signing in by itself was not tried since somebody signed in. */
export function isFirstTry(): boolean {
  const isFirst = sessionStorage.getItem('tried') === null
  sessionStorage.setItem('tried', 'yes')
  return isFirst
}

export function lastHabit(): Habit | undefined {
  const text = sessionStorage.getItem('habit')
  return text === null ? undefined : (JSON.parse(text) as Habit)
}

function change(next: SignedIn | undefined): void {
  session = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
