/** The clients that people have, unmodified, against buckets and objects. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { clientEnvironment, type TestInstance, testInstance } from './support/instance.ts'
import { awsCli, boto3, rclone, run, s3cmd } from './support/programs.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

let instance: TestInstance
let env: Record<string, string>

beforeAll(async () => {
  instance = await testInstance()
  env = clientEnvironment(instance.url, instance.rootKey())
})
afterAll(() => instance.close())

/** Larger than what the clients send in one piece. */
const large = Buffer.alloc(17 * 1024 * 1024, 'tidegate ')

/** A folder with a few files, one of which has an awkward name. */
function files(folder: string): string {
  const from = join(folder, 'from')
  mkdirSync(join(from, 'deep'), { recursive: true })
  writeFileSync(join(from, 'a.txt'), 'alpha')
  writeFileSync(join(from, 'deep', 'ü b+c%.txt'), 'omega')
  writeFileSync(join(from, 'large.bin'), large)
  return from
}

test('aws-cli copies, syncs, moves, presigns and removes', { timeout: 180_000 }, async (context) => {
  awsCli(context)
  const { expect } = context
  const folder = temporaryFolder(context)
  const from = files(folder)
  const aws = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await run('aws', args, { env, cwd: folder })
    expect([args, code, stderr]).toEqual([args, 0, ''])
    return stdout
  }
  await aws('s3', 'mb', 's3://cli')
  await aws('s3', 'sync', from, 's3://cli/x')
  expect(await aws('s3', 'sync', from, 's3://cli/x')).toBe('')
  await aws('s3', 'cp', 's3://cli/x/large.bin', 's3://cli/copy.bin')
  await aws('s3', 'mv', 's3://cli/x/a.txt', 's3://cli/moved.txt')
  await aws('s3', 'cp', 's3://cli/copy.bin', 'back.bin')
  expect(readFileSync(join(folder, 'back.bin')).equals(large)).toBe(true)
  expect(await aws('s3', 'cp', 's3://cli/x/deep/ü b+c%.txt', '-')).toBe('omega')
  expect((await aws('s3', 'ls', 's3://cli', '--recursive')).split('\n').map((line) => line.slice(31))).toEqual([
    'copy.bin',
    'moved.txt',
    'x/deep/ü b+c%.txt',
    'x/large.bin',
    '',
  ])
  const head = JSON.parse(await aws('s3api', 'head-object', '--bucket', 'cli', '--key', 'copy.bin')) as { readonly ETag: string }
  expect(head.ETag).toMatch(/^"[0-9a-f]{32}-3"$/)
  const [inOld, inNew] = [
    await aws('s3', 'presign', 's3://cli/moved.txt'),
    await aws('s3', 'presign', 's3://cli/moved.txt', '--region', 'eu-central-1'),
  ]
  expect(inNew).toContain('X-Amz-Signature')
  for (const url of [inOld, inNew]) expect(await (await fetch(url.trim())).text()).toBe('alpha')
  expect((await fetch(inNew.trim().replace('moved', 'copy'))).status).toBe(403)
  await aws('s3', 'rb', '--force', 's3://cli')
})

test('boto3 with its transfer manager, versions, tags and a posted form', { timeout: 120_000 }, async (context) => {
  boto3(context)
  const { expect } = context
  const script = join(import.meta.dirname, 'support', 's3-walk.py')
  const { code, stdout, stderr } = await run('python3', [script], { env })
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout.trim().split('\n').at(-1)).toBe('done')
})

describe('rclone', () => {
  test('syncs, checks, moves and purges', { timeout: 120_000 }, async (context) => {
    rclone(context)
    const { expect } = context
    const folder = temporaryFolder(context)
    const from = files(folder)
    const { accessKeyId, secretAccessKey } = instance.rootKey()
    const remote = {
      ...env,
      RCLONE_CONFIG: '/dev/null',
      RCLONE_CONFIG_T_TYPE: 's3',
      RCLONE_CONFIG_T_PROVIDER: 'Other',
      RCLONE_CONFIG_T_ENDPOINT: instance.url,
      RCLONE_CONFIG_T_ACCESS_KEY_ID: accessKeyId,
      RCLONE_CONFIG_T_SECRET_ACCESS_KEY: secretAccessKey,
      RCLONE_CONFIG_T_REGION: 'us-east-1',
    }
    const call = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await run('rclone', [...args, '-q'], { env: remote })
      expect([args, code, stderr]).toEqual([args, 0, ''])
      return stdout
    }
    await call('mkdir', 'T:rclone')
    await call('sync', from, 'T:rclone/x', '--s3-upload-cutoff', '6M', '--s3-chunk-size', '6M')
    await call('check', from, 'T:rclone/x')
    await call('move', 'T:rclone/x/large.bin', 'T:rclone/moved')
    expect((await call('lsf', '-R', '--files-only', 'T:rclone')).split('\n').toSorted()).toEqual([
      '',
      'moved/large.bin',
      'x/a.txt',
      'x/deep/ü b+c%.txt',
    ])
    await call('purge', 'T:rclone')
  })
})

describe('s3cmd', () => {
  test('puts, gets, syncs, copies and signs', { timeout: 120_000 }, async (context) => {
    s3cmd(context)
    const { expect } = context
    const folder = temporaryFolder(context)
    const from = files(folder)
    const { host } = new URL(instance.url)
    const { accessKeyId, secretAccessKey } = instance.rootKey()
    const settings = {
      access_key: accessKeyId,
      secret_key: secretAccessKey,
      host_base: host,
      host_bucket: host,
      use_https: 'False',
      bucket_location: 'us-east-1',
    }
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`)
    writeFileSync(join(folder, 's3cfg'), `[default]\n${lines.join('')}`)
    const call = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await run(
        's3cmd',
        [...(['ls', 'signurl'].includes(args[0] ?? '') ? [] : ['-q']), '-c', join(folder, 's3cfg'), ...args],
        { env, cwd: folder },
      )
      expect([args, code, stderr]).toEqual([args, 0, ''])
      return stdout
    }
    await call('mb', 's3://cmd')
    await call('sync', `${from}/`, 's3://cmd/x/')
    await call('cp', 's3://cmd/x/large.bin', 's3://cmd/copy.bin')
    await call('mv', 's3://cmd/x/a.txt', 's3://cmd/moved.txt')
    await call('get', 's3://cmd/copy.bin', 'back.bin')
    expect(readFileSync(join(folder, 'back.bin')).equals(large)).toBe(true)
    expect(await (await fetch((await call('signurl', 's3://cmd/moved.txt', '+60')).trim())).text()).toBe('alpha')
    expect((await call('ls', '-r', 's3://cmd')).split('\n').map((line) => line.replace(/^.*s3:/, ''))).toEqual([
      '//cmd/copy.bin',
      '//cmd/moved.txt',
      '//cmd/x/deep/ü b+c%.txt',
      '//cmd/x/large.bin',
      '',
    ])
    await call('del', '-r', '-f', 's3://cmd')
    await call('rb', 's3://cmd')
  })
})
