/** The folder of a log: which files are its segments, and opening all of them. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { PlainSegment } from './plain-segment.ts'
import { DamagedSegment, SealedSegment } from './segment-reader.ts'
import type { Segment } from './segment.ts'

export const checkpointsFile = 'checkpoints'

export interface SegmentFile {
  readonly name: string
  /** Index of its first record, by its name. */
  readonly first: number
  readonly isSealed: boolean
}

export function plainName(first: number): string {
  return `${String(first).padStart(12, '0')}.jsonl`
}

export function sealedName(first: number): string {
  return `${String(first).padStart(12, '0')}.sealed`
}

/** In the order of the log. Of a segment that is there in both forms only the sealed one, which is complete. */
export function segmentFiles(folder: string): readonly SegmentFile[] {
  const files = (existsSync(folder) ? readdirSync(folder) : []).flatMap((name): SegmentFile[] => {
    const [, digits, form] = /^(\d{12})\.(jsonl|sealed)$/.exec(name) ?? []
    return digits === undefined ? [] : [{ name, first: Number(digits), isSealed: form === 'sealed' }]
  })
  const sealed = new Set(files.filter(({ isSealed }) => isSealed).map(({ first }) => first))
  return files.filter(({ first, isSealed }) => isSealed || !sealed.has(first)).toSorted((a, b) => a.first - b.first)
}

/** Opens every segment for reading, also while another process writes. */
export function openSegments(folder: string): Segment[] {
  for (let attempt = 1; ; attempt += 1) {
    const segments: Segment[] = []
    try {
      for (const file of segmentFiles(folder)) segments.push(openSegment(folder, file, segments.at(-1)))
      return segments
    } catch (error) {
      for (const segment of segments) segment.close()
      // A segment was sealed between listing and opening: its lines are gone.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === 10) throw error
    }
  }
}

function openSegment(folder: string, { name, first, isSealed }: SegmentFile, before: Segment | undefined): Segment {
  const expected = before === undefined ? 0 : before.first + before.count
  if (first !== expected) throw new DamagedSegment(`segment ${name}: the records ${expected} to ${first} before it are missing`)
  const path = join(folder, name)
  const segment = isSealed ? new SealedSegment(path, name) : PlainSegment.read(path, name, first)
  if (segment.first !== first) {
    segment.close()
    throw new DamagedSegment(`segment ${name}: it holds the records from ${segment.first} on`)
  }
  return segment
}
