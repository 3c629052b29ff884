/**
 * Access key ids that look like AWS's and tell their account as AWS's do: a prefix, then 16 characters of base32 for 80 bits, which are
 * a one, 40 bits of account number, and 39 random bits. They are names, not secrets.
 */
import { uniqueBytes } from './random.ts'

/** `AKIA…` are long-term keys, `ASIA…` sessions. */
export type AccessKeyPrefix = 'AKIA' | 'ASIA'

/**
 * @example
 * newAccessKeyId('ASIA', '111122223333')
 */
export function newAccessKeyId(prefix: AccessKeyPrefix, accountId: string): string {
  if (!/^\d{12}$/.test(accountId)) throw new Error('an account id has 12 digits')
  const bytes = uniqueBytes(10)
  const head = 2 ** 47 + Number(accountId) * 2 ** 7 + (bytes.readUInt8(5) & 0x7f)
  bytes.writeUIntBE(head, 0, 6)
  return prefix + base32(bytes)
}

/** The account that an access key belongs to, as the id says; `undefined` where it is not such an id. Says nothing about whether the key exists. */
export function accountIdOfAccessKey(accessKeyId: string): string | undefined {
  const [, text] = /^A[KS]IA([A-Z2-7]{16})$/.exec(accessKeyId) ?? []
  if (text === undefined) return undefined
  // The first 10 characters are 50 bits: the one, the account, and 9 bits that are random.
  let head = 0
  for (let i = 0; i < 10; i++) head = head * 32 + alphabet.indexOf(text.charAt(i))
  const account = Math.floor(head / 2 ** 9) - 2 ** 40
  return account >= 0 && account <= 999_999_999_999 ? String(account).padStart(12, '0') : undefined
}

/** RFC 4648, section 6; of 10 bytes, so that there is no padding. */
function base32(bytes: Buffer): string {
  let [text, bits, count] = ['', 0, 0]
  for (const byte of bytes) {
    bits = (bits << 8) | byte
    for (count += 8; count >= 5; count -= 5) text += alphabet.charAt((bits >>> (count - 5)) & 31)
    bits &= (1 << count) - 1
  }
  return text
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
