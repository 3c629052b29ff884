/** The headers of a request as a signature sees them. */

/** Folded values by name: values of one name joined with a comma, runs of spaces as one space. */
export interface HeaderFields {
  readonly values: ReadonlyMap<string, string>
  /** Whether all values are ASCII; else their characters stand for the bytes that were sent. */
  readonly isAscii: boolean
}

/** Which header makes the request one that two readers could read differently, and why. */
export interface HeaderProblem {
  readonly problem: string
}

export function foldHeaders(headers: readonly (readonly [name: string, value: string])[]): HeaderFields | HeaderProblem {
  const values = new Map<string, string>()
  let isAscii = true
  for (const header of headers) {
    const name = header[0]
    const value = header[1]
    let folded = value
    if (!foldedAscii.test(value)) {
      if (notFieldText.test(value)) return { problem: `header \`${name}\` holds a control character` }
      folded = fold(value)
      // Its one form is exact, so that no two readers find different parts in it.
      if (name === 'authorization' && folded !== value)
        return { problem: 'header `authorization` holds more spaces than one between two parts' }
      isAscii &&= !notAscii.test(folded)
    }
    const earlier = values.get(name)
    if (earlier === undefined) values.set(name, folded)
    else if (once.has(name)) return { problem: `header \`${name}\` occurs more than once` }
    else values.set(name, `${earlier},${folded}`)
  }
  return { values, isAscii }
}

/**
 * Headers that would change what a request means while its signature stays valid: whatever is sent of them has to be signed.
 * A browser adds a content type of its own to the upload to a presigned URL, which S3 takes, so there it may be unsigned.
 */
export function unsignedHeaders(values: ReadonlyMap<string, string>, signed: ReadonlySet<string>, isPresigned: boolean): string[] {
  const unsigned = signed.has('host') ? [] : ['host']
  for (const name of values.keys()) {
    if (!name.startsWith('x-amz-') && (name !== 'content-type' || isPresigned)) continue
    if (!signed.has(name)) unsigned.push(name)
  }
  return unsigned
}

/** Whether a value that came in a query or a form may stand in a header. */
export function isHeaderText(value: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  return !/[\u0000-\u001f\u007f]/.test(value)
}

/** SigV4's Trimall: no space around the value, one space for each run of spaces. */
function fold(value: string): string {
  return value.replaceAll(/^[ \t]+|[ \t]+$/g, '').replaceAll(/ {2,}/g, ' ')
}

/** Headers that are read as one value; several lines of them could be read in several ways. */
const once: ReadonlySet<string> = new Set([
  'authorization',
  'content-length',
  'content-type',
  'date',
  'host',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-decoded-content-length',
  'x-amz-security-token',
  'x-amz-target',
  'x-amz-trailer',
])
const foldedAscii = /^[!-~]+(?: [!-~]+)*$/
// Characters above U+00FF are no bytes: writing them as bytes would make others of them.
const notFieldText = /[^\t -~\u0080-\u00FF]/
const notAscii = /[^\t -~]/
