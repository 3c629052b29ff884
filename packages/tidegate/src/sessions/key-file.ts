/** The file that holds a key ring: only its owner can read it, and it is replaced as a whole or not at all. */
import { createSecretKey, randomBytes } from 'node:crypto'
import { closeSync, fstatSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import type { Generation, Generations } from './key-ring.ts'

/** In words for whoever runs it; never holds anything of the file's content. */
class KeyRingError extends Error {
  override readonly name = 'KeyRingError'

  constructor(path: string, message: string, cause?: unknown) {
    super(`key ring \`${path}\` ${message}`, { cause })
  }
}

export interface KeyFile {
  readonly generations: Generations
  /** Differs when the file was replaced. */
  readonly stamp: string
}

export function readKeyFile(path: string): KeyFile {
  const file = open(path, 'r')
  try {
    const stat = fstatSync(file, { bigint: true })
    if (!stat.isFile()) throw new KeyRingError(path, 'is not a file')
    const mode = Number(stat.mode) & 0o777
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new KeyRingError(path, `can be read by others than its owner (mode ${mode.toString(8)}): \`chmod 600\` it, and rotate the keys`)
    return { generations: parse(readFileSync(file, 'utf8'), path), stamp: stampOf(stat) }
  } finally {
    closeSync(file)
  }
}

export function stampOfKeyFile(path: string): string {
  try {
    return stampOf(statSync(path, { bigint: true }))
  } catch {
    return 'gone'
  }
}

/** Creates the file with a first generation, unless it exists: then another process was faster, and its keys count. */
export function createKeyFile(path: string, now: number): void {
  const temporary = writeTemporary(path, [newGeneration([], now)])
  try {
    linkSync(temporary, path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw new KeyRingError(path, `cannot be created: ${codeOf(error)}`, error)
  } finally {
    rmSync(temporary)
  }
  syncFolder(path)
}

/** Replaces the generations by what `change` makes of the present ones. One process at a time does so. */
export function changeKeyFile(path: string, change: (present: Generations) => Generations): void {
  const unlock = lock(path)
  try {
    renameSync(writeTemporary(path, change(readKeyFile(path).generations)), path)
    syncFolder(path)
  } finally {
    unlock()
  }
}

export function newGeneration(present: readonly Generation[], now: number): Generation {
  let id = randomBytes(4).toString('hex')
  while (present.some((each) => each.id === id)) id = randomBytes(4).toString('hex')
  return { id, createdAt: now, master: createSecretKey(randomBytes(32)) }
}

function parse(text: string, path: string): Generations {
  let file: unknown
  try {
    file = JSON.parse(text)
  } catch {
    throw new KeyRingError(path, 'is not JSON: restore it from a backup') // the parser's error quotes what it read
  }
  if (!isRecord(file) || file['format'] !== format || !Array.isArray(file['generations'])) throw new KeyRingError(path, 'is not a key ring')
  if (file['version'] !== version) throw new KeyRingError(path, 'was written by another version of tidegate')
  const [first, ...rest] = file['generations'].map((each: unknown) => parseGeneration(each, path))
  if (first === undefined) throw new KeyRingError(path, 'has no key')
  const ids = new Set([first, ...rest].map(({ id }) => id))
  if (ids.size !== rest.length + 1) throw new KeyRingError(path, 'has two keys with one id')
  return [first, ...rest]
}

function parseGeneration(value: unknown, path: string): Generation {
  const { id, createdAt, retiredAt, key } = isRecord(value) ? value : {}
  const bytes = typeof key === 'string' ? Buffer.from(key, 'base64url') : Buffer.alloc(0)
  if (typeof id !== 'string' || !/^[0-9a-f]{8}$/.test(id) || !Number.isSafeInteger(createdAt) || bytes.length !== 32)
    throw new KeyRingError(path, 'has a key that is not complete: restore it from a backup')
  const generation = { id, createdAt: Number(createdAt), master: createSecretKey(bytes) }
  bytes.fill(0)
  return retiredAt === undefined ? generation : { ...generation, retiredAt: Number(retiredAt) }
}

function textOf(generations: Generations): string {
  const entries = generations.map(({ master, ...rest }) => ({ ...rest, key: master.export().toString('base64url') }))
  return `${JSON.stringify({ format, version, generations: entries }, null, 2)}\n`
}

function writeTemporary(path: string, generations: Generations): string {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`
  const file = open(temporary, 'wx')
  try {
    writeSync(file, textOf(generations))
    fsyncSync(file)
    return temporary
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new KeyRingError(path, `cannot be written: ${codeOf(error)}`, error)
  } finally {
    closeSync(file)
  }
}

/** A lock that was left behind by a process that was killed is broken after a while: changing the file takes milliseconds. */
function lock(path: string): () => void {
  const name = `${path}.lock`
  const age = Date.now() - (statSync(name, { throwIfNoEntry: false })?.mtimeMs ?? Infinity)
  if (age > brokenAfterMs) rmSync(name, { force: true })
  try {
    closeSync(openSync(name, 'wx', 0o600))
  } catch (error) {
    const isTaken = codeOf(error) === 'EEXIST'
    throw new KeyRingError(path, isTaken ? 'is being changed by another process: try again' : `cannot be changed: ${codeOf(error)}`, error)
  }
  return () => rmSync(name, { force: true })
}

function open(path: string, flags: 'r' | 'wx'): number {
  try {
    return openSync(path, flags, 0o600)
  } catch (error) {
    throw new KeyRingError(path, `cannot be opened: ${codeOf(error)}`, error)
  }
}

/** What makes a new name in a folder durable. Windows has no such thing. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function stampOf({ ino, size, mtimeNs, mode }: { ino: bigint; size: bigint; mtimeNs: bigint; mode: bigint }): string {
  return `${ino} ${size} ${mtimeNs} ${mode}`
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

const format = 'tidegate key ring'

const version = 1

const brokenAfterMs = 10_000
