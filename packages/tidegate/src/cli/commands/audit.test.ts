import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { sampleRecord, t0, temporaryFolder } from '../../../test/support/audit.ts'
import { memoryIo } from '../../../test/support/memory-io.ts'
import { openAuditLog } from '../../audit/log.ts'
import { parseRecord } from '../../audit/record-text.ts'
import { commands } from '../commands.ts'
import type { ExitCode } from '../io.ts'
import { dispatch } from '../dispatch.ts'

/** A data folder with a log of 90 records, 40 of them in the kept checkpoint. */
const data = temporaryFolder(afterAll)
let key: string
let kept: string
let eventId: string

beforeAll(async () => {
  const log = await openAuditLog({ folder: join(data, 'audit'), segmentRecords: 30 })
  for (let index = 0; index < 40; index += 1) eventId = (await log.append(sampleRecord(index))).eventId
  kept = await log.checkpoint()
  for (let index = 40; index < 90; index += 1) await log.append(sampleRecord(index))
  key = log.verifierKey
  await log.close()
})

async function tidegate(
  argv: readonly string[],
  files: Record<string, string> = {},
): Promise<{ exit: ExitCode; out: string; err: string }> {
  const io = memoryIo(files)
  const exit = await dispatch(commands, ['audit', ...argv], io)
  return { exit, out: io.out(), err: io.err() }
}

/** A data folder with the same log, where `change` did something to one of its files. */
function changed(name: string, change: (text: string) => string): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'audit'))
  for (const file of readdirSync(join(data, 'audit'))) copyFileSync(join(data, 'audit', file), join(folder, 'audit', file))
  const file = join(folder, 'audit', name)
  writeFileSync(file, change(readFileSync(file, 'latin1')), 'latin1')
  return folder
}

describe('refused', () => {
  const cases = [
    { argv: ['tail', '--data', 'no-such'], error: 'there is no audit log in `no-such`' },
    { argv: ['tail', '--count', '0'], error: '`--count` cannot be `0`' },
    { argv: ['grep', '--from', 'yesterday'], error: '`--from` cannot be `yesterday`' },
    { argv: ['grep', '--from', '2026-02-31T99:00:00Z'], error: '`--from` cannot be' },
    { argv: ['grep', '--denied', '--error', 'X'], error: '`--denied` has no effect with `--error`' },
    { argv: ['grep', '--count', '--limit', '3'], error: '`--limit` has no effect with `--count`' },
    { argv: ['verify', '--key', 'nonsense'], error: 'cannot read `nonsense`' },
    { argv: ['verify', '--key', 'file'], error: 'is not a public key of an audit log' },
    { argv: ['verify', '--bundle', 'file', '--data', 'x'], error: '`--data` has no effect with `--bundle`' },
    { argv: ['prove'], error: 'ID is missing' },
    { argv: ['prove', 'x', '--checkpoint', 'file'], error: '`file` is not a checkpoint' },
    { argv: ['export', '--format', 'csv'], error: 'it is one of cloudtrail, ocsf' },
  ]
  test.for(cases)('$argv', async ({ argv, error }, { expect }) => {
    const inData = argv.includes('--data') || argv.includes('--bundle') ? argv : [...argv, '--data', data]
    const { exit, out, err } = await tidegate(inData, { file: 'neither' })
    expect({ exit, out }).toEqual({ exit: 2, out: '' })
    expect(err).toContain(error)
  })
})

describe('audit tail', () => {
  test('the newest records, the newest last', async ({ expect }) => {
    const { exit, out } = await tidegate(['tail', '--data', data, '--count', '3'])
    expect(exit).toBe(0)
    expect(out.split('\n').map((line) => line.split('  ').slice(0, 5))).toEqual([
      [
        '2026-11-22T07:01:27Z',
        'dave@example.com',
        'ecs:StopTask'.replace('StopTask', 'GetObject').replace('ecs', 's3'),
        'ok',
        'arn:aws:ecs:eu-central-1:111122223333:task/main/t37',
      ],
      ['2026-11-22T07:01:28Z', 'erin@example.com', 'ecs:UpdateService', 'ok', 'arn:aws:ecs:eu-central-1:111122223333:task/main/t38'],
      ['2026-11-22T07:01:29Z', 'frank@example.com', 's3:GetBucketPolicy', 'ok', 'arn:aws:ecs:eu-central-1:111122223333:task/main/t39'],
      [''],
    ])
  })

  test('as they are stored', async ({ expect }) => {
    const { out } = await tidegate(['tail', '--data', data, '--count', '100', '--json'])
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => parseRecord(line).requestID),
    ).toEqual(Array.from({ length: 90 }, (_, index) => `request-${index}`))
  })
})

describe('audit grep', () => {
  const cases = [
    { argv: ['--actor', 'alice@example.com'], want: 13 },
    { argv: ['--user', 'bob', '--event', 'StopTask'], want: 3 },
    { argv: ['--denied'], want: 9 },
    { argv: ['--error', 'AccessDeniedException', '--from', '2026-11-22T07:01:00Z'], want: 3 },
    { argv: ['--resource', 't7', '--oldest'], want: 2 },
    { argv: ['--source', 's3.amazonaws.com', '--limit', '5'], want: 5 },
    { argv: ['--key', 'ASIACAROL', '--to', '2026-11-22T07:00:20Z'], want: 3 },
    { argv: ['--arn', 'arn:aws:iam::111122223333:role/deploy'], want: 90 },
  ]
  test.for(cases)('$argv', async ({ argv, want }, { expect }) => {
    const { exit, out } = await tidegate(['grep', '--data', data, ...argv, '--json'])
    expect(exit).toBe(0)
    expect(out.trimEnd().split('\n')).toHaveLength(want)
  })

  test('counts by hour', async ({ expect }) => {
    expect(await tidegate(['grep', '--data', data, '--denied', '--count'])).toEqual({ exit: 0, out: '2026-11-22T07:00:00Z  9\n', err: '' })
  })

  test('nothing found is 1', async ({ expect }) => {
    expect(await tidegate(['grep', '--data', data, '--actor', 'mallory'])).toEqual({ exit: 1, out: '', err: '' })
    expect(await tidegate(['grep', '--data', data, '--from', '1s'])).toEqual({ exit: 1, out: '', err: '' })
  })
})

describe('audit verify', () => {
  test('intact, against a kept key and a kept checkpoint', async ({ expect }) => {
    const { exit, out } = await tidegate(['verify', '--data', data, '--key', 'pub', '--checkpoint', 'kept'], { pub: `${key}\n`, kept })
    expect(exit).toBe(0)
    expect(out).toMatch(/^intact: 90 records in \d segments, 90 of them signed, \d+ checkpoints agree\nroot: \S+\n$/)
  })

  test('without a checkpoint it says what is not proven', async ({ expect }) => {
    const { exit, out } = await tidegate(['verify', '--data', data, '--key', key])
    expect(exit).toBe(0)
    expect(out).toContain('\nnot proven: without a checkpoint kept elsewhere')
  })

  test('T-76 without a key nothing is proven', async ({ expect }) => {
    const { exit, out } = await tidegate(['verify', '--data', data])
    expect(exit).toBe(3)
    expect(out).toMatch(/^unverifiable: 90 records/)
  })

  test('T-74 damage is named with segment, line and kind', async ({ expect }) => {
    const folder = changed(
      '000000000060.sealed',
      (text) => text.slice(0, 500) + String.fromCharCode(text.charCodeAt(500) ^ 1) + text.slice(501),
    )
    const { exit, out } = await tidegate(['verify', '--data', folder, '--key', key, '--json'])
    expect(exit).toBe(1)
    const { status, damage } = JSON.parse(out) as { status: string; damage: object[] }
    expect(status).toBe('damaged')
    expect(damage[0]).toMatchObject({ kind: 'changed', segment: '000000000060.sealed', line: 1, lastLine: 30 })
    const told = await tidegate(['verify', '--data', folder, '--key', key])
    expect(told.out).toContain('damage: changed in 000000000060.sealed line 1')
    const read = await tidegate(['tail', '--data', folder])
    expect(read).toMatchObject({ exit: 1, err: expect.stringContaining('next: tidegate audit verify') })
  })
})

describe('audit prove', () => {
  test('a proof convinces whoever has the key, and says of what', async ({ expect }) => {
    const { exit, out } = await tidegate(['prove', eventId, '--data', data, '--checkpoint', 'kept'], { kept })
    expect(exit).toBe(0)
    const files = { proof: out, kept }
    const checked = await tidegate(['verify', '--bundle', 'proof', '--key', key, '--checkpoint', 'kept'], files)
    expect(checked).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/^proven: record 39 of \d+, signed by tidegate-audit\/[0-9a-f]{16} at /),
    })
    expect(checked.out).toContain(eventId)
    expect((await tidegate(['verify', '--bundle', 'proof'], files)).exit).toBe(3)
    const forged = { proof: out.replace('request-39', 'request-38') }
    expect(await tidegate(['verify', '--bundle', 'proof', '--key', key], forged)).toMatchObject({
      exit: 1,
      out: expect.stringMatching(/^refuted: /),
    })
  })

  test('no such event', async ({ expect }) => {
    expect(await tidegate(['prove', 'nothing', '--data', data])).toEqual({ exit: 1, out: '', err: 'no event `nothing`\n' })
  })
})

describe('audit export', () => {
  test('cloudtrail', async ({ expect }) => {
    const { exit, out } = await tidegate(['export', '--data', data])
    expect(exit).toBe(0)
    expect((JSON.parse(out) as { Records: { requestID: string }[] }).Records.map(({ requestID }) => requestID)).toEqual(
      Array.from({ length: 90 }, (_, index) => `request-${index}`),
    )
  })

  test('ocsf, from a time on', async ({ expect }) => {
    const { out } = await tidegate(['export', '--data', data, '--format', 'ocsf', '--from', new Date(t0 + 80_000).toISOString()])
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { class_uid: number })
    expect(events.map(({ class_uid }) => class_uid)).toEqual(Array.from({ length: 10 }, () => 6003))
  })
})
