/**
 * A checkpoint: the log says, under its key, how many records it has and what the root of their tree is. Whoever keeps one can tell later
 * whether those records are still the same.
 * @see https://c2sp.org/tlog-checkpoint
 */
import { type Hash, fromBase64, toBase64 } from './merkle.ts'
import { type SignerKey, type VerifierKey, openNote, signNote } from './note.ts'

export interface Checkpoint {
  readonly origin: string
  /** Number of records. */
  readonly size: number
  readonly root: Hash
  /** When it was signed, milliseconds since 1970; by the log's own clock, so it proves nothing. */
  readonly time: number
}

export function signCheckpoint({ origin, size, root, time }: Checkpoint, key: SignerKey): string {
  return signNote(`${origin}\n${size}\n${toBase64(root)}\ntimestamp ${new Date(time).toISOString()}\n`, key)
}

export type OpenedCheckpoint =
  | { readonly state: 'signed'; readonly checkpoint: Checkpoint }
  /** Perhaps genuine, but no pinned key says so. */
  | { readonly state: 'unknown-key'; readonly checkpoint: Checkpoint; readonly names: readonly string[] }
  | { readonly state: 'bad-signature' }
  | { readonly state: 'malformed' }

export function openCheckpoint(note: string, keys: readonly VerifierKey[]): OpenedCheckpoint {
  const opened = openNote(note, keys)
  if (opened.state === 'malformed' || opened.state === 'bad-signature') return opened
  const checkpoint = parse(opened.text)
  if (checkpoint === undefined) return { state: 'malformed' }
  // A key signs for the log of its name only; two logs that share a key can't be mixed up then.
  if (opened.state === 'signed') {
    return keys.some(({ name }) => name === checkpoint.origin) ? { state: 'signed', checkpoint } : { state: 'malformed' }
  }
  return { state: 'unknown-key', checkpoint, names: opened.names }
}

function parse(text: string): Checkpoint | undefined {
  const [origin = '', size = '', encoded = '', stamp = '', end, ...more] = text.split('\n')
  const root = fromBase64(encoded)
  const time = Date.parse(/^timestamp (\S+)$/.exec(stamp)?.[1] ?? '')
  if (origin === '' || !/^(?:0|[1-9]\d{0,15})$/.test(size) || root === undefined || Number.isNaN(time)) return undefined
  return end === '' && more.length === 0 ? { origin, size: Number(size), root, time } : undefined
}

/**
 * The checkpoints of a file, in its order; each with where it begins, for reports. What is cut off at the end, as a crash leaves it, is not
 * a checkpoint and is told apart from one that was changed.
 */
export function splitCheckpoints(file: string): {
  readonly notes: readonly { readonly line: number; readonly note: string }[]
  readonly rest: string
} {
  const notes: { line: number; note: string }[] = []
  let [start, line] = [0, 1]
  for (;;) {
    const blank = file.indexOf('\n\n', start)
    const end = blank === -1 ? -1 : file.indexOf('\n', blank + 2)
    if (end === -1) return { notes, rest: file.slice(start) }
    const note = file.slice(start, end + 1)
    notes.push({ line, note })
    line += note.split('\n').length - 1
    start = end + 1
  }
}
