import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { test } from 'vitest'
import { AwsError } from '../kernel/aws-error.ts'
import { readMultipartForm } from './multipart-form.ts'

const type = 'multipart/form-data; boundary=border'

function formOf(fields: Readonly<Record<string, string>>, file: Buffer, tail = ''): Buffer {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--border\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const head = '--border\r\nContent-Disposition: form-data; name="file"; filename="C:\\\\dir\\\\f.txt"\r\nContent-Type: text/x\r\n\r\n'
  return Buffer.concat([Buffer.from(parts.join('') + head), file, Buffer.from(`\r\n--border${tail === '' ? '--' : `\r\n${tail}`}\r\n`)])
}

/** The bytes in pieces of one length. */
async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(bytes: Buffer, size: number) {
  const form = await readMultipartForm(type, pieces(bytes, size))
  return { ...form, bytes: await buffer(Readable.from(form.file)) }
}

test('T-12 a form without a boundary, a name or an end is refused', async ({ expect }) => {
  await expect(readMultipartForm('multipart/form-data', pieces(Buffer.from('x'), 1))).rejects.toMatchObject({
    code: 'MalformedPOSTRequest',
  })
  await expect(read(Buffer.from('--border\r\nX: y'), 9)).rejects.toMatchObject({ code: 'IncompleteBody' })
  await expect(read(Buffer.from('--border\r\nX: y\r\n\r\n\r\n--border'), 9)).rejects.toMatchObject({ code: 'MalformedPOSTRequest' })
  const twice = Buffer.from(formOf({ key: 'a' }, Buffer.from('')).toString('latin1').repeat(1).replace('name="file"', 'name="key"'))
  await expect(read(twice, 9)).rejects.toThrow(AwsError)
})

test('T-12 fields that are too long are refused before the file', async ({ expect }) => {
  await expect(read(formOf({ key: 'x'.repeat(30_000) }, Buffer.from('file')), 1000)).rejects.toMatchObject({
    code: 'MaxPostPreDataLengthExceeded',
  })
})

test('law: fields and file come back as they were, in whatever pieces they come', async ({ expect }) => {
  const file = fc.array(fc.constantFrom('\r\n', '--border', '\r\n--borde', '-', 'x', '\u0000'), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(file, fc.integer({ min: 1, max: 40 }), async (parts, size) => {
      let content = parts.join('')
      while (content.includes('\r\n--border')) content = content.replaceAll('\r\n--border', '')
      const given = Buffer.from(content)
      const { fields, bytes, fileName, fileType } = await read(formOf({ key: 'k', Policy: 'p' }, given), size)
      expect(fields).toEqual(
        new Map([
          ['key', 'k'],
          ['policy', 'p'],
        ]),
      )
      expect([fileName, fileType]).toEqual(['f.txt', 'text/x'])
      expect(bytes.equals(given)).toBe(true)
    }),
  )
})

test('law: whatever comes gives a form or an error of S3', async ({ expect }) => {
  const text = fc.array(fc.constantFrom('--border', '\r\n', '--', 'Content-Disposition: form-data; name="', '"', 'file', ': ', ';', 'x'), {
    maxLength: 40,
  })
  await fc.assert(
    fc.asyncProperty(text, async (parts) => {
      const outcome = await read(Buffer.from(parts.join('')), 7).catch((error: unknown) => error)
      expect(outcome instanceof AwsError || 'bytes' in (outcome as object)).toBe(true)
    }),
  )
})
