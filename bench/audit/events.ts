/** Seeded events as a month of an account has them: few people make most calls, one call in ten is denied, resources come and go. */
import { type AuditRecord, auditRecord } from '../../packages/tidegate/src/audit/record.ts'
import { Random } from '../policy/random.ts'

export const month = { from: Date.UTC(2026, 9, 1), to: Date.UTC(2026, 10, 1) }

export class Events {
  readonly #random: Random
  readonly #count: number
  #made = 0

  /** @param count how many fill the month */
  constructor(count: number, seed = 7) {
    this.#random = new Random(seed)
    this.#count = count
  }

  take(count: number): AuditRecord[] {
    return Array.from({ length: count }, () => this.#next())
  }

  #next(): AuditRecord {
    const random = this.#random
    const now = month.from + Math.floor((this.#made / this.#count) * (month.to - month.from))
    this.#made += 1
    // The square of an even number makes a few people busy and most of them quiet.
    const person = personName(Math.floor(random.next() ** 2 * people))
    const role = `team-${person.length % 7}-deploy`
    const [source, name] = operations[Math.floor(random.next() ** 2 * operations.length)] ?? ['sts', 'GetCallerIdentity']
    const resource = `arn:aws:${source}:eu-central-1:111122223333:${source === 's3' ? `artifacts/build/${random.below(20_000)}.tar` : `service/main/web-${random.below(400)}`}`
    const isDenied = random.next() < 0.1
    return auditRecord({
      now,
      userIdentity: {
        type: 'AssumedRole',
        principalId: `AROAEXAMPLEID${role.toUpperCase()}:${person}`,
        arn: `arn:aws:sts::111122223333:assumed-role/${role}/${person}`,
        accountId: '111122223333',
        accessKeyId: `ASIA${keyOf(person, now)}`,
        sessionContext: { sessionIssuer: { type: 'Role', arn: `arn:aws:iam::111122223333:role/${role}`, userName: role } },
      },
      actorChain: [{ type: 'human', issuer: 'https://idp.example.com', subject: `00u${person}`, label: `${person}@example.com` }],
      eventSource: `${source}.amazonaws.com`,
      eventName: name,
      region: 'eu-central-1',
      sourceIp: addressOf(person, now),
      userAgent: agents[hashOf(person, 1) % agents.length] ?? '',
      requestId: uuid(random),
      isReadOnly: /^(?:Get|List|Describe)/.test(name),
      input: { cluster: 'main', resource: resource.slice(-20) },
      recipientAccountId: '111122223333',
      resources: [{ ARN: resource, type: 'AWS::ECS::Service' }],
      ...(isDenied && { error: { code: 'AccessDeniedException', message: `not authorized to perform: ${source}:${name}` } }),
    })
  }
}

export function personName(number: number): string {
  return `person-${number}`
}

export const people = 2000

/** A session lasts an hour, and so does its key. */
function keyOf(person: string, now: number): string {
  return hashOf(person, Math.floor(now / 3_600_000))
    .toString(36)
    .toUpperCase()
    .padStart(16, 'X')
}

function uuid(random: Random): string {
  const hex = Array.from({ length: 4 }, () =>
    random
      .below(2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}

/** A machine keeps its address for a day. */
function addressOf(person: string, now: number): string {
  const hash = hashOf(person, Math.floor(now / 86_400_000))
  return `10.${hash & 3}.${(hash >>> 2) & 255}.${(hash >>> 10) & 255}`
}

function hashOf(text: string, seed: number): number {
  let hash = seed
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}

const agents = [
  'aws-cli/2.31.4 md/awscrt#0.27.2',
  'Boto3/1.40.11 md/Botocore#1.40.11',
  'APN/1.0 HashiCorp/1.0 Terraform/1.13',
  'aws-sdk-go-v2/1.38.0',
]
const operations: readonly (readonly [string, string])[] = [
  ...['GetObject', 'PutObject', 'ListObjectsV2', 'HeadObject', 'DeleteObject'].map((name) => ['s3', name] as const),
  ...['DescribeServices', 'DescribeTasks', 'ListTasks', 'RunTask', 'UpdateService', 'StopTask', 'RegisterTaskDefinition'].map(
    (name) => ['ecs', name] as const,
  ),
  ...['GetCallerIdentity', 'AssumeRole', 'AssumeRoleWithWebIdentity'].map((name) => ['sts', name] as const),
  ...['GetSecretValue', 'DescribeSecret', 'PutSecretValue'].map((name) => ['secretsmanager', name] as const),
  ...['Decrypt', 'GenerateDataKey', 'Encrypt'].map((name) => ['kms', name] as const),
  ...['BatchGetImage', 'GetAuthorizationToken', 'PutImage'].map((name) => ['ecr', name] as const),
]
