import { Buffer } from 'node:buffer'
import { s3Error } from './errors.ts'

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export function assertBucketName(name: string): void {
  const isValid =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes('..') &&
    !name.includes('.-') &&
    !name.includes('-.') &&
    !/^\d{1,3}(?:\.\d{1,3}){3}$/.test(name) &&
    !reservedPrefixes.some((prefix) => name.startsWith(prefix)) &&
    !reservedSuffixes.some((suffix) => name.endsWith(suffix))
  if (!isValid) throw s3Error('InvalidBucketName', 'The specified bucket is not valid.', { members: { BucketName: name.slice(0, 255) } })
}

/** Keys have 1 to 1,024 bytes. */
export function assertKey(key: string): void {
  if (key.length <= MAX_KEY_BYTES && Buffer.byteLength(key) <= MAX_KEY_BYTES) return
  throw s3Error('KeyTooLongError', 'Your key is too long', {
    members: { Size: String(Buffer.byteLength(key)), MaxSizeAllowed: String(MAX_KEY_BYTES) },
  })
}

const MAX_KEY_BYTES = 1024
const reservedPrefixes = ['xn--', 'sthree-', 'amzn-s3-demo-']
const reservedSuffixes = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3']
