/** What a start finds of the process before it: files that were written and never named, and files that were to be removed. */
import type { DatabaseSync } from 'node:sqlite'
import type { FileName } from './commands.ts'
import { removeFiles } from './garbage.ts'
import { type BlobIo, blobPath } from './io.ts'
import { Statements } from './statements.ts'

/**
 * Removes them, and returns the directory in which new files are made. It costs what the directories that were not sealed hold, which is
 * the last one or two, and not what the store holds.
 */
export async function recover(
  database: DatabaseSync,
  folder: string,
  io: BlobIo,
): Promise<{ readonly number: number; readonly made: number }> {
  const sql = new Statements(database)
  await io.makeFolder(folder)
  const trash = sql.all<FileName>('select directory, name from trash')
  await removeFiles(trash, folder, io)
  sql.run('delete from trash')

  const sealed = new Set(sql.all<{ directory: number }>('select directory from sealed').map(({ directory }) => directory))
  const numbers = (await io.list(folder)).map((name) => Number.parseInt(name, 16)).filter((number) => !sealed.has(number))
  for (const directory of numbers) await removeOrphans(sql, folder, directory, io)

  const last = Math.max(0, ...numbers, ...sealed)
  for (const directory of numbers) if (directory !== last) sql.run('insert or ignore into sealed values (?)', directory)
  await removeEmpty(sql, folder, sealed, io)
  const number = sealed.has(last) || last === 0 ? last + 1 : last
  await io.makeFolder(blobPath(folder, number))
  await io.syncFolder(folder)
  return { number, made: (await io.list(blobPath(folder, number))).length }
}

async function removeOrphans(sql: Statements, folder: string, directory: number, io: BlobIo): Promise<void> {
  const names = await io.list(blobPath(folder, directory))
  const isNamed = (name: string): boolean => sql.get('select 1 from blobs where directory = ? and name = ?', directory, name) !== undefined
  const orphans = names.filter((name) => !isNamed(name)).map((name) => ({ directory, name }))
  await removeFiles(orphans, folder, io)
}

/** Directories whose last file was removed. */
async function removeEmpty(sql: Statements, folder: string, sealed: ReadonlySet<number>, io: BlobIo): Promise<void> {
  for (const directory of sealed) {
    if (sql.get('select 1 from blobs where directory = ? limit 1', directory) !== undefined) continue
    await io.removeFolder(blobPath(folder, directory)).catch(() => {}) // it may be gone, or hold what somebody else has put there
    sql.run('delete from sealed where directory = ?', directory)
  }
}
