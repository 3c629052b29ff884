/** An OpenID Connect provider in memory, and the forging tools of somebody who would like to be it. */
import { generateKeyPairSync, sign } from 'node:crypto'
import type { JsonWebKey, KeyObject } from 'node:crypto'

export const issuerUrl = 'https://idp.example.com/realms/staff'

/** 2026-11-20T10:00:00Z. */
export const tokenSeconds = 1_795_168_800

export interface SigningKey {
  readonly algorithm: string
  readonly privateKey: KeyObject
  readonly jwk: JsonWebKey & Record<string, unknown>
}

export function signingKey(algorithm: string, kid?: string): SigningKey {
  const { privateKey, publicKey } = keyPair(algorithm)
  return { algorithm, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), ...(kid === undefined ? {} : { kid }) } }
}

export function claimsOf(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { iss: issuerUrl, sub: 'alice', aud: 'tidegate', iat: tokenSeconds - 5, exp: tokenSeconds + 300, ...changes }
}

/** Claims may be given as text, to write what `JSON.stringify` would not. */
export function signed(key: SigningKey, claims: object | string = claimsOf(), header: Readonly<Record<string, unknown>> = {}): string {
  const head = { alg: key.algorithm, kid: key.jwk['kid'], ...header }
  const content = `${encoded(head)}.${encoded(claims)}`
  return `${content}.${signatureOf(key, content).toString('base64url')}`
}

export function encoded(part: object | string): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
}

/** Documents by URL, and how often each was asked for. */
export class Issuer {
  readonly asked: string[] = []
  readonly documents = new Map<string, string | Error>()

  constructor(keys: readonly SigningKey[], issuer = issuerUrl) {
    const url = issuer.replace(/\/$/, '')
    this.documents.set(`${url}/.well-known/openid-configuration`, JSON.stringify({ issuer, jwks_uri: `${url}/keys` }))
    this.publish(keys, `${url}/keys`)
  }

  publish(keys: readonly SigningKey[], url = `${issuerUrl}/keys`): void {
    this.documents.set(url, JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }))
  }

  readonly fetchText = async (url: string): Promise<string> => {
    this.asked.push(url)
    const document = this.documents.get(url)
    if (typeof document === 'string') return document
    throw document ?? new Error(`nothing is at ${url}`)
  }
}

function keyPair(algorithm: string): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  if (algorithm.startsWith('RS')) return generateKeyPairSync('rsa', { modulusLength: 2048 })
  if (algorithm.startsWith('ES')) return generateKeyPairSync('ec', { namedCurve: curves.get(algorithm) ?? '' })
  return generateKeyPairSync('ed25519')
}

function signatureOf({ algorithm, privateKey }: SigningKey, content: string): Buffer {
  const hash = algorithm.startsWith('Ed') ? null : `sha${algorithm.slice(2)}`
  return sign(hash, Buffer.from(content), { key: privateKey, dsaEncoding: 'ieee-p1363' })
}

const curves = new Map([
  ['ES256', 'P-256'],
  ['ES384', 'P-384'],
  ['ES512', 'P-521'],
])
