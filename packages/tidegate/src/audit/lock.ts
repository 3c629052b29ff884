/** One process writes a log at a time: two would sign two histories. */
import { join } from 'node:path'
import { lockFile } from '../kernel/lock-file.ts'

/** @returns what releases it; it ends with the process too */
export function lockFolder(folder: string): () => void {
  const unlock = lockFile(join(folder, 'lock'))
  if (unlock === undefined) throw new Error(`the audit log in \`${folder}\` is open in another process`)
  return unlock
}
