import { GetCallerIdentity$ } from '@aws-sdk/client-sts'
import { compilePolicies, readPolicy } from '@tidegate/policy'
import { test } from 'vitest'
import type { AuditRecord } from '../audit/record.ts'
import type { Caller } from '../kernel/caller.ts'
import { type InnerCaller, RefusedCall } from '../kernel/front-door.ts'
import { type Call, noPermission, type Operation, operation } from '../kernel/operation.ts'
import { SignatureVerifier } from '../wire/sigv4/verifier.ts'
import { frontDoorOf } from './front-door.ts'
import type { Plane } from './serve.ts'

const accountId = '111122223333'
const task = `arn:aws:ecs:us-east-1:${accountId}:task/web/0f2c`
const alice = { type: 'human', issuer: 'https://login.example', subject: 'alice' } as const
const service: InnerCaller = { kind: 'service', name: 'ecs-tasks.amazonaws.com', accountId, sourceArn: task, actorChain: [alice] }

/** An operation on a resource whose policy trusts the tasks of the account. */
const trusting = (trust: string) =>
  operation<object, object, unknown>(GetCallerIdentity$, {
    authorize: () => [
      { action: 'sts:AssumeRole', resource: `arn:aws:iam::${accountId}:role/r`, accountId, resourcePolicy: trustOf(trust) },
    ],
    invoke: (_, call) => ({ Arn: call.caller.context['aws:SourceArn'], Account: call.region }),
  })

const trustOf = (sourceArn: string) => {
  const text = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'ecs-tasks.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: { ArnLike: { 'aws:SourceArn': sourceArn }, StringEquals: { 'aws:SourceAccount': accountId } },
    },
  })
  const read = readPolicy(text, 'trust', { name: 'trust' })
  if (!read.ok) throw new Error('the policy of the test is malformed')
  return compilePolicies({ resource: read.document })
}

function planeWith(served: Operation, { session, isFailing = false }: { session?: Caller; isFailing?: boolean } = {}) {
  const records: AuditRecord[] = []
  const problems: unknown[] = []
  const plane: Plane = {
    services: [
      {
        name: 'sts',
        protocol: 'aws-query',
        version: '2011-06-15',
        eventSource: 'sts.amazonaws.com',
        operations: [served],
        knownOperations: [],
        ports: undefined,
      },
    ],
    authentication: {
      credentials: {
        find: (accessKeyId, token) =>
          session !== undefined && accessKeyId === 'ASIA1' && token === 'token'
            ? { secretAccessKey: '', caller: () => session }
            : undefined,
      },
      verifier: new SignatureVerifier(),
      clock: () => 1_780_000_000_000,
      allowS3SigV2: false,
      bodyLimit: 0,
    },
    guardrails: { resourcePoliciesOf: () => [] },
    defaultRegion: 'us-east-1',
    audit: {
      assertWritable: () => {},
      append: (record: AuditRecord) => (isFailing ? Promise.reject(new Error('disk full')) : Promise.resolve(void records.push(record))),
    } as unknown as Plane['audit'],
    intents: { within: (_, work) => work(), recorded: () => Promise.resolve() },
    sealMessage: (text) => text,
    observe: () => {},
    report: (error) => problems.push(error),
  }
  return { door: frontDoorOf(plane), records, problems }
}

const ask = (as: InnerCaller) => ({ service: 'sts', operation: 'GetCallerIdentity', input: {}, region: 'eu-west-1', as })

test('a service is refused where the policy names another source, and the refusal is recorded under the chain behind it', async ({
  expect,
}) => {
  const { door, records } = planeWith(trusting(`arn:aws:ecs:us-east-1:${accountId}:task/other/*`))
  const refusal = await door.call(ask(service)).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(RefusedCall)
  expect(refusal).toMatchObject({ code: 'AccessDenied', requestId: records[0]?.requestID })
  expect(records).toMatchObject([
    {
      errorCode: 'AccessDenied',
      userIdentity: { type: 'AWSService', invokedBy: 'ecs-tasks.amazonaws.com' },
      sourceIPAddress: 'ecs-tasks.amazonaws.com',
      additionalEventData: { actorChain: [alice] },
    },
  ])
})

test('a session that is not good any more is refused', async ({ expect }) => {
  const { door } = planeWith(trusting('*'))
  const stale: InnerCaller = { kind: 'credentials', accessKeyId: 'ASIA1', sessionToken: 'token', through: 'ecs.amazonaws.com' }
  await expect(door.call(ask(stale))).rejects.toMatchObject({ code: 'InvalidClientTokenId' })
})

test('what is not recorded is not done with success', async ({ expect }) => {
  const { door, problems } = planeWith(trusting(task), { isFailing: true })
  await expect(door.call(ask(service))).rejects.toMatchObject({ code: 'ServiceUnavailable' })
  expect(problems).toHaveLength(1)
})

test('a mistake of ours tells the caller nothing', async ({ expect }) => {
  const broken = operation<object, object, unknown>(GetCallerIdentity$, {
    authorize: noPermission,
    invoke: () => {
      throw new Error('secret detail')
    },
  })
  const { door, problems } = planeWith(broken)
  const refusal: unknown = await door.call(ask(service)).catch((error: unknown) => error)
  expect(refusal).toMatchObject({ code: 'InternalFailure' })
  expect(String(refusal)).not.toContain('secret')
  expect(problems).toHaveLength(1)
})

test('a service is let in by what it acts for', async ({ expect }) => {
  const { door, records } = planeWith(trusting(`arn:aws:ecs:us-east-1:${accountId}:*`))
  expect(await door.call(ask(service))).toEqual({ Arn: task, Account: 'eu-west-1' })
  expect(records).toMatchObject([{ eventName: 'GetCallerIdentity', awsRegion: 'eu-west-1', userAgent: 'ecs-tasks.amazonaws.com' }])
})

test('a session calls as itself, through the service that uses it', async ({ expect }) => {
  const principal = { kind: 'user', arn: `arn:aws:iam::${accountId}:user/dev`, account: accountId } as const
  const session = {
    principal,
    accountId,
    context: {},
    policies: [],
    userIdentity: { type: 'IAMUser', arn: principal.arn },
    credential: { kind: 'none' },
    actorChain: [],
  } satisfies Caller
  let seen: Call | undefined
  const open = operation<object, object, unknown>(GetCallerIdentity$, {
    authorize: noPermission,
    invoke(_, call) {
      seen = call
      return {}
    },
  })
  const { door, records } = planeWith(open, { session })
  await door.call(ask({ kind: 'credentials', accessKeyId: 'ASIA1', sessionToken: 'token', through: 'ecs.amazonaws.com' }))
  expect(seen?.caller).toBe(session)
  expect(records).toMatchObject([{ userIdentity: { arn: principal.arn }, sourceIPAddress: 'ecs.amazonaws.com' }])
})
