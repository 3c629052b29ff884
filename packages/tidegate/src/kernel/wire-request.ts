/** An HTTP request as it arrived and the answer to it, without any server around them: what the gateway works on. */

export interface WireRequest {
  readonly method: string
  /** The request target up to the first `?`, as sent: still percent-encoded, never normalised. */
  readonly path: string
  /** The request target behind the first `?`, as sent; empty where there is none. */
  readonly query: string
  /** Names in lower case, in the order of arrival, one entry for each header line. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: WireBody
  /** IP address of the peer. */
  readonly remoteAddress: string
  readonly isTls: boolean
}

/** A body is read once, either whole or as a stream. */
export interface WireBody {
  /** The whole body; rejects with `RequestEntityTooLarge` as soon as more than `limit` bytes have come. */
  bytes(limit: number): Promise<Uint8Array>
  stream(): AsyncIterable<Uint8Array>
}

export interface WireResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array> | SentBytes
}

/** Bytes that are handed over one buffer after the other, each free again when `write` has resolved; a way for those that are many. */
export interface SentBytes extends AsyncIterable<Uint8Array> {
  sendTo(write: (bytes: Uint8Array) => Promise<void>): Promise<void>
}

/** Value of a header that may occur once: `undefined` when absent, the values joined with `, ` when it was sent more than once. */
export function headerOf({ headers }: Pick<WireRequest, 'headers'>, name: string): string | undefined {
  let found: string | undefined
  // Asked for dozens of times a request: taking each pair apart would cost more than comparing.
  for (const header of headers) {
    if (header[0] === name) found = found === undefined ? header[1] : `${found}, ${header[1]}`
  }
  return found
}
