/**
 * The signing keys of identity providers: found through their configuration documents, kept for a while, and asked for again when a token
 * names a key that is not among them. How often a provider is asked does not depend on how many tokens come.
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
 */
import type { JWK } from 'jose'
import { FetchError } from './safe-fetch.ts'
import { parseStrictObject } from './strict-json.ts'

/** Fetches the JSON text at a URL; rejects with `FetchError`. */
export type FetchText = (url: string) => Promise<string>

export interface KeySet {
  /** As the provider's configuration document writes it. */
  readonly issuer: string
  readonly keys: readonly JWK[]
}

interface Entry {
  readonly set: KeySet | undefined
  readonly error: unknown
  /** When the set was fetched, and when fetching was last tried; milliseconds since 1970. */
  readonly fetchedAt: number
  readonly triedAt: number
}

export class KeySets {
  readonly #fetch: FetchText
  /** By issuer, in the order of last use. */
  readonly #entries = new Map<string, Entry>()
  readonly #pending = new Map<string, Promise<Entry>>()

  constructor(fetch: FetchText) {
    this.#fetch = fetch
  }

  /**
   * The keys of an issuer; newer ones than before when `isComplete` says that those known are not enough. Rejects with `FetchError`.
   * @param now milliseconds since 1970
   */
  async of(issuer: string, now: number, isComplete: (set: KeySet) => boolean): Promise<KeySet> {
    let entry = this.#entries.get(issuer)
    if (entry === undefined || this.#isWorthAsking(entry, now, isComplete)) entry = await this.#refresh(issuer, entry, now)
    if (entry.set !== undefined && now - entry.fetchedAt < staleAfterMs) return entry.set
    throw entry.error
  }

  #isWorthAsking({ set, fetchedAt, triedAt }: Entry, now: number, isComplete: (set: KeySet) => boolean): boolean {
    if (set === undefined) return now - triedAt >= retryAfterMs
    const isWanted = now - fetchedAt >= freshForMs || !isComplete(set)
    return isWanted && now - triedAt >= askAgainAfterMs
  }

  async #refresh(issuer: string, known: Entry | undefined, now: number): Promise<Entry> {
    const running = this.#pending.get(issuer)
    if (running !== undefined) return running
    const fetching = this.#fetchEntry(issuer, known, now)
    this.#pending.set(issuer, fetching)
    try {
      const entry = await fetching
      this.#entries.delete(issuer)
      this.#entries.set(issuer, entry)
      const [oldest] = this.#entries.keys()
      if (this.#entries.size > maxIssuers && oldest !== undefined) this.#entries.delete(oldest)
      return entry
    } finally {
      this.#pending.delete(issuer)
    }
  }

  /** Never rejects: that asking failed is remembered too, with the keys that were known before. */
  async #fetchEntry(issuer: string, known: Entry | undefined, now: number): Promise<Entry> {
    try {
      return { set: await this.#fetchSet(issuer), error: undefined, fetchedAt: now, triedAt: now }
    } catch (error) {
      return { set: known?.set, error, fetchedAt: known?.fetchedAt ?? 0, triedAt: now }
    }
  }

  async #fetchSet(issuer: string): Promise<KeySet> {
    const configuration = parseStrictObject(await this.#fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`))
    const { issuer: configured, jwks_uri: keysUrl } = configuration ?? {}
    if (configured !== issuer) throw new FetchError('the configuration document is not of this issuer')
    if (typeof keysUrl !== 'string') throw new FetchError('the configuration document names no keys')
    const { keys } = parseStrictObject(await this.#fetch(keysUrl)) ?? {}
    if (!Array.isArray(keys) || keys.length > maxKeys) throw new FetchError(`there is no list of at most ${maxKeys} keys`)
    return { issuer, keys: keys.filter((key: unknown): key is JWK => typeof key === 'object' && key !== null) }
  }
}

const freshForMs = 10 * 60_000
/** Keys that can't be fetched again are used for so long. */
const staleAfterMs = 60 * 60_000
const askAgainAfterMs = 60_000
const retryAfterMs = 5_000
const maxKeys = 100
const maxIssuers = 256
