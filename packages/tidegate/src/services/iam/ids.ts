import type { CredentialSource } from './ports.ts'

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes */
type IdPrefix = 'AGPA' | 'AIDA' | 'AIPA' | 'ANPA' | 'AROA'

/** A unique id: the prefix of its kind and 17 characters, 85 random bits. */
export function newId(prefix: IdPrefix, credentials: CredentialSource): string {
  return prefix + base32(credentials.randomBytes(11)).slice(0, 17)
}

/** A random UUID (RFC 9562, version 4). */
export function newUuid(credentials: CredentialSource): string {
  const hex = [...credentials.randomBytes(16)].map((byte, i) => (i === 6 ? (byte & 0x0f) | 0x40 : i === 8 ? (byte & 0x3f) | 0x80 : byte))
  const text = hex.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-')
}

/** RFC 4648, section 6, without padding. */
export function base32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet.charAt((value >>> (bits - 5)) & 31)
  }
  return bits > 0 ? text + alphabet.charAt((value << (5 - bits)) & 31) : text
}

export function bytesOfBase32(text: string): Uint8Array {
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const char of text) {
    value = ((value << 5) | alphabet.indexOf(char)) & 0xfff
    bits += 5
    if (bits >= 8) bytes.push((value >>> (bits -= 8)) & 0xff)
  }
  return Uint8Array.from(bytes)
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
