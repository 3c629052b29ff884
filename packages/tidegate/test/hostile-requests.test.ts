/** Requests that mean two things, or too much, at a running instance: by raw sockets, since no client sends them. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { Agent, request as send } from 'node:http'
import { join } from 'node:path'
import { GetUserCommand } from '@aws-sdk/client-iam'
import * as s3 from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { newUser, policyOf } from './support/account.ts'
import { iamClient, refusalOf, s3Client } from './support/clients.ts'
import { type Credentials, type TestInstance, testInstance } from './support/instance.ts'
import { startInstance } from './support/process.ts'
import { type Draft, presigned, signed, type SignerOptions } from './support/signer.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

let instance: TestInstance
let owner: s3.S3Client
let reader: Credentials
const agent = new Agent({ keepAlive: true })

beforeAll(async () => {
  instance = await testInstance()
  owner = s3Client(instance.url, instance.rootKey())
  await owner.send(new s3.CreateBucketCommand({ Bucket: 'depot' }))
  for (const Key of ['open/a', 'open/../shut/s', 'shut/s', 'shut', '/shut/s', 'open//shut/s'])
    await owner.send(new s3.PutObjectCommand({ Bucket: 'depot', Key, Body: `this is ${Key}` }))
  const document = policyOf({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::depot/open/*' })
  reader = await newUser(iamClient(instance.url, instance.rootKey()), 'reader', document)
})
afterAll(async () => {
  agent.destroy()
  await instance.close()
})

interface Answer {
  readonly status: number
  /** Names and values as they came. */
  readonly headers: readonly string[]
  readonly body: string
}

type Sent = Pick<ReturnType<typeof signed>, 'method' | 'path' | 'query' | 'headers'>

/** As it stands: nothing is normalised on the way. */
function ask({ method, path, query, headers }: Sent, body = ''): Promise<Answer> {
  const { hostname, port } = new URL(instance.url)
  const target = query === '' ? path : `${path}?${query}`
  return new Promise((resolve, reject) => {
    const options = { agent, hostname, port, method, path: target, headers: headers.flat(), setHost: false }
    send(options, (answer) => {
      let text = ''
      answer.setEncoding('latin1')
      answer
        .on('data', (chunk: string) => (text += chunk))
        .on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.rawHeaders, body: text }))
    })
      .on('error', reject)
      .end(body)
  })
}

const by = (who: Credentials, service = 's3'): SignerOptions => ({
  service,
  at: Date.now(),
  accessKeyId: who.accessKeyId,
  secretAccessKey: who.secretAccessKey,
})
const get = (draft: Draft, who: Credentials = reader) => signed({ method: 'GET', ...draft }, by(who))
const json = (target: string, body: string, service = 'ecs'): Promise<Answer> => {
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': target,
    'content-length': String(Buffer.byteLength(body)),
  }
  return ask(signed({ body, headers }, by(instance.rootKey(), service)), body)
}
const ecs = 'AmazonEC2ContainerServiceV20141113'

/** The path as S3 signs it, whatever its spelling is. */
function signedPath(path: string): string | undefined {
  try {
    return path
      .split('/')
      .map((part) =>
        encodeURIComponent(decodeURIComponent(part)).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
      )
      .join('/')
      .replaceAll('%2F', '/')
  } catch {
    return undefined
  }
}

test('T-44 law: no spelling of a path reaches what its reader may not read', { timeout: 60_000 }, async ({ expect }) => {
  const pieces = [
    'open',
    'shut',
    's',
    'a',
    '/',
    '/',
    '//',
    '..',
    '.',
    '%2e',
    '%2E%2e',
    '%2f',
    '%2F',
    '%5c',
    ';',
    '%3B',
    '%00',
    '%25',
    '%252e',
    'OPEN',
  ]
  const path = fc.array(fc.constantFrom(...pieces), { maxLength: 9 }).map((parts) => `/depot/open/${parts.join('')}`)
  const style = fc.constantFrom('path', 'host')
  let answered = 0
  await fc.assert(
    fc.asyncProperty(path, style, async (whole, how) => {
      const sent = how === 'path' ? whole : whole.slice('/depot'.length)
      const canonical = signedPath(sent)
      if (canonical === undefined) return
      const headers = how === 'path' ? {} : { host: 'depot.s3.localhost' }
      const { status, body } = await ask({ ...get({ path: canonical, headers }), path: sent })
      expect(status).toBeLessThan(500)
      const key = decodeURIComponent(whole.slice('/depot/'.length))
      if (status === 200) {
        answered++
        expect(body).toBe(`this is ${key}`)
      }
    }),
    {
      numRuns: 400,
      examples: [
        ['/depot/open/a', 'path'],
        ['/depot/open/a', 'host'],
        ['/depot/%6fpen/a', 'path'],
        ['/depot/open/../shut/s', 'path'],
      ],
    },
  )
  expect(answered).toBeGreaterThan(2)
})

describe('T-46 what a proxy might add', () => {
  test.for([
    'x-original-url',
    'x-rewrite-url',
    'x-forwarded-uri',
    'x-http-method-override',
    'x-method-override',
    'x-forwarded-host',
    'forwarded',
  ])('%s changes neither what is asked for nor by whom', async (name, { expect }) => {
    const value = name.includes('method') ? 'DELETE' : name.includes('host') ? 'other.s3.localhost' : '/depot/shut/s'
    expect(await ask(get({ path: '/depot/open/a', headers: { [name]: value } }))).toMatchObject({ status: 200, body: 'this is open/a' })
    expect(await ask(get({ path: '/depot/shut/s', headers: { [name]: '/depot/open/a' } }))).toMatchObject({ status: 403 })
  })

  test('an address that is only claimed counts for nothing', async ({ expect }) => {
    const document = policyOf({ Action: 's3:GetObject', Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.7' } } })
    const far = await newUser(iamClient(instance.url, instance.rootKey()), 'far', document)
    for (const name of ['x-forwarded-for', 'x-real-ip', 'true-client-ip', 'x-client-ip', 'cf-connecting-ip'])
      expect(await ask(get({ path: '/depot/open/a', headers: { [name]: '203.0.113.7' } }, far))).toMatchObject({ status: 403 })
    const forwarded = { forwarded: 'for=203.0.113.7' }
    expect(await ask(get({ path: '/depot/open/a', headers: forwarded }, far))).toMatchObject({ status: 403 })
  })

  test('condition keys are not told by headers', async ({ expect }) => {
    const document = policyOf({ Action: 's3:GetObject', Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } } })
    const deputy = await newUser(iamClient(instance.url, instance.rootKey()), 'deputy', document)
    const headers = { 'x-amz-source-account': '111122223333', 'x-amz-source-arn': 'arn:aws:ecs:us-east-1:111122223333:task/a/b' }
    expect(await ask(get({ path: '/depot/open/a', headers }, deputy))).toMatchObject({ status: 403 })
  })
})

describe('T-53 names of what every object has', () => {
  test.for(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is a name', async (name, { expect }) => {
    const tags = `[{"key":"${name}","value":"v"}]`
    expect(await json(`${ecs}.CreateCluster`, `{"clusterName":"${name}","tags":${tags},"__proto__":{"clusterName":"x"}}`)).toMatchObject({
      status: 200,
      body: expect.stringContaining(`cluster/${name}"`),
    })
    expect((await json(`${ecs}.${name}`, '{}')).status).toBe(400)
    const iam = iamClient(instance.url, instance.rootKey())
    expect(await refusalOf(iam.send(new GetUserCommand({ UserName: name })))).toMatchObject({ status: 404 })
    const put = signed(
      { method: 'PUT', path: `/depot/${name}`, headers: { [`x-amz-meta-${name.toLowerCase()}`]: 'm', 'content-length': '0' } },
      by(instance.rootKey()),
    )
    expect(await ask(put)).toMatchObject({ status: 200 })
    const { headers } = await ask({ ...get({ path: `/depot/${name}` }, instance.rootKey()) })
    expect(headers).toContain(`x-amz-meta-${name.toLowerCase()}`)
    expect(await ask(get({ path: '/depot/open/a', query: name }))).toMatchObject({ status: 501 })
  })

  test('nothing has got a member by that', ({ expect }) => {
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(Reflect.get({}, 'clusterName')).toBeUndefined()
  })
})

describe('T-20 T-54 more than there is room for', () => {
  const deep = 200_000
  test.for([
    ['lists in lists', '['.repeat(deep)],
    ['objects in objects', '{"a":'.repeat(deep)],
    ['a name twice', '{"nextToken":"a","nextToken":"b"}'],
    ['a number that is none', '{"maxResults":1e999}'],
    ['half of a pair', '{"nextToken":"\\ud800"}'],
    ['a byte order mark and more', '\ufeff\ufeff{}'],
  ] as const)('%s is refused as malformed', async ([, body], { expect }) => {
    const { status, body: answer } = await json(`${ecs}.ListClusters`, body)
    expect([status, answer]).toEqual([400, expect.stringContaining('SerializationException')])
  })

  test('elements in elements and entities of its own are refused as malformed', async ({ expect }) => {
    const bomb = '<!DOCTYPE a [<!ENTITY a "&b;&b;&b;"><!ENTITY b "&c;&c;&c;">]>'
    for (const body of ['<a>'.repeat(100_000), `${bomb}<Tagging><TagSet>&a;</TagSet></Tagging>`, '<Tagging>&x;</Tagging>']) {
      const put = signed(
        { method: 'PUT', path: '/depot', query: 'tagging', body, headers: { 'content-length': String(body.length) } },
        by(instance.rootKey()),
      )
      expect(await ask(put, body)).toMatchObject({ status: 400, body: expect.stringContaining('MalformedXML') })
    }
  })
})

test('T-17 a line feed in a header of a presigned URL is in no header', async ({ expect }) => {
  const query = `x-amz-meta-a=${encodeURIComponent('1\r\nset-cookie: x=y')}`
  const put = presigned({ method: 'PUT', path: '/depot/split', query }, by(instance.rootKey()))
  expect(await ask({ ...put, headers: [...put.headers, ['content-length', '1']] }, 'x')).toMatchObject({ status: 400 })
  const override = `response-content-type=${encodeURIComponent('a\r\nset-cookie: x=y')}`
  expect(await ask(get({ path: '/depot/open/a', query: override }))).toMatchObject({ status: 400 })
})

test.skipIf(process.platform !== 'linux')('T-61 an instance listens where it says, on this machine, and nowhere else', async (context) => {
  const { expect } = context
  const running = await startInstance(join(temporaryFolder(context), 'data'))
  try {
    const [gateway, ...others] = listeners(running.pid).toSorted((a) => (a === new URL(running.url).host ? -1 : 1))
    expect(gateway).toBe(new URL(running.url).host)
    // The endpoints of tasks, and the gateway as tasks see it.
    expect(others).toHaveLength(2)
    for (const address of others) expect(address).toMatch(/^127\.0\.0\.1:\d+$/)
  } finally {
    await running.end('SIGTERM')
  }
})

/** Addresses at which a process takes connections. */
function listeners(pid: number): readonly string[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? '']
      } catch {
        return []
      }
    }),
  )
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((protocol) =>
    readFileSync(`/proc/${pid}/net/${protocol}`, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode = '']) => sockets.has(inode) && (state === '0A' || protocol.startsWith('udp')))
      .map(([, local = '']) => addressOf(local)),
  )
}

/** `0100007F:12AC` is `127.0.0.1:4780`; a longer one is of IPv6 and stays as it is. */
function addressOf(text: string): string {
  const [address = '', port = ''] = text.split(':')
  if (address.length !== 8) return text
  const bytes = Buffer.from(address, 'hex').toReversed()
  return `${bytes.join('.')}:${Number.parseInt(port, 16)}`
}
