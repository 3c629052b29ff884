/** The one writer of `meta.db`. Orders that came together are one transaction, so one wait for the disk serves them all. */
import type { DatabaseSync } from 'node:sqlite'
import { StoreRefusal } from '../services/s3/store-refusal.ts'
import { BlobReferences } from './blob-references.ts'
import type { Command, GroupOutcome, Order, Outcome } from './commands.ts'
import { amendObject, bucketNumber, copyObject, deleteObject, putObject, type Writing } from './object-writes.ts'
import { Sequence } from './sequence.ts'
import { Statements } from './statements.ts'
import { abortUpload, completeUpload, createUpload, putPart, removeUploads } from './upload-writes.ts'

export class Catalogue {
  readonly #database: DatabaseSync
  readonly #sql: Statements
  readonly #blobs: BlobReferences
  readonly #sequence: Sequence

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#sql = new Statements(database)
    this.#blobs = new BlobReferences(this.#sql)
    this.#sequence = new Sequence(this.#sql)
  }

  /** Does all that is not refused, and makes it durable. When it throws, none of it has happened. */
  run(orders: readonly Order[]): GroupOutcome {
    this.#sql.exec('begin immediate')
    try {
      const outcomes = orders.map((order) => this.#outcomeOf(order))
      this.#sql.exec('commit')
      return { outcomes, trash: this.#blobs.takeTrash() }
    } catch (error) {
      this.#sequence.rolledBack()
      this.#blobs.takeTrash()
      if (this.#database.isTransaction) this.#sql.exec('rollback')
      throw error
    }
  }

  close(): void {
    this.#database.close()
  }

  #outcomeOf({ command, now, intent }: Order): Outcome {
    try {
      const value = execute({ sql: this.#sql, blobs: this.#blobs, sequence: this.#sequence, now }, command)
      if (intent !== undefined) this.#sql.run('insert or replace into intents values (?, ?)', intent.id, intent.record)
      return { kind: 'done', value }
    } catch (error) {
      // INVARIANT: what refuses has changed nothing, so the others of the group go on.
      if (error instanceof StoreRefusal) return { kind: 'refused', reason: error.reason, partNumber: error.partNumber }
      throw error
    }
  }
}

function execute(writing: Writing, command: Command): unknown {
  switch (command.kind) {
    case 'create-bucket':
      return void writing.sql.run('insert or ignore into buckets(id) values (?)', command.bucketId)
    case 'delete-bucket':
      return deleteBucket(writing, command.bucketId)
    case 'put':
      return putObject(writing, command)
    case 'copy':
      return copyObject(writing, command)
    case 'delete':
      return deleteObject(writing, command)
    case 'amend':
      return amendObject(writing, command)
    case 'create-upload':
      return createUpload(writing, command)
    case 'put-part':
      return putPart(writing, command)
    case 'complete':
      return completeUpload(writing, command)
    case 'abort':
      return abortUpload(writing, command)
    case 'seal':
      return void writing.sql.run('insert or ignore into sealed values (?)', command.directory)
    case 'forget-trash':
      for (const { directory, name } of command.files)
        writing.sql.run('delete from trash where directory = ? and name = ?', directory, name)
      return undefined
    case 'forget-intents':
      for (const id of command.ids) writing.sql.run('delete from intents where id = ?', id)
      return undefined
  }
}

function deleteBucket(writing: Writing, bucketId: string): void {
  const bucket = bucketNumber(writing.sql, bucketId)
  if (bucket === undefined) return
  if (writing.sql.get('select 1 from versions where bucket = ? limit 1', bucket) !== undefined) throw new StoreRefusal('bucket-not-empty')
  removeUploads(writing, bucket)
  writing.sql.run('delete from buckets where n = ?', bucket)
}
