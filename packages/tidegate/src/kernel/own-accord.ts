/**
 * What a service does of its own accord, because it was told to earlier: nobody calls, so nobody is judged, but it is recorded as every
 * other change is, under the name of the service.
 */
export interface OwnAccord {
  /** Resolves when the work is done and its record is durable. Rejects with what the work rejects with, after that was recorded. */
  do(deed: Deed, work: () => Promise<unknown>): Promise<void>
}

export interface Deed {
  /** Signing name of the service, and one of its operations that does the same for a caller. */
  readonly service: string
  readonly operation: string
  /** As a caller of that operation would give it. */
  readonly input: object
  /** The service as a principal, for example `s3.amazonaws.com`. */
  readonly principal: string
  /** Of the resource. */
  readonly accountId: string
  readonly region: string
  /** ARN of what is changed. */
  readonly resource: string
  /** Why: what goes into the record beside the deed. */
  readonly because: Readonly<Record<string, string>>
}
