/** The same events in SQLite, as one would keep them: WAL, durable commits, an index for people and one for names. */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { recordText } from '../../packages/tidegate/src/audit/record-text.ts'
import type { AuditRecord } from '../../packages/tidegate/src/audit/record.ts'

export class SqliteStore {
  readonly database: DatabaseSync
  readonly #insert: StatementSync

  /** @param isDurable off to load what is only searched */
  constructor(file: string, isDurable: boolean) {
    this.database = new DatabaseSync(file)
    this.database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${isDurable ? 'FULL' : 'OFF'};
      CREATE TABLE events (sequence INTEGER PRIMARY KEY, id TEXT, time INTEGER, actor TEXT, name TEXT, error TEXT, record TEXT)`)
    this.#insert = this.database.prepare('INSERT INTO events (id, time, actor, name, error, record) VALUES (?, ?, ?, ?, ?, ?)')
    if (isDurable) this.index()
  }

  /** With two indexes, an event is not found by its id; that is asked of the searched store only. */
  index(): void {
    this.database.exec('CREATE INDEX by_actor ON events (actor, time); CREATE INDEX by_name ON events (name, time)')
  }

  append(records: readonly AuditRecord[]): void {
    this.database.exec('BEGIN')
    for (const record of records) {
      const actor = record.additionalEventData.actorChain?.[0]?.subject ?? ''
      const time = Date.parse(record.eventTime)
      this.#insert.run(record.eventID, time, actor, record.eventName, record.errorCode ?? null, recordText(record))
    }
    this.database.exec('COMMIT')
  }

  close(): void {
    this.database.close()
  }
}
