/**
 * Log events in a SQLite file of their own: they come by the thousand, and nothing else needs them in memory.
 *
 * Appends that come within a few milliseconds are one commit, on the disk before any of them is acknowledged. Whose words an event is stands
 * in a table of its own, since a task writes many lines.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { EventQuery, LogEvents, NewEvent, Origin, StoredEvent, StreamBounds, StreamRef } from '../services/logs/ports.ts'

export interface OpenLogEvents extends LogEvents {
  /** What was appended is durable then. */
  close(): Promise<void>
}

export function openLogEvents(path: string): OpenLogEvents {
  return new SqliteLogEvents(path)
}

/** The tables that give names a number. */
type Named = 'groups' | 'streams' | 'origins'

interface Pending {
  readonly stream: StreamRef
  readonly events: readonly NewEvent[]
  readonly origin: Origin
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

class SqliteLogEvents implements OpenLogEvents {
  readonly #file: DatabaseSync
  readonly #prepared = new Map<string, StatementSync>()
  readonly #ids: Readonly<Record<Named, Map<string, number>>> = { groups: new Map(), streams: new Map(), origins: new Map() }
  #pending: Pending[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(path: string) {
    this.#file = new DatabaseSync(path, { timeout: 2000 })
    this.#file.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full')
    this.#file.exec(schema)
  }

  append(stream: StreamRef, events: readonly NewEvent[], origin: Origin): Promise<void> {
    return new Promise((done, failed) => {
      this.#pending.push({ stream, events, origin, done, failed })
      this.#timer ??= setTimeout(() => this.#commit(), commitMilliseconds)
    })
  }

  read({ groupId, streamId, streamIds, from = 0, to, after, direction, limit }: EventQuery): readonly StoredEvent[] {
    const isForward = direction === 'forward'
    const where: string[] = []
    const values: SQLInputValue[] = []
    const add = (condition: string, ...given: SQLInputValue[]): void => {
      where.push(condition)
      values.push(...given)
    }
    if (streamId !== undefined) add('stream = (select id from streams where name = ?)', streamId)
    if (groupId !== undefined) add('grp = (select id from groups where name = ?)', groupId)
    if (streamIds !== undefined) {
      // A list of values and not of conditions, so that statements stay few.
      add('stream in (select id from streams where name in (select value from json_each(?)))', JSON.stringify(streamIds))
    }
    // The place as a bound of time too: by the pair alone SQLite would walk there from the beginning.
    add('time >= ?', after !== undefined && isForward ? Math.max(from, after.time) : from)
    if (to !== undefined) add('time < ?', to)
    if (after !== undefined) {
      if (!isForward) add('time <= ?', after.time)
      add(`(time, seq) ${isForward ? '>' : '<'} (?, ?)`, after.time, after.sequence)
    }
    const order = isForward ? 'time, seq' : 'time desc, seq desc'
    return this.#select(`${where.join(' and ')} order by ${order} limit ?`, [...values, limit])
  }

  arrivals(groupId: string, behind: number, limit: number): readonly StoredEvent[] {
    const where = 'grp = (select id from groups where name = ?) and seq > ? order by seq limit ?'
    return this.#select(where, [groupId, behind, limit], 'indexed by events_by_arrival')
  }

  lastSequence(): number {
    return Number(this.#prepare('select max(seq) as last from events').get()?.['last'] ?? 0)
  }

  bounds(streamId: string): StreamBounds | undefined {
    // Each a look at one end of the index, however long the stream is.
    const row = this.#prepare(
      `select (select time from events where stream = s.id order by time, seq limit 1) as first,
         (select time from events where stream = s.id order by time desc, seq desc limit 1) as last,
         (select ingested from events where stream = s.id order by time desc, seq desc limit 1) as ingested
       from streams s where s.name = ?`,
    ).get(streamId)
    if (row?.['first'] == null) return undefined
    return { firstTime: Number(row['first']), lastTime: Number(row['last']), lastIngestedAt: Number(row['ingested']) }
  }

  storedBytes(groupId: string): number {
    return Number(this.#prepare('select bytes from groups where name = ?').get(groupId)?.['bytes'] ?? 0)
  }

  async removeGroup(groupId: string): Promise<void> {
    await this.#remove('grp = (select id from groups where name = ?)', [groupId])
    this.#prepare('delete from groups where name = ?').run(groupId)
    this.#ids.groups.delete(groupId)
  }

  async removeStream(streamId: string): Promise<void> {
    await this.#remove('stream = (select id from streams where name = ?)', [streamId])
    this.#prepare('delete from streams where name = ?').run(streamId)
    this.#ids.streams.delete(streamId)
  }

  async expire(groupId: string, time: number): Promise<void> {
    await this.#remove('grp = (select id from groups where name = ?) and time < ?', [groupId, time])
  }

  close(): Promise<void> {
    if (this.#timer !== undefined) this.#commit()
    this.#file.close()
    return Promise.resolve()
  }

  #commit(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const pending = this.#pending
    this.#pending = []
    try {
      this.#file.exec('begin immediate')
      try {
        for (const each of pending) this.#insert(each)
        this.#file.exec('commit')
      } catch (error) {
        this.#file.exec('rollback')
        // Ids that were made in it are gone with it.
        for (const known of Object.values(this.#ids)) known.clear()
        throw error
      }
    } catch (error) {
      for (const { failed } of pending) failed(error)
      return
    }
    for (const { done } of pending) done()
  }

  #insert({ stream, events, origin }: Pending): void {
    const group = this.#idOf('groups', stream.groupId)
    const id = this.#idOf('streams', stream.streamId)
    const from = this.#idOf('origins', JSON.stringify(origin))
    const insert = this.#prepare('insert into events (grp, stream, time, ingested, origin, message) values (?, ?, ?, ?, ?, ?)')
    let bytes = 0
    for (const { time, ingestedAt, message } of events) {
      insert.run(group, id, time, ingestedAt, from, message)
      bytes += Buffer.byteLength(message) + overheadBytes
    }
    this.#prepare('update groups set bytes = bytes + ? where id = ?').run(bytes, group)
  }

  /** Number of a name, which it is given when it is first seen. */
  #idOf(table: Named, name: string): number {
    const known = this.#ids[table].get(name)
    if (known !== undefined) return known
    this.#prepare(`insert into ${table} (name) values (?) on conflict do nothing`).run(name)
    const id = Number(this.#prepare(`select id from ${table} where name = ?`).get(name)?.['id'])
    if (this.#ids[table].size >= keptIds) this.#ids[table].clear()
    this.#ids[table].set(name, id)
    return id
  }

  /** In slices, so that nobody waits long. */
  async #remove(where: string, values: readonly SQLInputValue[]): Promise<void> {
    const select = `select seq, grp, length(cast(message as blob)) + ${overheadBytes} as bytes from events where ${where} limit ${sliceRows}`
    for (;;) {
      const rows = this.#prepare(select).all(...values)
      if (rows.length === 0) return
      this.#file.exec('begin immediate')
      try {
        for (const { seq, grp, bytes } of rows) {
          this.#prepare('delete from events where seq = ?').run(seq ?? null)
          this.#prepare('update groups set bytes = bytes - ? where id = ?').run(bytes ?? null, grp ?? null)
        }
        this.#file.exec('commit')
      } catch (error) {
        this.#file.exec('rollback')
        throw error
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  #select(where: string, values: readonly SQLInputValue[], index = ''): readonly StoredEvent[] {
    const rows = this.#prepare(
      `select seq, time, ingested, message, streams.name as stream, origins.name as origin
       from events ${index} join streams on streams.id = events.stream join origins on origins.id = events.origin where ${where}`,
    ).all(...values)
    const origins = new Map<unknown, Origin>()
    return rows.map(({ seq, time, ingested, message, stream, origin }) => {
      let from = origins.get(origin)
      if (from === undefined) origins.set(origin, (from = JSON.parse(String(origin)) as Origin)) // as `#insert` wrote it
      return {
        sequence: Number(seq),
        time: Number(time),
        ingestedAt: Number(ingested),
        message: String(message),
        streamId: String(stream),
        origin: from,
      }
    })
  }

  #prepare(text: string): StatementSync {
    let statement = this.#prepared.get(text)
    if (statement === undefined) this.#prepared.set(text, (statement = this.#file.prepare(text)))
    return statement
  }
}

const schema = `
  create table if not exists groups (id integer primary key autoincrement, name text not null unique, bytes integer not null default 0) strict;
  create table if not exists streams (id integer primary key autoincrement, name text not null unique) strict;
  create table if not exists origins (id integer primary key, name text not null unique) strict;
  create table if not exists events (
    seq integer primary key autoincrement, grp integer not null, stream integer not null, time integer not null,
    ingested integer not null, origin integer not null, message text not null
  ) strict;
  create index if not exists events_of_group on events (grp, time, seq);
  create index if not exists events_of_stream on events (stream, time, seq);
  create index if not exists events_by_arrival on events (grp);
`

const commitMilliseconds = 5
const overheadBytes = 26
const keptIds = 10_000
const sliceRows = 1000
