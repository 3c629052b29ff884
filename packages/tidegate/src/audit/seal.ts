/** Writes the sealed form of a segment: beside its place, durable, and only then under its name. */
import { setImmediate } from 'node:timers/promises'
import { constants, zstdCompressSync } from 'node:zlib'
import type { FilePort } from './file-port.ts'
import { type Hash, sha256 } from './merkle.ts'
import { encodePostings } from './postings.ts'
import { type SealedBlock, checkOf, encodeHead, encodeRow, encodeTrailer, magic, tagBytes } from './sealed-format.ts'
import type { SegmentIndex } from './segment-index.ts'
import type { Segment } from './segment.ts'

/**
 * @param leaves the leaf hashes of its records
 * @param sliceMs how long to work before others get their turn
 */
export async function sealSegment(
  files: FilePort,
  path: string,
  segment: Pick<Segment, 'first' | 'range' | 'readBlock'> & { readonly index: SegmentIndex },
  leaves: readonly Hash[],
  sliceMs = 2,
): Promise<void> {
  const temporary = `${path}.tmp`
  const file = files.open(temporary)
  try {
    file.truncate(0)
    let offset = magic.length
    file.write(magic, 0)
    const put = (bytes: Uint8Array): void => {
      file.write(bytes, offset)
      offset += bytes.length
    }
    const rows: SealedBlock[] = []
    let turn = performance.now()
    for (const [number, block] of segment.index.blocks.entries()) {
      const bytes = compressed(segment.readBlock(number))
      rows.push({ ...block, offset, length: bytes.length, check: checkOf(bytes) })
      put(bytes)
      if (performance.now() - turn < sliceMs) continue
      await setImmediate()
      turn = performance.now()
    }
    const { table, lists } = encodePostings(segment.index.terms)
    const index = Buffer.concat([lists, table, tagsOf(leaves)])
    put(index)
    const directory = Buffer.concat(rows.map(encodeRow))
    const head = encodeHead({
      first: segment.first,
      count: segment.index.count,
      nodes: segment.range.nodes,
      hours: segment.index.hours,
      listsLength: lists.length,
      tableLength: table.length,
      indexDigest: sha256(index),
    })
    put(Buffer.concat([directory, head, encodeTrailer(directory, head)]))
    await file.sync()
  } finally {
    file.close()
  }
  files.rename(temporary, path)
  await files.syncFolder()
}

function tagsOf(leaves: readonly Hash[]): Buffer {
  const tags = Buffer.alloc(leaves.length * tagBytes)
  for (const [index, leaf] of leaves.entries()) tags.write(leaf.slice(0, tagBytes), index * tagBytes, 'latin1')
  return tags
}

/** In this thread: the way to another and back costs as much as the work. */
function compressed(raw: Buffer): Buffer {
  return zstdCompressSync(raw, { params: { [constants.ZSTD_c_compressionLevel]: 1 }, pledgedSrcSize: raw.length })
}
