/** What happens to a key in its life, so that after a crash whatever is found must be a stage of it. */
import type { ObjectStore } from '../../src/services/s3/object-store.ts'
import { bodyOf, large, plain } from './object-store.ts'

export interface Life {
  readonly key: string
  readonly size: number
}

type Change = (store: ObjectStore, content: Buffer) => Promise<unknown>

/** Stages, each the bytes that a GET finds after it; `undefined` is nothing. Some keys live on after their first stages. */
export function stagesOf({ key, size }: Life): readonly Change[] {
  const put: Change = async (store, content) =>
    store.putObject({
      bucketId: 'b',
      key,
      versioning: 'unversioned',
      attributes: plain,
      staged: await store.stage(bodyOf(...halves(content))),
    })
  const remove: Change = (store) => store.deleteObject({ bucketId: 'b', key, versioning: 'unversioned' })
  return size % 2 === 0
    ? [put, put, remove, (store, content) => upload(store, key, content)]
    : [(store, content) => upload(store, key, content), put]
}

/** What is there after a stage; -1 is before the first. */
export function contentAfter(life: Life, stage: number): Buffer | undefined {
  if (stage < 0 || (life.size % 2 === 0 && stage === 2)) return undefined
  return contentOf(life, stage)
}

export function contentOf({ key, size }: Life, stage: number): Buffer {
  const seed = Buffer.from(key).reduce((sum, byte) => (sum * 31 + byte) | 0, stage)
  return large(size + stage, seed)
}

async function upload(store: ObjectStore, key: string, content: Buffer): Promise<unknown> {
  const { uploadId } = await store.createUpload({ bucketId: 'b', key, attributes: plain, initiator: { id: 'i', displayName: 'i' } })
  const parts = await Promise.all(
    halves(content).map(async (half, i) =>
      store.putPart({ bucketId: 'b', key, uploadId, partNumber: i + 1, staged: await store.stage(bodyOf(half)) }),
    ),
  )
  return store.completeUpload({ bucketId: 'b', key, uploadId, versioning: 'unversioned', parts, minPartSize: 0 })
}

function halves(content: Buffer): readonly Buffer[] {
  const middle = Math.floor(content.length / 2)
  return [content.subarray(0, middle), content.subarray(middle)]
}
