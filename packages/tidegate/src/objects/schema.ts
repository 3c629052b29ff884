/**
 * `meta.db`: what is known of objects. Every publication, deletion and reference is a transaction here; the files beside it are bytes
 * that mean nothing until a row names them.
 *
 * `current` has the keys that a GET without a version id finds, and nothing else, so that listing never walks over what was deleted.
 * Keys are BLOBs of UTF-8: SQLite compares them as S3 orders them.
 */
import { randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'

/** Opens the database of a store, making it where it is absent. One connection may write; others are opened with `openToRead`. */
export function openToWrite(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: busyMs })
  try {
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536')
    database.exec('pragma wal_autocheckpoint = 4000; pragma journal_size_limit = 67108864; pragma temp_store = memory')
    const [{ user_version: version } = {}] = database.prepare('pragma user_version').all()
    if (version === 0) create(database)
    else if (version !== schemaVersion) throw new Error(`the object store \`${path}\` was written by another version of tidegate`)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

export function openToRead(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: busyMs })
  database.exec('pragma cache_size = -65536; pragma mmap_size = 268435456')
  return database
}

function create(database: DatabaseSync): void {
  database.exec(`begin immediate; ${tables}; pragma user_version = ${schemaVersion}`)
  database.prepare('insert into settings values (?, ?)').run('version-id-key', randomBytes(16))
  database.exec('commit')
}

const tables = `
create table settings(name text primary key, value any) without rowid;
create table buckets(n integer primary key autoincrement, id text not null unique);
create table current(
  bucket integer not null, key blob not null, sequence integer not null, modified integer not null, size integer not null,
  etag text not null, class text not null, algorithm text, type text,
  primary key (bucket, key)) without rowid;
create table versions(
  bucket integer not null, key blob not null, sequence integer not null, version text, modified integer not null,
  is_marker integer not null, size integer not null, etag text not null, class text not null, algorithm text, type text, checksum text,
  part_count integer, blob integer, document text not null,
  primary key (bucket, key, sequence desc)) without rowid;
create table blobs(
  n integer primary key, directory integer, name text, size integer not null, md5 text not null, refs integer not null,
  is_damaged integer not null default 0);
create unique index files on blobs(directory, name) where name is not null;
create table inline(blob integer primary key, bytes blob not null);
create table pieces(
  owner integer not null, start integer not null, size integer not null, blob integer not null, blob_start integer not null,
  primary key (owner, start)) without rowid;
create table object_parts(
  owner integer not null, n integer not null, start integer not null, size integer not null, checksums text not null,
  primary key (owner, n)) without rowid;
create table uploads(
  sequence integer primary key, id text not null unique, bucket integer not null, key blob not null, initiated integer not null,
  document text not null);
create unique index uploads_by_key on uploads(bucket, key, sequence);
create table upload_parts(
  upload integer not null, n integer not null, owner integer not null, modified integer not null, size integer not null,
  md5 text not null, checksums text not null, blob integer, primary key (upload, n)) without rowid;
create table completed(id text primary key, bucket integer not null, key blob not null, at integer not null, object text not null)
  without rowid;
create index completed_at on completed(at);
create table trash(directory integer not null, name text not null, primary key (directory, name)) without rowid;
create table sealed(directory integer primary key);
create table intents(id text primary key, record text not null) without rowid;
`

const schemaVersion = 1

/** A scrub from another process writes now and then. */
const busyMs = 10_000
