/** Brings a folder into the state to write on: what a crash left is cleared away, and what can't be a crash's work is refused. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type StoredCheckpoint, readCheckpoints } from './checkpoints-file.ts'
import type { FilePort } from './file-port.ts'
import { openSegments, plainName, segmentFiles } from './folder.ts'
import type { AuditKey } from './key.ts'
import { parseVerifierKey } from './note.ts'
import { PlainSegment } from './plain-segment.ts'
import type { Segment } from './segment.ts'
import { DamagedSegment } from './segment-reader.ts'
import { sizeOf, treeOf } from './tree.ts'

/** The files are not what this log has signed. To go on would be to sign a second history. */
export class AuditLogDamaged extends Error {
  override readonly name = 'AuditLogDamaged'
}

export interface OpenedFolder {
  /** The last one is plain: the open one. */
  readonly segments: Segment[]
  readonly open: PlainSegment
  readonly lastCheckpoint: { readonly note: string; readonly size: number } | undefined
  /** Bytes of the checkpoints that are whole. */
  readonly checkpointsLength: number
}

/** @throws AuditLogDamaged */
export async function openFolder(folder: string, files: FilePort, key: AuditKey): Promise<OpenedFolder> {
  for (const name of readdirSync(folder)) if (name.endsWith('.tmp')) await files.remove(name)
  const segments = openAll(folder)
  try {
    // A crash between the sealed form and the removal of the lines leaves both.
    for (const { first, isSealed } of segmentFiles(folder)) if (isSealed) await removeIfThere(folder, files, plainName(first))
    const { stored } = readCheckpoints(
      folder,
      [parseVerifierKey(key.verifierKey)].flatMap((each) => each ?? []),
    )
    const last = stored.at(-1)
    const lastCheckpoint = last === undefined ? undefined : agreeing(folder, last, segments)
    const checkpointsLength = stored.reduce((sum, { note }) => sum + Buffer.byteLength(note), 0)
    const end = sizeOf(segments)
    let open = segments.at(-1)
    if (!(open instanceof PlainSegment)) {
      open = new PlainSegment(join(folder, plainName(end)), plainName(end), end)
      segments.push(open)
    }
    return { segments, open: open as PlainSegment, lastCheckpoint, checkpointsLength }
  } catch (error) {
    for (const segment of segments) segment.close()
    throw error
  }
}

function openAll(folder: string): Segment[] {
  try {
    return openSegments(folder)
  } catch (error) {
    throw error instanceof DamagedSegment ? damaged(folder, error.message, error) : error
  }
}

function agreeing(folder: string, { line, note, opened }: StoredCheckpoint, segments: readonly Segment[]): { note: string; size: number } {
  if (opened.state === 'unknown-key') throw damaged(folder, `the checkpoint in line ${line} is of another key`)
  if (opened.state !== 'signed') throw damaged(folder, `the checkpoint in line ${line} is not one that this log signed`)
  const { size, root } = opened.checkpoint
  const tree = treeOf(segments)
  if (size > tree.size) throw damaged(folder, `the last checkpoint has ${size} records, the segments only ${tree.size}`)
  if (tree.range(0, size).root() !== root) throw damaged(folder, `the first ${size} records are not those of the last checkpoint`)
  return { note, size }
}

function damaged(folder: string, what: string, cause?: unknown): AuditLogDamaged {
  return new AuditLogDamaged(`audit log \`${folder}\`: ${what}; \`tidegate audit verify\` says more, a new folder starts a new log`, {
    cause,
  })
}

async function removeIfThere(folder: string, files: FilePort, name: string): Promise<void> {
  if (statSync(join(folder, name), { throwIfNoEntry: false }) !== undefined) await files.remove(name)
}
