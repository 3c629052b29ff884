/** The audit log as the gateway uses it: while it cannot be written, nothing is begun that would change something. */
import type { AuditRecord } from '../audit/record.ts'
import { commonError } from '../kernel/aws-error.ts'

export class AuditSink {
  readonly #log: { append(record: AuditRecord): Promise<unknown> }
  readonly #onBack: () => void
  #isFailing = false

  /** @param onBack called when the log takes records again */
  constructor(log: { append(record: AuditRecord): Promise<unknown> }, onBack: () => void) {
    this.#log = log
    this.#onBack = onBack
  }

  /** Throws when the last record could not be written. The record of the refusal is the next try. */
  assertWritable(): void {
    if (this.#isFailing) throw commonError('ServiceUnavailable', 'The audit log cannot be written.')
  }

  /** Resolves when the record is durable. */
  async append(record: AuditRecord): Promise<void> {
    try {
      await this.#log.append(record)
    } catch (error) {
      this.#isFailing = true
      throw error
    }
    if (!this.#isFailing) return
    this.#isFailing = false
    this.#onBack()
  }
}
