/**
 * The verifier. It needs the files, the public key that was kept elsewhere, and at best one checkpoint that was kept elsewhere. It believes
 * nothing that the folder says about itself: every record is hashed, every root worked out again.
 */
import { type OpenedCheckpoint, openCheckpoint } from './checkpoint.ts'
import { readCheckpoints } from './checkpoints-file.ts'
import { type Damage, countOf } from './damage.ts'
import { checkpointsFile, segmentFiles } from './folder.ts'
import { CompactRange, type Hash, toBase64 } from './merkle.ts'
import type { VerifierKey } from './note.ts'
import { examineSegment } from './verify-segment.ts'

export interface VerifyOptions {
  readonly folder: string
  /** Public keys that are known from elsewhere. A key that lies in the folder proves nothing. */
  readonly keys: readonly VerifierKey[]
  /** A checkpoint that was kept elsewhere. */
  readonly oldCheckpoint?: string
}

export interface VerifyReport {
  /** `intact`: the records are those that a pinned key signed. `unverifiable`: nothing is known to be wrong, and nothing is proven. */
  readonly status: 'intact' | 'damaged' | 'unverifiable'
  readonly records: number
  readonly segments: number
  /** Checkpoints of a pinned key that the records agree with. */
  readonly checkpoints: number
  /** The first so many records are signed. */
  readonly signedRecords: number
  /** Base64; absent when records can't be read. */
  readonly root?: string
  readonly damage: readonly Damage[]
  /** Not wrong by itself, but to be looked at. */
  readonly warnings: readonly string[]
  /** What this run could not show. */
  readonly notProven: readonly string[]
}

export async function verifyAuditLog({ folder, keys, oldCheckpoint }: VerifyOptions): Promise<VerifyReport> {
  const damage: Damage[] = []
  const warnings: string[] = []
  const notProven: string[] = []
  const claims = claimsOf(folder, keys, damage, warnings, notProven)
  const old = oldCheckpoint === undefined ? undefined : oldClaim(openCheckpoint(oldCheckpoint, keys), damage, notProven)
  if (old !== undefined) claims.push(old)
  claims.sort((a, b) => a.size - b.size)
  const files = segmentFiles(folder)
  const roots = new Roots(claims)
  let records = 0
  for (const [number, file] of files.entries()) {
    if (file.first !== records) damage.push(misplaced(file.name, file.first, records))
    // Nothing says what a missing record was.
    if (file.first !== records) roots.lose()
    records = file.first
    const examined = examineSegment(folder, file)
    damage.push(...examined.damage)
    if (examined.unfinished > 0) {
      const isLast = number === files.length - 1
      const message = `${countOf(examined.unfinished, 'byte')} behind the last line`
      if (isLast) warnings.push(`segment ${file.name}: ${message}: a record that was being written, and not acknowledged`)
      else damage.push({ kind: 'changed', segment: file.name, message })
    }
    if (examined.leaves === undefined) roots.lose()
    else for (const leaf of examined.leaves) roots.add(leaf)
    records = examined.leaves === undefined ? (files[number + 1]?.first ?? file.first) : records + examined.leaves.length
    await new Promise((resolve) => setImmediate(resolve))
  }
  const agreed = roots.compare(records, damage, (index) => placeOf(files, index))
  if (oldCheckpoint === undefined) notProven.push(withoutOld)
  const signedRecords = agreed.at(-1)?.size ?? 0
  if (signedRecords < records)
    notProven.push(
      `${countOf(records - signedRecords, 'record')} at the end ${records - signedRecords === 1 ? 'is' : 'are'} newer than every checkpoint that could be checked`,
    )
  const { root } = roots
  const status =
    damage.length > 0 ? 'damaged' : agreed.length === 0 || (oldCheckpoint !== undefined && old === undefined) ? 'unverifiable' : 'intact'
  return {
    status,
    records,
    segments: files.length,
    checkpoints: agreed.length,
    signedRecords,
    ...(root !== undefined && { root: toBase64(root) }),
    damage,
    warnings,
    notProven,
  }
}

interface Claim {
  readonly size: number
  readonly root: Hash
  /** For messages. */
  readonly what: string
}

/** What the checkpoints of the folder claim, as far as a pinned key signed them. */
function claimsOf(folder: string, keys: readonly VerifierKey[], damage: Damage[], warnings: string[], notProven: string[]): Claim[] {
  const { stored, rest } = readCheckpoints(folder, keys)
  const claims: Claim[] = []
  const strangers = new Set<string>()
  const hasOwn = stored.some(({ opened }) => opened.state === 'signed')
  let before = { size: 0, time: 0 }
  for (const { line, opened } of stored) {
    const at = { segment: checkpointsFile, line }
    if (opened.state === 'unknown-key') {
      // Among checkpoints of a pinned key one without its signature is not the log's. With none of these, the key is the wrong one.
      if (hasOwn) damage.push({ kind: 'checkpoint', ...at, message: 'not signed by a pinned key, as others are' })
      else for (const name of opened.names) strangers.add(name)
      continue
    }
    if (opened.state !== 'signed') {
      damage.push({ kind: 'checkpoint', ...at, message: opened.state === 'malformed' ? 'not a checkpoint' : 'a wrong signature' })
      continue
    }
    const { size, root, time } = opened.checkpoint
    if (size < before.size) damage.push({ kind: 'checkpoint', ...at, message: `it has ${size} records, the one before it ${before.size}` })
    if (time < before.time) warnings.push(`checkpoints, line ${line}: the clock went back by ${Math.ceil((before.time - time) / 1000)} s`)
    before = { size, time }
    claims.push({ size, root, what: `the checkpoint of ${new Date(time).toISOString()}` })
  }
  if (rest !== '') warnings.push(`${countOf(rest.length, 'character')} behind the last checkpoint: one that was being written`)
  if (strangers.size > 0) notProven.push(`checkpoints signed by \`${[...strangers].join('`, `')}\`: no such key is pinned`)
  else if (stored.length === 0) notProven.push('there are no checkpoints: nothing is signed')
  return claims
}

function oldClaim(opened: OpenedCheckpoint, damage: Damage[], notProven: string[]): Claim | undefined {
  switch (opened.state) {
    case 'signed':
      return { ...opened.checkpoint, what: `the old checkpoint of ${new Date(opened.checkpoint.time).toISOString()}` }
    case 'unknown-key':
      notProven.push(`the old checkpoint is signed by \`${opened.names.join('`, `')}\`: no such key is pinned`)
      return undefined
    case 'bad-signature':
    case 'malformed':
      damage.push({
        kind: 'checkpoint',
        message: opened.state === 'malformed' ? 'the old checkpoint is not one' : 'the old checkpoint has a wrong signature',
      })
      return undefined
  }
}

/** The roots of the tree at the sizes that checkpoints speak of. */
class Roots {
  readonly #claims: readonly Claim[]
  readonly #roots = new Map<number, Hash>()
  readonly #sizes: Set<number>
  #range: CompactRange | undefined = new CompactRange(0)

  constructor(claims: readonly Claim[]) {
    this.#claims = claims
    this.#sizes = new Set(claims.map(({ size }) => size))
    this.#note()
  }

  get root(): Hash | undefined {
    return this.#range?.root()
  }

  add(leaf: Hash | undefined): void {
    if (leaf === undefined) this.lose()
    this.#range?.appendLeaf(leaf ?? '')
    this.#note()
  }

  /** From here on roots can't be known. */
  lose(): void {
    this.#range = undefined
  }

  /** @returns the claims that hold, by size */
  compare(records: number, damage: Damage[], placeOf: (index: number) => Partial<Damage>): Claim[] {
    const agreed: Claim[] = []
    const hadDamage = damage.length > 0
    for (const claim of this.#claims) {
      const { size, root, what } = claim
      const found = this.#roots.get(size)
      if (found === root) {
        agreed.push(claim)
      } else if (size > records) {
        damage.push({
          kind: 'truncated',
          ...placeOf(records - 1),
          message: `${what} has ${size} records, the log ${records}: the last ${size - records} are missing`,
        })
        break
      } else if (found !== undefined || !hadDamage) {
        const since = agreed.at(-1)?.size ?? 0
        damage.push({ kind: 'forked', ...placeOf(since), message: `records ${since} to ${size - 1} are not those that ${what} signed` })
        break
      }
    }
    return agreed
  }

  #note(): void {
    if (this.#range !== undefined && this.#sizes.has(this.#range.end)) this.#roots.set(this.#range.end, this.#range.root())
  }
}

function misplaced(segment: string, first: number, expected: number): Damage {
  const message =
    first > expected
      ? `the records ${expected} to ${first - 1} before it are missing`
      : `it begins at record ${first}, where record ${expected} is next`
  return { kind: 'segment', segment, message }
}

function placeOf(files: readonly { name: string; first: number }[], index: number): Partial<Damage> {
  const file = files.findLast(({ first }) => first <= Math.max(0, index))
  return file === undefined ? {} : { segment: file.name, line: Math.max(0, index) - file.first + 1 }
}

const withoutOld =
  'without a checkpoint kept elsewhere it cannot be shown that nothing was cut off at the end together with its checkpoints, nor that the history was not rewritten by someone who has the key'
