/** Scalars as text, read strictly: the same in a form, in a JSON string, in a header and in XML. */
import { Buffer, isUtf8 } from 'node:buffer'
import type { TimestampFormat } from './shape.ts'

/** The text of bytes that are UTF-8; undefined where they are not. A byte order mark stays in the text. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return undefined
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}

export function base64Bytes(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  // A copy: small buffers share a pool, and a typed array that shows its neighbours' memory in `.buffer` would leak it.
  return new Uint8Array(Buffer.from(text, 'base64'))
}

export function base64Text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/** A decimal number that JavaScript holds exactly, if it is whole. */
export function numberOf(text: string): number | undefined {
  if (text.length > 40 || !/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,4})?$/.test(text)) return undefined
  const value = Number(text)
  return isExact(value) ? value : undefined
}

/** Whether a number is finite, and safe where it is whole: beyond 2^53 two different texts would be one number. */
export function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
}

export function timestampOf(text: string, format: TimestampFormat): Date | undefined {
  if (format === 'epoch-seconds') {
    const seconds = numberOf(text)
    return seconds === undefined ? undefined : epochDate(seconds)
  }
  const isShaped = format === 'date-time' ? dateTime.test(text) : httpDate.test(text)
  const date = isShaped ? new Date(text) : undefined
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date
}

export function epochDate(seconds: number): Date | undefined {
  const date = new Date(Math.round(seconds * 1000))
  return Number.isNaN(date.getTime()) ? undefined : date
}

export function timestampText(date: Date, format: TimestampFormat): string {
  switch (format) {
    case 'date-time':
      return date.toISOString().replace('.000Z', 'Z')
    case 'http-date':
      return date.toUTCString()
    case 'epoch-seconds':
      return String(date.getTime() / 1000)
  }
}

const dateTime = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/
const httpDate = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/
