/** Bytes on their way out: from the catalogue, or from one file after the other, as fast as they are taken. */
import type { OpenBytes } from '../services/s3/object-store.ts'
import { StoreRefusal } from '../services/s3/store-refusal.ts'
import type { Extent } from './catalogue-reader.ts'
import { type BlobIo, blobPath, type ReadableFile } from './io.ts'
import type { Pins } from './pins.ts'

export function openBytes(
  extents: readonly Extent[],
  parts: { readonly folder: string; readonly io: BlobIo; readonly pins: Pins },
): OpenBytes {
  if (extents.some(({ isDamaged }) => isDamaged)) throw new StoreRefusal('damaged')
  return new Outflow(extents, parts)
}

class Outflow implements OpenBytes {
  readonly size: number
  readonly whole: Uint8Array | undefined
  readonly #extents: readonly Extent[]
  readonly #folder: string
  readonly #io: BlobIo
  #unpin: (() => void) | undefined
  #isStarted = false

  constructor(extents: readonly Extent[], { folder, io, pins }: { readonly folder: string; readonly io: BlobIo; readonly pins: Pins }) {
    this.size = extents.reduce((sum, { size }) => sum + size, 0)
    this.#extents = extents
    this.#folder = folder
    this.#io = io
    const [first] = extents
    if (first === undefined) this.whole = new Uint8Array()
    else if (extents.length === 1 && first.bytes !== undefined) this.whole = inlineBytes(first)
    this.#unpin = pins.pin(extents)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    this.#start()
    try {
      for (const extent of this.#extents) {
        if (extent.bytes !== undefined) {
          yield inlineBytes(extent)
          continue
        }
        const file = await this.#open(extent)
        try {
          for (let done = 0; done < extent.size;) {
            const chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, extent.size - done))
            await readAll(file, chunk, extent.start + done)
            done += chunk.length
            yield chunk
          }
        } finally {
          file.close()
        }
      }
    } finally {
      this.close()
    }
  }

  async sendTo(write: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    this.#start()
    try {
      for (const extent of this.#extents) await (extent.bytes === undefined ? this.#sendFile(extent, write) : write(inlineBytes(extent)))
    } finally {
      this.close()
    }
  }

  close(): void {
    this.#isStarted = true
    this.#unpin?.()
    this.#unpin = undefined
  }

  #start(): void {
    if (this.#isStarted) throw new Error('these bytes were read or closed before')
    this.#isStarted = true
  }

  /** Reads the next chunk while the one before is written. */
  async #sendFile(extent: Extent, write: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    const file = await this.#open(extent)
    const buffers = [takeBuffer(), extent.size > chunkBytes ? takeBuffer() : noBytes] as const
    const read = (at: number, into: Uint8Array): Promise<Uint8Array> => {
      const chunk = into.subarray(0, Math.min(chunkBytes, extent.size - at))
      return readAll(file, chunk, extent.start + at)
    }
    let next: Promise<Uint8Array> | undefined
    try {
      next = read(0, buffers[0])
      for (let at = 0, turn = 0; at < extent.size; turn ^= 1) {
        const chunk = await next
        at += chunk.length
        if (at < extent.size) {
          next = read(at, buffers[turn === 0 ? 1 : 0])
          next.catch(() => {}) // told in the next turn
        }
        await write(chunk)
      }
      for (const buffer of buffers) giveBuffer(buffer)
    } finally {
      await next?.catch(() => {})
      file.close()
    }
  }

  async #open({ directory, name }: Extent): Promise<ReadableFile> {
    if (directory === null || name === null) throw new Error('bytes are neither in a file nor in the catalogue')
    try {
      return await this.#io.openToRead(blobPath(this.#folder, directory, name))
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') throw new StoreRefusal('damaged', { cause })
      throw cause
    }
  }
}

async function readAll(file: ReadableFile, into: Uint8Array, position: number): Promise<Uint8Array> {
  // A file that is shorter than the catalogue says was damaged by somebody else.
  if ((await file.read(into, position)) !== into.length) throw new StoreRefusal('damaged')
  return into
}

function inlineBytes({ bytes = noBytes, start, size }: Extent): Uint8Array {
  return bytes.subarray(start, start + size)
}

const spareBuffers: Uint8Array[] = []

function takeBuffer(): Uint8Array {
  return spareBuffers.pop() ?? Buffer.allocUnsafeSlow(chunkBytes)
}

function giveBuffer(buffer: Uint8Array): void {
  if (buffer.length === chunkBytes && spareBuffers.length < mostSpareBuffers) spareBuffers.push(buffer)
}

const noBytes = new Uint8Array()
/** One read and one write of a socket; two of them are all that a download keeps. */
const chunkBytes = 512 * 1024
const mostSpareBuffers = 16
