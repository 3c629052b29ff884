/** Uploads that take their time: what counts at their end is what the sender may do then. */
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { DeleteAccessKeyCommand, DeleteUserPolicyCommand } from '@aws-sdk/client-iam'
import * as s3 from '@aws-sdk/client-s3'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, test } from 'vitest'
import { askInstance } from '../src/control.ts'
import { dataFolder } from '../src/data-folder.ts'
import { newRole, newUser, policyOf, trustOf } from './support/account.ts'
import { credentialsIn, iamClient, refusalOf, s3Client, stsClient } from './support/clients.ts'
import { type Credentials, mainAccount, type TestInstance, testInstance } from './support/instance.ts'
import { type Draft, signed } from './support/signer.ts'

let instance: TestInstance
let owner: s3.S3Client
let skippedMs = 0
const now = (): number => Date.now() + skippedMs

beforeAll(async () => {
  instance = await testInstance({}, { clock: now })
  owner = s3Client(instance.url, instance.rootKey())
  await owner.send(new s3.CreateBucketCommand({ Bucket: 'slow' }))
})
afterAll(() => instance.close())

const upload = (who: Credentials, key: string, meanwhile: () => Promise<unknown>): Promise<string> =>
  slowly(who, { method: 'PUT', path: `/slow/${key}` }, '1234567890', meanwhile)

/** Sends half a body as soon as it is asked for, the other half when `meanwhile` is over; resolves to the answer. */
async function slowly(who: Credentials, asked: Draft, body: string, meanwhile: () => Promise<unknown>): Promise<string> {
  const length = { 'content-length': String(body.length), expect: '100-continue', ...asked.headers }
  const draft = { ...asked, headers: length, payloadHash: 'UNSIGNED-PAYLOAD' }
  const request = signed(draft, { service: 's3', at: now(), ...who } as Parameters<typeof signed>[1])
  const { hostname, port } = new URL(instance.url)
  const socket = connect(Number(port), hostname)
  const head = request.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const target = request.query === '' ? request.path : `${request.path}?${request.query}`
  socket.write(`${request.method} ${target} HTTP/1.1\r\nconnection: close\r\n${head}\r\n`)
  let answer = ''
  for await (const chunk of socket.iterator()) {
    const isAsked = answer === '' && String(chunk).startsWith('HTTP/1.1 100')
    answer += String(chunk)
    if (!isAsked) continue
    socket.write(body.slice(0, 5))
    await meanwhile()
    socket.write(body.slice(5))
  }
  return answer.replace(/^HTTP\/1\.1 100.*\r\n\r\n/, '')
}

const later = (work: () => Promise<unknown>) => async () => {
  await work()
  skippedMs += 2_000
}
const isThere = async (Key: string): Promise<boolean> =>
  (await refusalOf(owner.send(new s3.HeadObjectCommand({ Bucket: 'slow', Key })))) === undefined

test('T-36 who is revoked while her upload is under way has put nothing', async ({ expect }) => {
  const iam = iamClient(instance.url, instance.rootKey())
  const user = await newUser(iam, 'roleless', policyOf({}))
  const RoleArn = await newRole(iam, 'uploader', { trust: trustOf(`arn:aws:iam::${mainAccount}:root`), document: policyOf({}) })
  const session = credentialsIn(await stsClient(instance.url, user).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'slow' })))
  const revoke = () =>
    askInstance(dataFolder(instance.folder).control, { ask: 'revoke', sessions: { kind: 'session', accessKeyId: session.accessKeyId } })
  expect(await upload(session, 'revoked', later(revoke))).toMatch(/^HTTP\/1\.1 400 [^]*<Code>InvalidToken</)
  expect(await isThere('revoked')).toBe(false)
})

test('T-36 a key that is deleted meanwhile has put nothing', async ({ expect }) => {
  const iam = iamClient(instance.url, instance.rootKey())
  const user = await newUser(iam, 'keyless', policyOf({}))
  const remove = () => iam.send(new DeleteAccessKeyCommand({ UserName: 'keyless', AccessKeyId: user.accessKeyId }))
  expect(await upload(user, 'deleted', later(remove))).toMatch(/^HTTP\/1\.1 403 [^]*<Code>InvalidAccessKeyId</)
  expect(await isThere('deleted')).toBe(false)
})

test('T-36 nor has a key that is deleted while the XML of its request is under way changed anything', async ({ expect }) => {
  const iam = iamClient(instance.url, instance.rootKey())
  await owner.send(new s3.PutObjectCommand({ Bucket: 'slow', Key: 'kept', Body: 'x' }))
  const user = await newUser(iam, 'deleter', policyOf({}))
  const remove = () => iam.send(new DeleteAccessKeyCommand({ UserName: 'deleter', AccessKeyId: user.accessKeyId }))
  const xml = '<Delete><Object><Key>kept</Key></Object></Delete>'
  const headers = { 'content-md5': createHash('md5').update(xml).digest('base64') }
  const answer = await slowly(user, { method: 'POST', path: '/slow', query: 'delete', headers }, xml, remove)
  expect(answer).toMatch(/^HTTP\/1\.1 403 [^]*<Code>InvalidAccessKeyId</)
  expect(await isThere('kept')).toBe(true)
})

test('T-58 an upload is judged again at its end, by the policies of both sides', async ({ expect }) => {
  const iam = iamClient(instance.url, instance.rootKey())
  const user = await newUser(iam, 'rightless', policyOf({ Action: 's3:PutObject' }))
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: 'arn:aws:s3:::slow/*' },
  })
  const deny = () => owner.send(new s3.PutBucketPolicyCommand({ Bucket: 'slow', Policy }))
  expect(await upload(user, 'denied', later(deny))).toMatch(/^HTTP\/1\.1 403 [^]*<Code>AccessDenied</)
  await owner.send(new s3.DeleteBucketPolicyCommand({ Bucket: 'slow' }))
  const detach = () => iam.send(new DeleteUserPolicyCommand({ UserName: 'rightless', PolicyName: 'own' }))
  expect(await upload(user, 'detached', later(detach))).toMatch(/^HTTP\/1\.1 403 [^]*<Code>AccessDenied</)
  expect([await isThere('denied'), await isThere('detached')]).toEqual([false, false])
})

test('T-58 what was allowed until a time is not allowed after it, however early its first byte came', async ({ expect }) => {
  const until = new Date(now() + 60_000).toISOString().replace(/\.\d+Z$/, 'Z')
  const document = policyOf({ Action: ['s3:PutObject', 's3:DeleteObject'], Condition: { DateLessThan: { 'aws:CurrentTime': until } } })
  const user = await newUser(iamClient(instance.url, instance.rootKey()), 'hurried', document)
  const tooLong = async () => {
    skippedMs += 120_000
  }
  expect(await upload(user, 'overdue', tooLong)).toMatch(/^HTTP\/1\.1 403 [^]*<Code>AccessDenied</)
  skippedMs -= 120_000
  const xml = '<Delete><Object><Key>kept</Key></Object></Delete>'
  const headers = { 'content-md5': createHash('md5').update(xml).digest('base64') }
  expect(await slowly(user, { method: 'POST', path: '/slow', query: 'delete', headers }, xml, tooLong)).toContain('<Code>AccessDenied<')
})

test('what may still be put is put, however long it took', async ({ expect }) => {
  const user = await newUser(iamClient(instance.url, instance.rootKey()), 'patient', policyOf({ Action: 's3:PutObject' }))
  const hours = async () => {
    skippedMs += 7_200_000
  }
  expect(await upload(user, 'late', hours)).toMatch(/^HTTP\/1\.1 200 /)
  // Clients have the time of this machine.
  skippedMs = 0
  expect(await isThere('late')).toBe(true)
})
