/**
 * Every operation that is served, called by everybody who must be refused: a new operation can't be forgotten here. Who is to be refused
 * otherwise, or not at all, is listed; what is listed and not so fails as well.
 */
import { afterAll, beforeAll, describe, test } from 'vitest'
import { mainAccount } from './support/instance.ts'
import { type AccessWorld, accessWorld, lockedAccount, type Role, roles } from './support/access-world.ts'
import { anyClient, refusalOf, type Refusal } from './support/clients.ts'
import { assumableRole, typicalInput } from './support/typical-input.ts'

/** What a caller is told where nothing is said below. */
const usual: Readonly<Record<Role, string>> = {
  anonymous: 'unsigned',
  'unknown key': 'unknown',
  'expired session': 'expired',
  'wrong signature': 'forged',
  'no policy': 'no identity-based policy',
  'explicit deny': 'deny: identity-based policy',
  boundary: 'no permissions boundary',
  'session policy': 'no session policy',
  SCP: 'deny: service control policy',
  administrator: 'reached',
  root: 'reached',
}

/** S3 takes requests of nobody: what they may do is asked of the bucket, and everybody is told that there is none. */
const usualOfS3: Partial<Record<Role, string>> = { anonymous: 'no such bucket' }

function usualOf(operation: string, role: Role): string {
  return (operation.startsWith('s3:') ? usualOfS3[role] : undefined) ?? usual[role]
}

/** What needs no permission, and what some kinds of credentials may never call. */
const exceptions: Readonly<Record<string, Partial<Record<Role, string>>>> = {
  // Nobody has the key that the typical input names, and nobody is told so.
  'iam:GetAccessKeyLastUsed': { administrator: 'AccessDenied', root: 'AccessDenied' },
  // In an answer to HEAD there is no word, only the status.
  's3:HeadBucket': wordless(),
  's3:HeadObject': wordless({ boundary: 'reached', 'session policy': 'reached' }),
  // Those policies allow it, of whatever bucket.
  's3:GetObject': { boundary: 'reached', 'session policy': 'reached' },
  's3:CreateBucket': { anonymous: 'AccessDenied' },
  's3:ListBuckets': { anonymous: 'AccessDenied' },
  // Each key is refused on its own, in an answer that is none.
  's3:DeleteObjects': everySigner('reached'),
  'sts:AssumeRole': { root: 'AccessDenied' },
  // Clients send it without a signature, whoever they are.
  'sts:AssumeRoleWithWebIdentity': Object.fromEntries(roles.map((role) => [role, 'AccessDenied'])),
  'sts:GetAccessKeyInfo': everySigner('reached'),
  'sts:GetCallerIdentity': everySigner('reached'),
  'sts:GetFederationToken': { 'session policy': 'AccessDenied' },
  'sts:GetSessionToken': { 'no policy': 'reached', boundary: 'reached', 'session policy': 'AccessDenied' },
}

/** Operations that ask for nothing. That GetCallerIdentity is always allowed is known to the policy engine. */
const withoutCheck = ['sts:GetAccessKeyInfo']

let world: AccessWorld
let rows: readonly Row[]

interface Row {
  readonly operation: string
  readonly checks: readonly string[]
  readonly cells: Readonly<Record<Role, string>>
}

beforeAll(async () => {
  world = await accessWorld()
  rows = await allRows()
}, 60_000)
afterAll(() => world.close())

describe('every operation that is served', () => {
  test.for(roles)('is refused to, or reached by, who it should: %s', (role, { expect }) => {
    const told = Object.fromEntries(rows.map(({ operation, cells }) => [operation, cells[role]]))
    const expected = Object.fromEntries(rows.map(({ operation }) => [operation, exceptions[operation]?.[role] ?? usualOf(operation, role)]))
    expect(told).toEqual(expected)
  })

  test('T-51 asks for a permission, or says on purpose that it needs none', ({ expect }) => {
    expect(rows.filter(({ checks }) => checks.length === 0).map(({ operation }) => operation)).toEqual(withoutCheck)
  })

  test('has exceptions only where it is served, and none that is the usual answer', ({ expect }) => {
    const stale = Object.entries(exceptions).flatMap(([operation, cells]) => {
      if (!rows.some((row) => row.operation === operation)) return [`${operation} is not served`]
      return roles.flatMap((role) => (cells[role] === usualOf(operation, role) ? [`${operation} for ${role}`] : []))
    })
    expect(stale).toEqual([])
  })

  test('was recorded each time it was called, refused or not', async ({ expect }) => {
    const recorded = await world.recordedCalls()
    for (const { operation } of rows) expect([operation, recorded.get(operation)]).toEqual([operation, roles.length])
  })

  test('is written down with what it asks for', async ({ expect }) => {
    await expect(matrixText()).toMatchFileSnapshot('output/access-matrix.txt')
  })
})

test('what is served and what is known but not built is written down', async ({ expect }) => {
  await expect(operationsText()).toMatchFileSnapshot('output/operations.txt')
})

async function allRows(): Promise<Row[]> {
  const { webIdentityToken, instance } = world
  const { services, url } = instance
  const cellsOf = new Map<string, Partial<Record<Role, string>>>()
  for (const role of roles) {
    const call = anyClient(url, world.signers[role])
    const account = role === 'SCP' ? lockedAccount : mainAccount
    await Promise.all(
      services.flatMap((service) =>
        service.operations.map(async (operation) => {
          const name = `${service.name}:${operation.name}`
          const refusal = await refusalOf(call(service, operation.name, typicalInput(operation, { account, webIdentityToken })))
          const told = operation.name.startsWith('Head') ? statusCell(refusal) : cell(refusal, role === 'anonymous')
          cellsOf.set(name, { ...cellsOf.get(name), [role]: told })
        }),
      ),
    )
  }
  const made: Row[] = []
  for (const service of services) {
    for (const operation of service.operations) {
      const name = `${service.name}:${operation.name}`
      const checks = await world.checksOf(operation, typicalInput(operation, { account: mainAccount, webIdentityToken }))
      made.push({ operation: name, checks, cells: cellsOf.get(name) as Record<Role, string> })
    }
  }
  return made.toSorted((a, b) => (a.operation < b.operation ? -1 : 1))
}

/** An answer in two or three words. Errors that come behind authorization mean that the operation was reached. */
function cell(refusal: Refusal, isAnonymous: boolean): string {
  if (refusal === undefined) return 'reached'
  const { code, message } = refusal
  const [, missing] = /because no (.+) allows the \S+ action$/.exec(message) ?? []
  const [, denying] = /with an explicit deny in an? (.+)$/.exec(message) ?? []
  if (missing !== undefined) return `no ${missing}`
  if (denying !== undefined) return `deny: ${denying}`
  if (code === 'NoSuchBucket' && isAnonymous) return 'no such bucket'
  return authenticationErrors[code] ?? (neverReached.includes(code) ? code : 'reached')
}

const authenticationErrors: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'unknown',
  MissingAuthenticationToken: 'unsigned',
  MissingAuthenticationTokenException: 'unsigned',
  InvalidClientTokenId: 'unknown',
  UnrecognizedClientException: 'unknown',
  ExpiredToken: 'expired',
  ExpiredTokenException: 'expired',
  SignatureDoesNotMatch: 'forged',
  InvalidSignatureException: 'forged',
}
const neverReached = ['AccessDenied', 'AccessDeniedException', 'InternalFailure']

function matrixText(): string {
  const width = Math.max(...rows.map(({ operation }) => operation.length))
  const lines = rows.map(({ operation, checks }) => `${operation.padEnd(width)}  ${checks.join(' + ') || 'no permission needed'}`)
  const others = rows.flatMap(({ operation, cells }) =>
    roles.flatMap((role) => (cells[role] === usualOf(operation, role) ? [] : [`${operation.padEnd(width)}  ${role}: ${cells[role]}`])),
  )
  return [
    'What every operation asks for, with a typical input: action on resource, all of which must be allowed.',
    `The names stand for nothing that exists, except for the role ${assumableRole}.`,
    '',
    ...lines,
    '',
    'What callers are told, by all operations but those below:',
    '',
    ...roles.map((role) => `${role.padEnd(16)}  ${usual[role]}${usualOfS3[role] === undefined ? '' : `; of S3: ${usualOfS3[role]}`}`),
    '',
    'Otherwise:',
    '',
    ...others,
    '',
  ].join('\n')
}

function operationsText(): string {
  return world.instance.services
    .map(({ name, operations, knownOperations }) => {
      const served = operations.map((each) => each.name).toSorted()
      const missing = knownOperations.filter((each) => !served.includes(each)).toSorted()
      return [
        `${name}: ${served.length} of ${knownOperations.length}`,
        ...served.map((each) => `  ${each}`),
        ...missing.map((each) => `  ${each}  (not built)`),
        '',
      ]
    })
    .flat()
    .join('\n')
}

function everySigner(told: string): Partial<Record<Role, string>> {
  return { 'no policy': told, 'explicit deny': told, boundary: told, 'session policy': told, SCP: told }
}

/** For answers to HEAD, which have no words. */
function statusCell(refusal: Refusal): string {
  return refusal === undefined || refusal.status === 404 ? 'reached' : `status ${refusal.status ?? 0}`
}

function wordless(others: Partial<Record<Role, string>> = {}): Partial<Record<Role, string>> {
  const refused = ['unknown key', 'wrong signature', 'no policy', 'explicit deny', 'boundary', 'session policy', 'SCP']
  const told = Object.fromEntries(refused.map((role) => [role, 'status 403']))
  return { anonymous: 'reached', 'expired session': 'status 400', ...told, ...others }
}
