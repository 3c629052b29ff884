/**
 * Where a browser gets the console: its files under `/console/`, and what it needs to sign in. Nothing here knows who asks or decides
 * anything: what the console shows and does goes through the door of every other client, signed by whoever signed in.
 */
import { headerOf, type WireRequest, type WireResponse } from '../../kernel/wire-request.ts'
import { type ConsoleFile, ConsoleFiles } from './files.ts'
import { consoleHeaders } from './headers.ts'
import { type SignIn, SignInError } from './sign-in.ts'

export interface ConsoleOptions {
  /** Folder of the built console. */
  readonly folder: string
  readonly signIn: SignIn
}

/** Answers what is for the console; `undefined` leaves the request to the services. */
export type ConsoleRoutes = (request: WireRequest) => Promise<WireResponse> | undefined

export function consoleRoutes({ folder, signIn }: ConsoleOptions): ConsoleRoutes {
  const files = new ConsoleFiles(folder)
  return (request) => {
    if (!isForConsole(request)) return undefined
    return answer(request, files, signIn)
  }
}

/** A signed request for this path is for a bucket of this name, and so is one to a bucket's host. */
function isForConsole(request: WireRequest): boolean {
  if (request.path !== '/console' && !request.path.startsWith('/console/')) return false
  if (headerOf(request, 'authorization') !== undefined || /(?:^|&)(?:X-Amz-Signature|Signature)=/i.test(request.query)) return false
  return !/(?:^|\.)s3[.-]/i.test(headerOf(request, 'host') ?? '')
}

async function answer(request: WireRequest, files: ConsoleFiles, signIn: SignIn): Promise<WireResponse> {
  const { method, path } = request
  if (path === '/console') return plain(308, { location: '/console/' }, '')
  if (path === '/console/sign-in/token') {
    return method === 'POST' ? exchangeCode(request, signIn) : plain(405, { allow: 'POST' }, 'method not allowed\n')
  }
  if (method !== 'GET' && method !== 'HEAD') return plain(405, { allow: 'GET, HEAD' }, 'method not allowed\n')
  if (path === '/console/sign-in/providers') return json(200, { providers: await signIn.providers() })
  const file = files.find(path.slice('/console/'.length))
  if (file === undefined) return notBuilt()
  return file === 'no such file' ? plain(404, {}, 'no such file\n') : fileResponse(request, file)
}

function fileResponse(request: WireRequest, { contentType, body, gzip, etag, isImmutable }: ConsoleFile): WireResponse {
  const headers = {
    ...consoleHeaders,
    'content-type': contentType,
    'cache-control': isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    etag,
  }
  if (headerOf(request, 'if-none-match') === etag) return { status: 304, headers, body: '' }
  if (!acceptsGzip(headerOf(request, 'accept-encoding'))) return { status: 200, headers, body }
  return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: gzip }
}

function acceptsGzip(header = ''): boolean {
  return header.split(',').some((each) => /^\s*gzip\s*(?:;|$)/i.test(each) && !/;\s*q=0(?:\.0+)?\s*$/i.test(each))
}

/** JSON and of this site: no page of another can send it without being asked first, and it is asked in vain. */
async function exchangeCode(request: WireRequest, signIn: SignIn): Promise<WireResponse> {
  const site = headerOf(request, 'sec-fetch-site')
  if (site !== undefined && site !== 'same-origin') return json(403, { message: 'only the console of this gateway may ask' })
  if (!/^application\/json\s*(?:;|$)/i.test(headerOf(request, 'content-type') ?? '')) {
    return json(415, { message: 'the request must be application/json' })
  }
  try {
    const text = new TextDecoder().decode(await request.body.bytes(LONGEST_EXCHANGE))
    return json(200, { idToken: await signIn.exchange(text) })
  } catch (error) {
    if (error instanceof SignInError) return json(error.status, { message: error.message })
    throw error
  }
}

function notBuilt(): WireResponse {
  const text = 'The console of this checkout is not built.\n\nnext: npm run build:console\n'
  return plain(503, { 'cache-control': 'no-store' }, text)
}

function json(status: number, body: object): WireResponse {
  const headers = { ...consoleHeaders, 'content-type': 'application/json', 'cache-control': 'no-store' }
  return { status, headers, body: JSON.stringify(body) }
}

function plain(status: number, headers: Readonly<Record<string, string>>, body: string): WireResponse {
  return { status, headers: { ...consoleHeaders, 'content-type': 'text/plain; charset=utf-8', ...headers }, body }
}

/** An authorization code and a verifier, in bytes. */
const LONGEST_EXCHANGE = 16_384
