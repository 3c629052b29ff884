/** What the store does not do, in a word; the operation says it in AWS's. */

export type RefusalReason =
  | 'no-such-bucket'
  | 'bucket-not-empty'
  | 'no-such-key'
  | 'no-such-version'
  | 'is-delete-marker'
  | 'no-such-upload'
  | 'precondition-failed'
  | 'locked'
  | 'invalid-part'
  | 'invalid-part-order'
  | 'entity-too-small'
  | 'bad-digest'
  | 'too-large'
  /** There is no space; nothing is lost, and there may be some later. */
  | 'disk-full'
  /** The disk failed: what it holds can be read, and nothing is written until the store is opened again. */
  | 'read-only'
  /** The bytes of an object are not what was written: they are never sent. */
  | 'damaged'

export class StoreRefusal extends Error {
  override readonly name = 'StoreRefusal'
  readonly reason: RefusalReason
  /** The part that is meant, for the refusals of parts. */
  readonly partNumber: number | undefined

  constructor(reason: RefusalReason, { partNumber, cause }: { readonly partNumber?: number; readonly cause?: unknown } = {}) {
    super(reason.replaceAll('-', ' '), { cause })
    this.reason = reason
    this.partNumber = partNumber
  }
}
