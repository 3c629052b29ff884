/** The object store of a data folder: the port of S3's operations over the catalogue and the files. */
import type {
  ByteRange,
  ChecksumAlgorithm,
  CompleteUpload,
  CopyObject,
  CopyPart,
  Deleted,
  DeleteObject,
  AmendObject,
  Digests,
  CreateUpload,
  ObjectStore,
  OpenBytes,
  PutObject,
  PutPart,
  Staged,
  StoredObject,
  StoredUpload,
  StageOptions,
  UploadedPart,
} from '../services/s3/object-store.ts'
import { StoreRefusal } from '../services/s3/store-refusal.ts'
import type { CatalogueClient } from './catalogue-client.ts'
import type { CatalogueReader } from './catalogue-reader.ts'
import type { Command, Intent, ObjectDocument } from './commands.ts'
import { digestOf } from './digest.ts'
import { listObjects, listParts, listUploads, listVersions } from './listings.ts'
import { openBytes } from './open-bytes.ts'
import type { Pins } from './pins.ts'
import { isSequenceName } from './version-ids.ts'
import { nullVersion } from './rows.ts'
import { stage, StagedBytes, type Stages } from './stage.ts'

export interface StoreParts {
  readonly catalogue: CatalogueClient
  readonly reader: CatalogueReader
  readonly stages: Stages
  readonly pins: Pins
  readonly clock: () => number
  /** What the request that is under way is to leave in the audit log, with its change. */
  readonly intent: () => Intent | undefined
}

export function objectStore({ catalogue, reader, stages, pins, clock, intent }: StoreParts): ObjectStore {
  const order = (command: Command): Promise<unknown> => catalogue.order({ command, now: clock(), intent: intent() })
  const listed = { sql: reader.sql, names: reader.names, bucketNumber: (bucketId: string) => reader.bucketNumber(bucketId) }

  const open = (object: StoredObject, range: ByteRange = { start: 0, end: object.size }): OpenBytes => {
    const extents = reader.extents(object, range)
    if (extents === undefined) throw new StoreRefusal('no-such-version')
    return openBytes(extents, { folder: stages.folder, io: stages.io, pins })
  }
  const digest = (object: StoredObject, range: ByteRange | undefined, algorithms: readonly ChecksumAlgorithm[]): Promise<Digests> =>
    digestOf(open(object, range), algorithms, stages.hashes)

  return {
    async createBucket(bucketId) {
      await order({ kind: 'create-bucket', bucketId })
    },
    async deleteBucket(bucketId) {
      await order({ kind: 'delete-bucket', bucketId })
    },
    isEmpty: (bucketId) => reader.isEmpty(bucketId),
    isVersionId: (versionId) => versionId === nullVersion || isSequenceName(versionId),

    stage: (body: AsyncIterable<Uint8Array>, options: StageOptions = {}) => stage(body, options, stages),
    find: (bucketId, key, versionId) => reader.find(bucketId, key, versionId),
    open,
    digest,
    partsOf: (object, page) => reader.partsOf(object, page),
    partOf: (object, partNumber) => reader.partOf(object, partNumber),

    putObject({ staged, checksum, ...rest }: PutObject) {
      const { bucketId, key, versioning, conditions = {} } = rest
      const place = { bucketId, key, versioning, conditions, document: documentOf(rest) }
      return stagedBytes(staged).publish(
        async (blob) => (await order({ kind: 'put', ...place, blob, checksum, etag: staged.md5 })) as StoredObject,
      )
    },
    async copyObject({ source, checksum, ...rest }: CopyObject) {
      const { bucketId, key, versioning, conditions = {} } = rest
      return (await order({
        kind: 'copy',
        bucketId,
        key,
        versioning,
        conditions,
        document: documentOf(rest),
        source: nameOf(source),
        checksum,
      })) as StoredObject
    },
    async deleteObject(deletion: DeleteObject) {
      return (await order({ kind: 'delete', ...deletion })) as Deleted
    },
    async amendObject(amendment: AmendObject) {
      return (await order({ kind: 'amend', ...amendment })) as StoredObject
    },

    listObjects: (query) => listObjects(listed, query),
    listVersions: (query) => listVersions(listed, query),

    async createUpload({ bucketId, key, checksum, initiator, ...rest }: CreateUpload) {
      const document = { ...documentOf(rest), initiator, ...(checksum && { checksum }) }
      return (await order({ kind: 'create-upload', bucketId, key, document })) as StoredUpload
    },
    findUpload: (bucketId, key, uploadId) => reader.findUpload(bucketId, key, uploadId),
    putPart({ staged, ...place }: PutPart) {
      const { md5, checksums, size } = staged
      return stagedBytes(staged).publish(
        async (blob) => (await order({ kind: 'put-part', ...place, md5, checksums, content: { blob, size } })) as UploadedPart,
      )
    },
    async copyPart({ source, range, algorithms = [], ...place }: CopyPart) {
      const { start, end } = range ?? { start: 0, end: source.size }
      const { md5, checksums } = await digest(source, { start, end }, algorithms)
      const content = { source: nameOf(source), start, end, size: end - start }
      return (await order({ kind: 'put-part', ...place, md5, checksums, content })) as UploadedPart
    },
    async completeUpload(completion: CompleteUpload) {
      return (await order({ kind: 'complete', ...completion })) as StoredObject
    },
    async abortUpload(bucketId, key, uploadId) {
      await order({ kind: 'abort', bucketId, key, uploadId })
    },
    listUploads: (query) => listUploads(listed, query),
    listParts: (uploadId, page) => listParts(listed, uploadId, page),
  }
}

function documentOf({ attributes, tags = {}, lock = {} }: Pick<PutObject, 'attributes' | 'tags' | 'lock'>): ObjectDocument {
  return { attributes, tags, lock }
}

function nameOf({ bucketId, key, sequence }: StoredObject) {
  return { bucketId, key, sequence }
}

function stagedBytes(staged: Staged): StagedBytes {
  if (!(staged instanceof StagedBytes)) throw new Error('these bytes were not staged in this store')
  return staged
}
