/** Where the gateway finds secrets: a port of its own, so that it knows neither stores nor how sessions are sealed. */
import type { Caller } from '../kernel/caller.ts'

export interface Credentials {
  /**
   * The credential of an access key id together with the session token that came with it, if it is good now.
   *
   * Undefined when nobody has it: an unknown id, a session token that is not of this id or can't be opened, a session key without its
   * token, a long-term key with one, an inactive or deleted key, a revoked session. May throw `AwsError` with code `ExpiredToken` or
   * `InvalidClientTokenId` instead; the gateway gives the error the code and text of the service that was called.
   */
  find(accessKeyId: string, sessionToken: string | undefined, nowMs: number): KnownCredential | undefined
}

export interface KnownCredential {
  readonly secretAccessKey: string
  /** Called once the signature is verified. */
  readonly caller: () => Caller
}
