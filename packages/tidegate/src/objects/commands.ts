/** What can be done to the catalogue: plain values, because they go to another thread and are many in one transaction. */
import type {
  AmendObject,
  Checksum,
  CompleteUpload,
  CreateUpload,
  DeleteObject,
  Digests,
  ObjectAttributes,
  ObjectLock,
  Versioning,
  WriteConditions,
} from '../services/s3/object-store.ts'
import type { RefusalReason } from '../services/s3/store-refusal.ts'

/** Bytes that are on the disk or come along, and that no row names yet. */
export type NewBlob = {
  readonly size: number
  readonly md5: string
} & ({ readonly directory: number; readonly name: string } | { readonly bytes: Uint8Array })

export interface FileName {
  readonly directory: number
  readonly name: string
}

/** A version or part whose bytes are referred to once more. */
export interface SourceVersion {
  readonly bucketId: string
  readonly key: string
  readonly sequence: number
}

/** What is kept of an object beside what listings tell, as JSON. */
export interface ObjectDocument {
  readonly attributes: ObjectAttributes
  readonly tags: Readonly<Record<string, string>>
  readonly lock: ObjectLock
}

export interface UploadDocument extends ObjectDocument {
  readonly checksum?: CreateUpload['checksum']
  readonly initiator: CreateUpload['initiator']
}

interface NewVersion {
  readonly bucketId: string
  readonly key: string
  readonly versioning: Versioning
  readonly conditions: WriteConditions
  readonly document: ObjectDocument
}

export type Command =
  | { readonly kind: 'create-bucket'; readonly bucketId: string }
  | { readonly kind: 'delete-bucket'; readonly bucketId: string }
  | ({
      readonly kind: 'put'
      readonly blob: NewBlob | undefined
      readonly checksum: Checksum | undefined
      readonly etag: string
    } & NewVersion)
  | ({ readonly kind: 'copy'; readonly source: SourceVersion; readonly checksum: Checksum | undefined } & NewVersion)
  | ({ readonly kind: 'delete' } & DeleteObject)
  | ({ readonly kind: 'amend' } & AmendObject)
  | { readonly kind: 'create-upload'; readonly bucketId: string; readonly key: string; readonly document: UploadDocument }
  | ({ readonly kind: 'put-part'; readonly content: PartContent } & PartPlace & Digests)
  | ({ readonly kind: 'complete' } & CompleteUpload)
  | { readonly kind: 'abort'; readonly bucketId: string; readonly key: string; readonly uploadId: string }
  | { readonly kind: 'seal'; readonly directory: number }
  | { readonly kind: 'forget-trash'; readonly files: readonly FileName[] }
  | { readonly kind: 'forget-intents'; readonly ids: readonly string[] }

export interface PartPlace {
  readonly bucketId: string
  readonly key: string
  readonly uploadId: string
  readonly partNumber: number
}

export type PartContent =
  | { readonly blob: NewBlob | undefined; readonly size: number }
  | { readonly source: SourceVersion; readonly start: number; readonly end: number; readonly size: number }

/** What a request is to leave in the audit log, kept until it is there. */
export interface Intent {
  readonly id: string
  readonly record: string
}

export interface Order {
  readonly command: Command
  /** Milliseconds since 1970. */
  readonly now: number
  readonly intent: Intent | undefined
}

export type Outcome =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly partNumber: number | undefined }

export interface GroupOutcome {
  readonly outcomes: readonly Outcome[]
  /** Files that nothing names any more. */
  readonly trash: readonly FileName[]
}
