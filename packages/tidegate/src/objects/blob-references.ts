/** Who needs which bytes. A blob goes when its last reference goes; its file is then trash, and is removed after the commit. */
import type { FileName, NewBlob, SourceVersion } from './commands.ts'
import type { BlobRow, PieceRow } from './rows.ts'
import { keyBytes } from './rows.ts'
import type { Statements } from './statements.ts'

/** Bytes of a version or part: one blob as a whole, or the pieces under its sequence number. Neither, where it is empty. */
export interface Owner {
  readonly sequence: number
  readonly blob: number | null
}

export class BlobReferences {
  readonly #sql: Statements
  #trash: FileName[] = []

  constructor(sql: Statements) {
    this.#sql = sql
  }

  /** Files that became trash since it was asked last. */
  takeTrash(): readonly FileName[] {
    const trash = this.#trash
    this.#trash = []
    return trash
  }

  /** Returns the blob's number, with one reference. */
  add(blob: NewBlob): number {
    const { size, md5 } = blob
    const insert = 'insert into blobs(directory, name, size, md5, refs) values (?, ?, ?, ?, 1)'
    if ('name' in blob) return this.#sql.run(insert, blob.directory, blob.name, size, md5).id
    const { id } = this.#sql.run(insert, null, null, size, md5)
    this.#sql.run('insert into inline values (?, ?)', id, blob.bytes)
    return id
  }

  /** Gives an owner the bytes `start` to `end` of another. Returns what stands in its `blob` column. */
  share(from: Owner & { readonly size: number }, start: number, end: number, sequence: number): number | null {
    if (start >= end) return null
    if (from.blob !== null && start === 0 && end === from.size) {
      this.#refer(from.blob)
      return from.blob
    }
    this.append(from, start, end, sequence, 0)
    return null
  }

  /** Puts the bytes `start` to `end` of an owner at an offset of another, as pieces. */
  append(from: Owner & { readonly size: number }, start: number, end: number, sequence: number, at: number): void {
    for (const piece of this.#piecesOf(from, start, end)) {
      const [first, last] = [Math.max(start, piece.start), Math.min(end, piece.start + piece.size)]
      const insert = 'insert into pieces(owner, start, size, blob, blob_start) values (?, ?, ?, ?, ?)'
      this.#sql.run(insert, sequence, at + first - start, last - first, piece.blob, piece.blob_start + first - piece.start)
      this.#refer(piece.blob)
    }
  }

  /** The owner goes. */
  release({ sequence, blob }: Owner): void {
    if (blob !== null) return this.#forget(blob)
    for (const piece of this.#sql.all<PieceRow>('select * from pieces where owner = ?', sequence)) this.#forget(piece.blob)
    this.#sql.run('delete from pieces where owner = ?', sequence)
  }

  #piecesOf({ sequence, blob, size }: Owner & { readonly size: number }, start: number, end: number): readonly PieceRow[] {
    if (blob !== null) return [{ owner: sequence, start: 0, size, blob, blob_start: 0 }]
    const from = this.#sql.get<{ start: number }>('select max(start) start from pieces where owner = ? and start <= ?', sequence, start)
    const select = 'select * from pieces where owner = ? and start >= ? and start < ?'
    return this.#sql.all<PieceRow>(select, sequence, from?.start ?? 0, end)
  }

  #refer(blob: number): void {
    this.#sql.run('update blobs set refs = refs + 1 where n = ?', blob)
  }

  #forget(blob: number): void {
    const row = this.#sql.get<BlobRow>('update blobs set refs = refs - 1 where n = ? returning *', blob)
    if (row === undefined || row.refs > 0) return
    this.#sql.run('delete from blobs where n = ?', blob)
    if (row.name === null || row.directory === null) {
      this.#sql.run('delete from inline where blob = ?', blob)
      return
    }
    this.#sql.run('insert into trash values (?, ?)', row.directory, row.name)
    this.#trash.push({ directory: row.directory, name: row.name })
  }
}

/** The version that a source names, if it is still there. */
export function ownerOf(
  sql: Statements,
  bucket: number,
  { key, sequence }: SourceVersion,
): (Owner & { readonly size: number }) | undefined {
  const select = 'select sequence, blob, size from versions where bucket = ? and key = ? and sequence = ? and is_marker = 0'
  return sql.get<Owner & { readonly size: number }>(select, bucket, keyBytes(key), sequence)
}
