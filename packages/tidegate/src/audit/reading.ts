/** Reading a log without writing it: what commands do, beside a running instance or on a copy of its files. */
import { openCheckpoint } from './checkpoint.ts'
import { readCheckpoints } from './checkpoints-file.ts'
import { openSegments, segmentFiles } from './folder.ts'
import type { Segment } from './segment.ts'

/** Whether there is a log. */
export function isAuditFolder(folder: string): boolean {
  return segmentFiles(folder).length > 0
}

/** @throws DamagedSegment */
export async function withSegments<T>(folder: string, read: (segments: readonly Segment[]) => Promise<T>): Promise<T> {
  const segments = openSegments(folder)
  try {
    return await read(segments)
  } finally {
    for (const segment of segments) segment.close()
  }
}

/** The newest checkpoint that covers the record with this index. Whether it is signed is for the reader of a proof to check. */
export function checkpointCovering(folder: string, index: number): string | undefined {
  const covering = readCheckpoints(folder, []).stored.findLast(({ opened }) => 'checkpoint' in opened && opened.checkpoint.size > index)
  return covering?.note
}

/** Number of records that a checkpoint speaks of; undefined when it is none. */
export function checkpointSize(note: string): number | undefined {
  const opened = openCheckpoint(note, [])
  return 'checkpoint' in opened ? opened.checkpoint.size : undefined
}
