import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type AuditRecord, type RequestFacts, auditRecord } from '../../src/audit/record.ts'

/** An empty folder that is gone after the test; at the top of a file, with `afterAll`, after all of them. */
export function temporaryFolder(after: (remove: () => void) => void = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-audit-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** What a crash, or a thief, has of a folder: its files as they are now. */
export function copyOf(folder: string): string {
  const copy = temporaryFolder()
  cpSync(folder, copy, { recursive: true, filter: (path) => !path.endsWith('/lock') })
  return copy
}

export const t0 = Date.UTC(2026, 10, 22, 7, 0, 0)

/** The record of the request with this number: people, names and times take turns. */
export function sampleRecord(number: number, facts: Partial<RequestFacts> = {}): AuditRecord {
  const person = people[number % people.length] ?? 'alice'
  const operation = operations[number % operations.length] ?? 'RunTask'
  return auditRecord({
    now: t0 + number * 1000,
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLE:${person}`,
      arn: `arn:aws:sts::111122223333:assumed-role/deploy/${person}`,
      accountId: '111122223333',
      accessKeyId: `ASIA${person.toUpperCase()}`,
      sessionContext: { sessionIssuer: { type: 'Role', arn: 'arn:aws:iam::111122223333:role/deploy', userName: 'deploy' } },
    },
    actorChain: [{ type: 'human', issuer: 'https://idp.example.com', subject: `s-${person}`, label: `${person}@example.com` }],
    eventSource: operation.startsWith('Get') ? 's3.amazonaws.com' : 'ecs.amazonaws.com',
    eventName: operation,
    region: 'eu-central-1',
    sourceIp: '203.0.113.7',
    userAgent: 'aws-cli/2.31',
    requestId: `request-${number}`,
    decisionId: `d-${number}`,
    isReadOnly: operation.startsWith('Get'),
    input: { cluster: 'main', number },
    recipientAccountId: '111122223333',
    resources: [{ ARN: `arn:aws:ecs:eu-central-1:111122223333:task/main/t${number % 50}`, type: 'AWS::ECS::Task' }],
    ...(number % 10 === 3 && { error: { code: 'AccessDeniedException', message: 'not allowed' } }),
    ...facts,
  })
}

const people = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace']
const operations = ['RunTask', 'StopTask', 'GetObject', 'UpdateService', 'GetBucketPolicy']
