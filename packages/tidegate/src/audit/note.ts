/**
 * Signed notes: a text, an empty line, signature lines. Ed25519 only.
 * @see https://c2sp.org/signed-note
 */
import { type KeyObject, createPublicKey, sign, verify } from 'node:crypto'
import { sha256 } from './merkle.ts'

/** A public key with the name it signs under. A verifier pins it: it never comes from what is verified. */
export interface VerifierKey {
  readonly name: string
  readonly id: Buffer
  readonly publicKey: KeyObject
}

export interface SignerKey {
  readonly name: string
  readonly privateKey: KeyObject
}

/** The text form of a public key, `name+hash+key`: what people keep and pin. */
export function verifierKeyText(name: string, publicKey: KeyObject): string {
  const raw = rawOf(publicKey)
  return `${name}+${keyId(name, raw).toString('hex')}+${Buffer.concat([ed25519Type, raw]).toString('base64')}`
}

/** Undefined when the text is not a public key, or its hash is not that of name and key. */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  const [, name, hex, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text.trim()) ?? []
  if (name === undefined || hex === undefined || encoded === undefined) return undefined
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length !== 33 || bytes[0] !== ed25519Type[0]) return undefined
  const raw = bytes.subarray(1)
  const id = keyId(name, raw)
  if (id.toString('hex') !== hex) return undefined
  return { name, id, publicKey: createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: 'der', type: 'spki' }) }
}

/** @param text ends with a line feed */
export function signNote(text: string, { name, privateKey }: SignerKey): string {
  const signature = sign(null, Buffer.from(text), privateKey)
  const id = keyId(name, rawOf(createPublicKey(privateKey)))
  return `${text}\n— ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`
}

export type OpenedNote =
  | { readonly state: 'signed'; readonly text: string }
  /** No signature is of a pinned key. */
  | { readonly state: 'unknown-key'; readonly text: string; readonly names: readonly string[] }
  | { readonly state: 'bad-signature' }
  | { readonly state: 'malformed' }

export function openNote(note: string, keys: readonly VerifierKey[]): OpenedNote {
  const split = note.lastIndexOf('\n\n')
  if (split === -1 || note.length > maxNoteLength) return { state: 'malformed' }
  const text = note.slice(0, split + 1)
  const lines = note.slice(split + 2).split('\n')
  if (lines.pop() !== '' || lines.length === 0 || hasControl(note)) return { state: 'malformed' }
  const signatures = lines.map(parseSignature)
  if (!signatures.every((each) => each !== undefined)) return { state: 'malformed' }
  const known = signatures.flatMap(({ name, id, signature }) => {
    const key = keys.find((each) => each.name === name && each.id.equals(id))
    return key === undefined ? [] : [{ key, signature }]
  })
  if (known.length === 0) return { state: 'unknown-key', text, names: signatures.map(({ name }) => name) }
  const isSigned = known.every(({ key, signature }) => verify(null, Buffer.from(text), key.publicKey, signature))
  return isSigned ? { state: 'signed', text } : { state: 'bad-signature' }
}

function parseSignature(line: string): { name: string; id: Buffer; signature: Buffer } | undefined {
  const [, name, encoded = ''] = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? []
  const bytes = Buffer.from(encoded, 'base64')
  // One spelling only: base64 has bits that nobody reads, and a flipped one would pass.
  if (name === undefined || bytes.length < 5 || bytes.toString('base64') !== encoded) return undefined
  return { name, id: bytes.subarray(0, 4), signature: bytes.subarray(4) }
}

function hasControl(note: string): boolean {
  for (let at = 0; at < note.length; at += 1) if (note.charCodeAt(at) < 0x20 && note[at] !== '\n') return true
  return false
}

function keyId(name: string, raw: Buffer): Buffer {
  return Buffer.from(sha256(Buffer.concat([Buffer.from(`${name}\n`), ed25519Type, raw])), 'latin1').subarray(0, 4)
}

/** The 32 bytes of RFC 8032. */
function rawOf(publicKey: KeyObject): Buffer {
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(spkiPrefix.length)
}

const ed25519Type = Buffer.of(1)
/** What stands before the 32 bytes in a SubjectPublicKeyInfo, RFC 8410. */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')
const maxNoteLength = 65_536
