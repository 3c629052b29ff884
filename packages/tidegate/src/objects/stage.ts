/**
 * Bytes on their way in: hashed, written and made durable, and named by nothing yet.
 *
 * A body keeps at most one chunk that is gathered and one that is being written, whatever its size; the next bytes are asked for when
 * there is room. What a slow client has sent is not kept in memory either: after a second without news it is written.
 */
import type { ChecksumAlgorithm, Digests, Staged, StageOptions } from '../services/s3/object-store.ts'
import { StoreRefusal } from '../services/s3/store-refusal.ts'
import type { NewBlob } from './commands.ts'
import type { Directories, NewFile } from './directories.ts'
import type { DiskState } from './disk-state.ts'
import type { HashPool, RemoteHasher } from './hash-pool.ts'
import { digestsOf } from './hasher.ts'
import { type BlobIo, blobPath } from './io.ts'

export interface Stages {
  readonly folder: string
  readonly io: BlobIo
  readonly disk: DiskState
  readonly directories: Directories
  readonly hashes: HashPool
  /** Bodies up to this size come to the catalogue with their bytes. */
  readonly inlineBytes: number
}

export async function stage(
  body: AsyncIterable<Uint8Array>,
  { maxSize = Infinity, algorithms = [] }: StageOptions,
  stages: Stages,
): Promise<StagedBytes> {
  if (stages.disk.isBroken) throw stages.disk.refusal()
  const intake = new Intake(stages, algorithms)
  try {
    const chunks = body[Symbol.asyncIterator]()
    try {
      for (let size = 0; ;) {
        const chunk = await intake.waiting(chunks.next())
        if (chunk.done === true) break
        size += chunk.value.length
        if (size > maxSize) throw new StoreRefusal('too-large')
        await intake.take(chunk.value)
      }
    } catch (error) {
      await chunks.return?.()
      throw error
    }
    return await intake.end()
  } catch (error) {
    await intake.abandon()
    throw error
  }
}

/** What `stage` returns: the store finds in it where the bytes are. */
export class StagedBytes implements Staged {
  readonly size: number
  readonly md5: string
  readonly checksums: Digests['checksums']
  readonly #blob: NewBlob | undefined
  readonly #stages: Stages
  #isTaken = false

  constructor(blob: NewBlob | undefined, size: number, { md5, checksums }: Digests, stages: Stages) {
    this.#blob = blob
    this.size = size
    this.md5 = md5
    this.checksums = checksums
    this.#stages = stages
  }

  /** Gives the bytes to whoever names them: `named` is what comes of it, and when it rejects the bytes go. */
  async publish<T>(named: (blob: NewBlob | undefined) => Promise<T>): Promise<T> {
    if (this.#isTaken) throw new Error('these bytes were published or discarded before')
    this.#isTaken = true
    try {
      const result = await named(this.#blob)
      if (this.#blob !== undefined && 'name' in this.#blob) this.#stages.directories.settled(this.#blob.directory)
      return result
    } catch (error) {
      // A commit that failed may still have happened: then the file is named, and only a restart knows.
      if (error instanceof StoreRefusal && error.reason !== 'read-only') await removeFile(this.#stages, this.#blob)
      throw error
    }
  }

  async discard(): Promise<void> {
    if (this.#isTaken) return
    this.#isTaken = true
    await removeFile(this.#stages, this.#blob)
  }
}

class Intake {
  readonly #stages: Stages
  readonly #algorithms: readonly ChecksumAlgorithm[]
  #gathered: Uint8Array[] = []
  #gatheredBytes = 0
  #written = 0
  #target: { readonly file: NewFile; readonly hasher: RemoteHasher } | undefined
  #writing: Promise<void> = Promise.resolve()
  #isHashed = false
  #isWaiting = false
  #timer: NodeJS.Timeout | undefined
  #idleFlush: Promise<void> | undefined

  constructor(stages: Stages, algorithms: readonly ChecksumAlgorithm[]) {
    this.#stages = stages
    this.#algorithms = algorithms
  }

  /** Waits for the next chunk; if that is long in coming, what was gathered is written meanwhile. */
  async waiting<T>(next: Promise<T>): Promise<T> {
    if (this.#gatheredBytes <= this.#stages.inlineBytes) return next
    this.#timer = this.#timer?.refresh() ?? setTimeout(() => this.#onIdle(), idleMs).unref()
    this.#isWaiting = true
    try {
      return await next
    } finally {
      this.#isWaiting = false
      await this.#idleFlush
    }
  }

  async take(chunk: Uint8Array): Promise<void> {
    this.#gathered.push(chunk)
    this.#gatheredBytes += chunk.length
    if (this.#gatheredBytes >= chunkBytes) await this.#flush()
  }

  async end(): Promise<StagedBytes> {
    clearTimeout(this.#timer)
    if (this.#target === undefined) return this.#endSmall()
    await this.#flush()
    await this.#writing
    const { file, hasher } = this.#target
    this.#isHashed = true
    const [digests] = await Promise.all([hasher.end(), this.#makeDurable(file)])
    return new StagedBytes(
      { directory: file.directory, name: file.name, size: this.#written, md5: digests.md5 },
      this.#written,
      digests,
      this.#stages,
    )
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#writing.catch(() => {})
    if (this.#target === undefined) return
    const { file, hasher } = this.#target
    if (!this.#isHashed) hasher.end().catch(() => {})
    await file.file.close().catch(() => {})
    await removeFile(this.#stages, file)
  }

  async #endSmall(): Promise<StagedBytes> {
    const size = this.#gatheredBytes
    const bytes = this.#gathered.length === 1 ? (this.#gathered[0] ?? noBytes) : Buffer.concat(this.#gathered)
    const digests = digestsOf(bytes, this.#algorithms)
    if (size <= this.#stages.inlineBytes) {
      // A copy: what comes from a socket is often a view of something much larger.
      const blob = size === 0 ? undefined : { size, md5: digests.md5, bytes: new Uint8Array(bytes) }
      return new StagedBytes(blob, size, digests, this.#stages)
    }
    const file = await this.#stages.directories.create()
    try {
      await this.#stages.disk.guard(() => file.file.write(bytes, 0))
      await this.#makeDurable(file)
    } catch (error) {
      await file.file.close().catch(() => {})
      await removeFile(this.#stages, file)
      throw error
    }
    return new StagedBytes({ directory: file.directory, name: file.name, size, md5: digests.md5 }, size, digests, this.#stages)
  }

  /** Begins to write what was gathered, when what was written before is. */
  async #flush(): Promise<void> {
    if (this.#gatheredBytes === 0) return
    await this.#writing
    this.#target ??= { file: await this.#stages.directories.create(), hasher: this.#stages.hashes.start(this.#algorithms) }
    const { file, hasher } = this.#target
    const buffer = takeBuffer(this.#gatheredBytes)
    let length = 0
    for (const chunk of this.#gathered) {
      buffer.set(chunk, length)
      length += chunk.length
    }
    this.#gathered = []
    this.#gatheredBytes = 0
    const position = this.#written
    this.#written += length
    const bytes = buffer.subarray(0, length)
    const both = Promise.all([this.#stages.disk.guard(() => file.file.write(bytes, position)), hasher.update(bytes)])
    this.#writing = both.then(() => giveBuffer(buffer))
    this.#writing.catch(() => {}) // told by whoever waits for it
  }

  #onIdle(): void {
    if (!this.#isWaiting) return
    this.#idleFlush = this.#flush().finally(() => (this.#idleFlush = undefined))
    this.#idleFlush.catch(() => {}) // told when the next chunk comes
  }

  async #makeDurable({ directory, file }: NewFile): Promise<void> {
    await Promise.all([this.#stages.disk.guardSync(() => file.sync()), this.#stages.directories.sync(directory)])
    await file.close()
  }
}

async function removeFile({ folder, io, directories }: Stages, blob: NewBlob | NewFile | undefined): Promise<void> {
  if (blob === undefined || !('name' in blob)) return
  // What can't be removed now is an orphan, which a start collects: its directory is not sealed before.
  await io.remove(blobPath(folder, blob.directory, blob.name)).then(
    () => directories.settled(blob.directory),
    () => {},
  )
}

/** Shared memory, so that a hashing thread reads what the disk is written from; a few are kept for the next body. */
const spareBuffers: Uint8Array[] = []

function takeBuffer(atLeast: number): Uint8Array {
  const spare = spareBuffers.pop()
  if (spare !== undefined && spare.length >= atLeast) return spare
  return new Uint8Array(new SharedArrayBuffer(Math.max(atLeast, bufferBytes)))
}

function giveBuffer(buffer: Uint8Array): void {
  if (spareBuffers.length < mostSpareBuffers && buffer.length === bufferBytes) spareBuffers.push(buffer)
}

const noBytes = new Uint8Array()
/** Enough for writing to cost little beside what is written. */
const chunkBytes = 256 * 1024
/** A chunk and what came with its last bytes. */
const bufferBytes = chunkBytes + 64 * 1024
const mostSpareBuffers = 16
const idleMs = 1000
