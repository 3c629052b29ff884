/** Why a text is not a policy document of the asked kind, in AWS's words, and where. */
export interface Problem {
  /** AWS's error code, for example `MalformedPolicyDocument` or `LimitExceeded`. */
  readonly code: string
  /** AWS's own text; the text that AWS answers with is that of the first problem. */
  readonly message: string
  /** JSON pointer (RFC 6901) to the offending value; empty for the whole document. */
  readonly pointer: string
  /** Position in the text, both from 1; columns count UTF-16 code units. */
  readonly line: number
  readonly column: number
  /** What to do about it, in our words. */
  readonly hint: string
}
