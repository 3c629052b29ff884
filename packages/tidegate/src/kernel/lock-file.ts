/** Of several processes one has a folder. */
import { DatabaseSync } from 'node:sqlite'

/**
 * A lock that ends with its process, however that ends: the one that SQLite takes on a file, as Node has no other that does.
 * @returns what releases it; `undefined` where another process has it
 */
export function lockFile(path: string): (() => void) | undefined {
  const database = new DatabaseSync(path)
  try {
    database.exec('pragma busy_timeout = 0; begin exclusive')
    return () => database.close()
  } catch {
    database.close()
    return undefined
  }
}
