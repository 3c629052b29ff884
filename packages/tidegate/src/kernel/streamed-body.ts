/**
 * A payload that an operation reads as it comes, such as the bytes of an object: the member `Body` of its input.
 *
 * INVARIANT: what was read counts only once the iteration has ended without an error: length, signatures and checksums are checked there.
 */
export interface StreamedBody extends AsyncIterable<Uint8Array> {
  /** Whether nothing has said how long it is, as of the file in a form. */
  readonly isUnmeasured: boolean
  /** The algorithm of a checksum that is to come behind the body. */
  readonly trailerAlgorithm: TrailerAlgorithm | undefined
  /** That checksum in base64, compared with the bytes already: after the end. */
  trailer(): { readonly algorithm: TrailerAlgorithm; readonly value: string } | undefined
}

export type TrailerAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256'
