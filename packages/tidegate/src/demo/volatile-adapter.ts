/** What the demo identity provider remembers, for as long as it runs. */
import type { Adapter, AdapterPayload } from 'oidc-provider'

export class VolatileAdapter implements Adapter {
  readonly #kept: Map<string, AdapterPayload>

  /** @param model the kind of what is kept; kinds don't see each other */
  constructor(model: string) {
    let kept = models.get(model)
    if (kept === undefined) models.set(model, (kept = new Map()))
    this.#kept = kept
  }

  async upsert(id: string, payload: AdapterPayload): Promise<void> {
    this.#kept.delete(id)
    this.#kept.set(id, payload)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > most && oldest !== undefined) this.#kept.delete(oldest)
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.#kept.get(id)
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#first((payload) => payload.uid === uid)
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.#first((payload) => payload.userCode === userCode)
  }

  async consume(id: string): Promise<void> {
    const payload = this.#kept.get(id)
    if (payload !== undefined) this.#kept.set(id, { ...payload, consumed: Math.floor(Date.now() / 1000) })
  }

  async destroy(id: string): Promise<void> {
    this.#kept.delete(id)
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const kept of models.values()) for (const [id, payload] of kept) if (payload.grantId === grantId) kept.delete(id)
  }

  #first(isWanted: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    return [...this.#kept.values()].find(isWanted)
  }
}

/** Ids are random: providers in one process share this and meet nobody. */
const models = new Map<string, Map<string, AdapterPayload>>()
const most = 1000
