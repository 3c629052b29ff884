/** `BinaryEquals`: both sides are base64 of bytes, compared byte for byte. What is no base64 matches nothing. */
import type { ValueMatcher } from './condition-test.ts'

export function binaryMatcher(values: readonly string[]): ValueMatcher {
  const wanted = new Set(values.map(bytesOf))
  return {
    matches(value) {
      const bytes = bytesOf(value)
      return bytes !== undefined && wanted.has(bytes)
    },
  }
}

/** The bytes of a base64 text with its padding, one character each, or `undefined`. @see https://www.rfc-editor.org/rfc/rfc4648#section-4 */
function bytesOf(base64: string): string | undefined {
  if (base64.length % 4 !== 0) return undefined
  const digits = base64.replace(/={1,2}$/, '')
  let bytes = ''
  let bits = 0
  let held = 0
  for (const digit of digits) {
    const value = alphabet.indexOf(digit)
    if (value < 0) return undefined
    held = ((held << 6) | value) & 0x3fff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes += String.fromCharCode((held >> bits) & 0xff)
    }
  }
  return bytes
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
