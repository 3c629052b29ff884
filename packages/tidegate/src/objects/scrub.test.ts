import { appendFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'vitest'
import { memoryIo } from '../../test/support/memory-io.ts'
import { bodyOf, bytesOf, large, openedStore, plain } from '../../test/support/object-store.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { s3Scrub } from '../cli/commands/s3-scrub.ts'
import { scrub } from './scrub.ts'

const unversioned = { bucketId: 'b', versioning: 'unversioned', attributes: plain } as const

test('a folder without objects is refused', async ({ expect, onTestFinished }) => {
  const data = temporaryFolder({ onTestFinished })
  await expect(s3Scrub.run(['--data', data], memoryIo())).rejects.toThrow('there are no objects of S3')
})

test('what is damaged or missing is told and never sent, until it is put back', async (context) => {
  const { expect } = context
  const data = temporaryFolder(context)
  const folder = join(data, 'objects')
  const store = await openedStore(context, { folder })
  const put = async (key: string, bytes: Uint8Array) => store.putObject({ ...unversioned, key, staged: await store.stage(bodyOf(bytes)) })
  const files = join(folder, 'blobs', '00000001')
  const before = new Map<string, string>()
  for (const key of ['whole', 'torn', 'longer', 'gone', 'in the\ncatalogue']) {
    const known = new Set(readdirSync(files))
    await put(key, large(key.startsWith('in') ? 100 : 50_000, key.length))
    for (const name of readdirSync(files)) if (!known.has(name)) before.set(key, join(files, name))
  }
  const copy = await store.copyObject({ ...unversioned, key: 'copy of torn', source: await put('torn', large(50_000, 4)) })
  const torn = store.find('b', 'torn')
  const tornFile = join(files, readdirSync(files).find((name) => ![...before.values()].includes(join(files, name))) ?? '')
  writeFileSync(tornFile, large(50_000, 5))
  appendFileSync(before.get('longer') ?? '', 'x')
  rmSync(before.get('gone') ?? '')
  writeFileSync(join(files, 'left by a crash'), 'x')
  const database = new DatabaseSync(join(folder, 'meta.db'))
  database.exec("update inline set bytes = x'00'")
  database.close()

  const io = memoryIo()
  expect(await s3Scrub.run(['--data', data, '--json'], io)).toBe(1)
  const report = JSON.parse(io.out()) as Awaited<ReturnType<typeof scrub>>
  expect(new Set(report.damaged.map(({ key }) => key))).toEqual(new Set(['copy of torn', 'in the\ncatalogue', 'longer', 'torn']))
  expect(report.missing.map(({ key }) => key)).toEqual(['gone'])
  expect(report.orphans).toBe(1)
  const text = memoryIo()
  expect(await s3Scrub.run(['--data', data], text)).toBe(1)
  expect(text.out()).toContain('damaged: "in the\\ncatalogue" of bucket b, version null, in the catalogue\n')
  expect(text.err()).toContain('100 %: 5 of 5')

  for (const key of ['torn', 'longer', 'gone', 'in the\ncatalogue']) {
    await expect(bytesOf(store, store.find('b', key)), key).rejects.toMatchObject({ reason: 'damaged' })
  }
  expect(await bytesOf(store, store.find('b', 'whole'))).toEqual(large(50_000, 5))

  writeFileSync(tornFile, large(50_000, 4))
  await scrub({ folder, onProgress: () => {} })
  expect(await bytesOf(store, torn)).toEqual(large(50_000, 4))
  expect(await bytesOf(store, copy)).toEqual(large(50_000, 4))
})
