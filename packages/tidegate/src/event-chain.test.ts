import { test } from 'vitest'
import { type AuditFilter, isMentioned, matches } from './audit/filter.ts'
import { recordText } from './audit/record-text.ts'
import { type AuditRecord, auditRecord, type RequestFacts } from './audit/record.ts'
import { chainOfEvent } from './event-chain.ts'
import { chainOf, workloadActor } from './kernel/actor-chain.ts'
import type { Actor } from './kernel/caller.ts'

const account = '111122223333'
const alice: Actor = { type: 'human', issuer: 'https://login.example.com', subject: 'u-1', label: 'alice@example.com' }
const service = workloadActor(`arn:aws:ecs:us-east-1:${account}:service/prod/web`, 'web')
const task = workloadActor(`arn:aws:ecs:us-east-1:${account}:task/prod/7f3c`)
const start = Date.parse('2026-11-25T10:00:00Z')

const records: AuditRecord[] = []
function recorded(at: number, eventName: string, facts: Partial<RequestFacts>): AuditRecord {
  const record = auditRecord({
    now: start + at * 1000,
    userIdentity: { type: 'AWSService', invokedBy: 'ecs-tasks.amazonaws.com' },
    actorChain: [],
    eventSource: 'ecs.amazonaws.com',
    eventName,
    region: 'us-east-1',
    sourceIp: '127.0.0.1',
    userAgent: undefined,
    requestId: `r-${at}`,
    isReadOnly: false,
    recipientAccountId: account,
    ...facts,
  })
  records.push(record)
  return record
}

/** A session that was made at a time. */
const sessionOf = (accessKeyId: string, at: number) => ({
  type: 'AssumedRole',
  accountId: account,
  arn: `arn:aws:sts::${account}:assumed-role/some/one`,
  accessKeyId,
  sessionContext: { attributes: { creationDate: new Date(start + at * 1000).toISOString() } },
})
const credentials = (accessKeyId: string) => ({ credentials: { accessKeyId } })

async function* search(filter: AuditFilter) {
  for (const [index, record] of [...records.entries()].toReversed()) {
    const text = recordText(record)
    if (matches(record, filter) && isMentioned(text, filter)) yield { index, text, record }
  }
}

test('a call of a task leads to the task, to its service, and to the person who deployed it', async ({ expect }) => {
  const sts = { eventSource: 'sts.amazonaws.com' }
  recorded(0, 'AssumeRoleWithWebIdentity', { ...sts, actorChain: [alice], output: credentials('ASIAALICE') })
  recorded(5, 'CreateService', {
    userIdentity: sessionOf('ASIAALICE', 0),
    actorChain: [alice],
    output: { service: { serviceArn: service.subject } },
  })
  recorded(6, 'StartTask', { actorChain: chainOf([service], [alice]), output: { tasks: [{ taskArn: task.subject }] } })
  // Somebody else's change of the same service, and one that was refused.
  recorded(7, 'UpdateService', { actorChain: [{ ...alice, subject: 'u-2' }], input: { service: service.subject } })
  recorded(8, 'UpdateService', {
    actorChain: [alice],
    input: { service: service.subject },
    error: { code: 'AccessDeniedException', message: 'no' },
  })
  recorded(10, 'AssumeRole', { ...sts, actorChain: chainOf([task, service], [alice]), output: credentials('ASIATASK') })
  const put = recorded(60, 'PutObject', {
    eventSource: 's3.amazonaws.com',
    userIdentity: sessionOf('ASIATASK', 10),
    actorChain: chainOf([task, service], [alice]),
  })
  const { Links, Origin } = await chainOfEvent(put, search)
  expect(Links.map(({ Kind, Actor, Event }) => [Kind, Actor?.Subject, Event?.Action])).toEqual([
    ['session', undefined, 'sts:AssumeRole'],
    ['workload', task.subject, 'ecs:StartTask'],
    ['workload', service.subject, 'ecs:CreateService'],
    ['session', undefined, 'sts:AssumeRoleWithWebIdentity'],
  ])
  expect(Origin).toMatchObject({ Type: 'human', Label: 'alice@example.com' })
})

test('where the log has no record of a link, the link is there and says so', async ({ expect }) => {
  records.length = 0
  const call = recorded(1, 'PutObject', { userIdentity: sessionOf('ASIAGONE', 0), actorChain: chainOf([task], [alice]) })
  const { Links, Origin } = await chainOfEvent(call, search)
  expect(Links).toEqual([{ Kind: 'workload', Actor: { Type: 'workload', Issuer: task.issuer, Subject: task.subject, Label: undefined } }])
  expect(Origin.Label).toBe('alice@example.com')
})
