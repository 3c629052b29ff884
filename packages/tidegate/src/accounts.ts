/** The accounts that an instance hosts, and the first credentials of each: those of its root user. */
import { randomInt } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { collection, instanceAccount, type State } from './kernel/state.ts'
import { accessKeys, accountSettings, theOne } from './services/iam/state.ts'
import { newAccessKeyId } from './sessions/access-key-id.ts'
import type { Keys } from './sessions/key-ring.ts'
import { newSecretAccessKey, sealSecret } from './sessions/secrets.ts'
import type { DataFolder } from './data-folder.ts'

export interface Account {
  readonly id: string
  readonly name: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

export interface RootKey {
  readonly accountId: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const accounts = collection<Account>('accounts')

export function listAccounts(state: State): readonly Account[] {
  return state.read((view) => view.list(accounts, instanceAccount).map(({ value }) => value))
}

/**
 * Makes the account where it is not there yet, and the file with its root user's key where that is missing. Answers whether it is new.
 * A key whose file was lost is not told again: a new one takes its place.
 */
export async function ensureAccount(
  { id, name }: Pick<Account, 'id' | 'name'>,
  { state, keys, folder, now }: { readonly state: State; readonly keys: Keys; readonly folder: DataFolder; readonly now: number },
): Promise<boolean> {
  const isKnown = state.read((view) => view.get(accounts, instanceAccount, id)) !== undefined
  const file = folder.rootKey(id)
  if (isKnown && existsSync(file)) return false
  const key: RootKey = { accountId: id, accessKeyId: newAccessKeyId('AKIA', id), secretAccessKey: newSecretAccessKey() }
  const sealedSecret = sealSecret(key.secretAccessKey, ['access-key', key.accessKeyId], keys)
  // The file first: a key that nobody has must not be good.
  writePrivately(file, key)
  await state.transact((tx) => {
    if (tx.get(accounts, instanceAccount, id) === undefined) tx.put(accounts, instanceAccount, id, { id, name, createdAt: now })
    const settings = tx.get(accountSettings, id, theOne) ?? {}
    for (const old of settings.rootAccessKeyIds ?? []) tx.delete(accessKeys, instanceAccount, old)
    tx.put(accountSettings, id, theOne, { ...settings, rootAccessKeyIds: [key.accessKeyId] })
    tx.put(accessKeys, instanceAccount, key.accessKeyId, { accountId: id, sealedSecret, isActive: true, createdAt: now })
  })
  return !isKnown
}

/** An id that no account has. */
export function newAccountId(state: State): string {
  for (;;) {
    const id = Array.from({ length: 12 }, (_, i) => randomInt(i === 0 ? 1 : 0, 10)).join('')
    if (state.read((view) => view.get(accounts, instanceAccount, id)) === undefined) return id
  }
}

/** @throws Error when the file is not there or may not be read */
export function readRootKey(file: string): RootKey {
  return JSON.parse(readFileSync(file, 'utf8')) as RootKey
}

/** Whole or not at all, for the owner alone. */
function writePrivately(file: string, value: object): void {
  const temporary = `${file}.${process.pid}`
  const descriptor = openSync(temporary, 'w', 0o600)
  try {
    writeSync(descriptor, `${JSON.stringify(value, null, 2)}\n`)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(temporary, file)
}
