/** Pages of lists: where the next one begins, and how names are written in answers. */
import { Buffer } from 'node:buffer'
import { invalidArgument } from './errors.ts'

/** Opaque to clients: a version, and the name that the page before ended with. */
export function writePageToken(name: string): string {
  return Buffer.from(`1${name}`, 'utf8').toString('base64url')
}

export function readPageToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8')
  if (text.startsWith('1') && writePageToken(text.slice(1)) === token) return text.slice(1)
  throw invalidArgument('continuation-token', token.slice(0, 1_000), 'The continuation token provided is incorrect')
}

/** How many entries a page has: at most 1,000 whatever is asked for. */
export function pageSize(name: string, asked: number | undefined): number {
  if (asked === undefined) return MAX_PAGE
  if (Number.isInteger(asked) && asked >= 0 && asked <= MAX_INT) return Math.min(asked, MAX_PAGE)
  throw invalidArgument(name, String(asked), `Argument ${name} must be an integer between 0 and ${MAX_INT}`)
}

/** Writes names as `encoding-type` asks for it: `url` escapes what XML may not be able to hold. */
export function nameWriter(encodingType: string | undefined): (name: string) => string {
  if (encodingType === undefined) return (name) => name
  if (encodingType !== 'url')
    throw invalidArgument('encoding-type', encodingType.slice(0, 100), 'Invalid Encoding Method specified in Request')
  return (name) =>
    encodeURIComponent(name)
      .replaceAll('%2F', '/')
      .replaceAll(/[!'()]/g, escaped)
}

function escaped(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase()}`
}

const MAX_PAGE = 1000
const MAX_INT = 2_147_483_647
