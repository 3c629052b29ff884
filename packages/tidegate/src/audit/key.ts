/** The key that signs checkpoints: an Ed25519 key in a file that only its owner can read. */
import { type KeyObject, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from './merkle.ts'
import { type SignerKey, verifierKeyText } from './note.ts'

export interface AuditKey extends SignerKey {
  /** To be pinned by whoever verifies: `name+hash+key`. */
  readonly verifierKey: string
}

/** Reads the key of `folder`, or makes one: `checkpoint-key.pem` (mode 0600), and the public half in `checkpoint-key.pub`. */
export function openKey(folder: string): AuditKey {
  const file = join(folder, 'checkpoint-key.pem')
  let key: AuditKey
  try {
    // Others may read: then others may sign.
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
      throw new Error(`\`${file}\` can be read by others; next: chmod 600 ${file}`)
    }
    key = auditKey(createPrivateKey(readFileSync(file)))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    key = auditKey(generateKeyPairSync('ed25519').privateKey)
    writeNew(file, key.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), 0o600)
    writeNew(join(folder, 'checkpoint-key.pub'), `${key.verifierKey}\n`, 0o644)
  }
  return key
}

/** @param name unique to the log; by default made of the public key, so that two logs never share one */
function auditKey(privateKey: KeyObject, name?: string): AuditKey {
  const publicKey = createPublicKey(privateKey)
  const print = Buffer.from(sha256(publicKey.export({ format: 'der', type: 'spki' })), 'latin1').toString('hex')
  const origin = name ?? `tidegate-audit/${print.slice(0, 16)}`
  return { name: origin, privateKey, verifierKey: verifierKeyText(origin, publicKey) }
}

function writeNew(file: string, text: string, mode: number): void {
  const descriptor = openSync(file, 'wx', mode)
  try {
    writeSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
