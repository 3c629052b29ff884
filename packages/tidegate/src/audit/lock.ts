/** One process writes a log at a time: two would sign two histories. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * A lock that ends with its process, however that ends: the one that SQLite takes on a file, as Node has no other that does.
 * @returns what releases it
 */
export function lockFolder(folder: string): () => void {
  const database = new DatabaseSync(join(folder, 'lock'))
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    throw new Error(`the audit log in \`${folder}\` is open in another process`, { cause: error })
  }
  return () => database.close()
}
