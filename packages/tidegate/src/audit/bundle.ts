/**
 * A proof that a log has an event, in one piece: the record, its place, the hashes from it to the root, and the checkpoint that signs the root.
 * There is no key in it: whoever checks it has one from elsewhere, or can't check it.
 */
import { type OpenedCheckpoint, openCheckpoint } from './checkpoint.ts'
import { fromBase64, leafHash, toBase64 } from './merkle.ts'
import type { VerifierKey } from './note.ts'
import { consistencyProof, inclusionProof, isConsistent, rootOfInclusion } from './proof.ts'
import type { FoundRecord } from './query.ts'
import type { Segment } from './segment.ts'
import { treeOf } from './tree.ts'

export interface ProofBundle {
  readonly format: typeof bundleFormat
  readonly eventId: string
  /** The exact text of the record. */
  readonly record: string
  readonly index: number
  /** Base64. */
  readonly inclusion: readonly string[]
  readonly checkpoint: string
  /** From an older checkpoint to this one, where it was asked for. */
  readonly consistency?: { readonly size: number; readonly proof: readonly string[] }
}

const bundleFormat = 'tidegate-audit-proof/1'

/**
 * @param checkpoint covers the record
 * @param oldSize size of a checkpoint that the reader of the proof has
 */
export function proofBundle(
  segments: readonly Segment[],
  { record, text, index }: FoundRecord,
  checkpoint: string,
  oldSize?: number,
): ProofBundle {
  const tree = treeOf(segments)
  const opened = openCheckpoint(checkpoint, [])
  if (!('checkpoint' in opened)) throw new Error('the checkpoint cannot be read')
  const { size } = opened.checkpoint
  return {
    format: bundleFormat,
    eventId: record.eventID,
    record: text,
    index,
    inclusion: inclusionProof(tree, index, size).map(toBase64),
    checkpoint,
    ...(oldSize !== undefined && { consistency: { size: oldSize, proof: consistencyProof(tree, oldSize, size).map(toBase64) } }),
  }
}

export type BundleVerdict =
  | {
      readonly status: 'proven'
      readonly eventId: string
      readonly index: number
      readonly size: number
      readonly time: number
      readonly origin: string
    }
  | { readonly status: 'refuted' | 'unverifiable'; readonly reason: string }

/**
 * @param text JSON of a bundle, from anywhere
 * @param keys pinned: with none of them, nothing is ever proven
 * @param old a checkpoint kept from before, that the bundle's must continue
 */
export function verifyBundle(text: string, keys: readonly VerifierKey[], old?: string): BundleVerdict {
  const bundle = parseBundle(text)
  if (bundle === undefined) return refuted(`not a proof bundle (\`${bundleFormat}\`)`)
  const opened = openCheckpoint(bundle.checkpoint, keys)
  const refusal = refusalOf(opened, 'the checkpoint of the bundle')
  if (refusal !== undefined) return refusal
  if (opened.state !== 'signed') return refuted('the checkpoint of the bundle is not signed')
  const { size, root, time, origin } = opened.checkpoint
  const inclusion = bundle.inclusion.map(fromBase64)
  if (!inclusion.every((each) => each !== undefined)) return refuted('the inclusion proof is not base64 of hashes')
  if (eventIdOf(bundle.record) !== bundle.eventId) return refuted('the record is of another event than the bundle says')
  const reached = rootOfInclusion(leafHash(Buffer.from(bundle.record)), bundle.index, size, inclusion)
  if (reached !== root) return refuted('the proof does not lead from this record to the root that is signed')
  if (old !== undefined) {
    const problem = checkOld(bundle, old, keys, size, root)
    if (problem !== undefined) return problem
  }
  return { status: 'proven', eventId: bundle.eventId, index: bundle.index, size, time, origin }
}

function checkOld(bundle: ProofBundle, old: string, keys: readonly VerifierKey[], size: number, root: string): BundleVerdict | undefined {
  const opened = openCheckpoint(old, keys)
  const refusal = refusalOf(opened, 'the old checkpoint')
  if (refusal !== undefined) return refusal
  if (opened.state !== 'signed') return refuted('the old checkpoint is not signed')
  const before = opened.checkpoint
  if (before.size > size) return { status: 'unverifiable', reason: 'the old checkpoint is newer than that of the bundle' }
  const proof = bundle.consistency?.size === before.size ? bundle.consistency.proof.map(fromBase64) : before.size === size ? [] : undefined
  if (proof === undefined) return { status: 'unverifiable', reason: 'the bundle has no consistency proof from the old checkpoint' }
  const isWhole = proof.every((each) => each !== undefined)
  return isWhole && isConsistent(before.size, before.root, size, root, proof)
    ? undefined
    : refuted('the checkpoint of the bundle does not continue the old one: the log was forked or rewritten')
}

function refusalOf(opened: OpenedCheckpoint, what: string): BundleVerdict | undefined {
  switch (opened.state) {
    case 'signed':
      return undefined
    case 'unknown-key':
      return { status: 'unverifiable', reason: `${what} is signed by \`${opened.names.join('`, `')}\`, and no such key is pinned` }
    case 'bad-signature':
      return refuted(`${what} has a wrong signature`)
    case 'malformed':
      return refuted(`${what} is not a checkpoint`)
  }
}

function refuted(reason: string): BundleVerdict {
  return { status: 'refuted', reason }
}

function parseBundle(text: string): ProofBundle | undefined {
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null) return undefined
  const { format, eventId, record, index, inclusion, checkpoint, consistency } = value as Partial<Record<keyof ProofBundle, unknown>>
  const isBundle =
    format === bundleFormat &&
    typeof eventId === 'string' &&
    typeof record === 'string' &&
    typeof index === 'number' &&
    typeof checkpoint === 'string' &&
    isTexts(inclusion) &&
    (consistency === undefined || isConsistency(consistency))
  return isBundle ? (value as ProofBundle) : undefined
}

function isConsistency(value: unknown): boolean {
  const { size, proof } = (value ?? {}) as { size?: unknown; proof?: unknown }
  return typeof size === 'number' && isTexts(proof)
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= 128 && value.every((each) => typeof each === 'string')
}

function eventIdOf(record: string): unknown {
  const value = parseJson(record)
  return typeof value === 'object' && value !== null && 'eventID' in value ? value.eventID : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
