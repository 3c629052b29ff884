/** Where an instance keeps what is its own. The folder is for its owner alone: it holds keys. */
import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

export interface DataFolder {
  readonly path: string
  readonly state: string
  readonly keyRing: string
  readonly audit: string
  /** Bytes and catalogue of S3's objects. */
  readonly objects: string
  readonly logEvents: string
  /** What tasks run on, and what they are told, is kept here. */
  readonly tasks: string
  /** Socket on which the commands of this machine reach a running instance. */
  readonly control: string
  /** Credentials of an account's root user. */
  readonly rootKey: (accountId: string) => string
}

export const defaultDataFolder = '.tidegate'

export function dataFolder(path: string): DataFolder {
  const folder = resolve(path)
  return {
    path: folder,
    state: join(folder, 'state.db'),
    keyRing: join(folder, 'keys.json'),
    audit: join(folder, 'audit'),
    objects: join(folder, 'objects'),
    logEvents: join(folder, 'log-events.db'),
    tasks: join(folder, 'tasks'),
    control: join(folder, 'control.sock'),
    rootKey: (accountId) => join(folder, 'root-keys', `${accountId}.json`),
  }
}

/** Makes the folders with mode 0700, and takes from others what they may do in a folder that was there before. */
export function prepareDataFolder({ path, audit, rootKey }: DataFolder): void {
  for (const folder of [path, audit, join(rootKey(''), '..')]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if ((statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700)
  }
}
