/**
 * Comparison without regard to case, of ASCII letters only: `K` (U+212A) is not `k`, so look-alikes stay apart.
 */

export function asciiLower(text: string): string {
  return hasCapital.test(text) ? text.replace(capitals, (letters) => letters.toLowerCase()) : text
}

/** Whether `text` equals `folded`, which is in lower case. */
export function equalsFolded(text: string, folded: string): boolean {
  if (text === folded) return true
  if (text.length !== folded.length) return false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const lower = code >= UPPER_A && code <= UPPER_Z ? code + 32 : code
    if (lower !== folded.charCodeAt(i)) return false
  }
  return true
}

const hasCapital = /[A-Z]/
const capitals = /[A-Z]+/g
const UPPER_A = 0x41
const UPPER_Z = 0x5a
