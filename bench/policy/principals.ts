/** Principals of a world with their policies and the questions they ask. */
import { broad, globs, mixed, tags } from './kinds.ts'
import {
  account,
  bucketOf,
  guardOf,
  hasSession,
  isUser,
  organization,
  otherBucketOf,
  policy,
  regions,
  roleArn,
  teamOf,
  userArn,
} from './layers.ts'
import { Random } from './random.ts'
import { drawing, question } from './questions.ts'
import type { Names, Unit } from './unit.ts'
import type { Caller, ContextRecord, LabelledRequest, PolicyJson, StatementJson, Verdict, WorldPrincipal } from './world.ts'

export interface Shape {
  readonly name: string
  readonly seed: number
  /** Statements of each principal, and how many go into one policy. */
  readonly statements: number
  readonly perPolicy: number
  readonly principals: number
  readonly requestsEach: number
  readonly content: 'mixed' | 'tags' | 'globs'
}

export function buildPrincipal(shape: Shape, index: number): WorldPrincipal {
  const random = new Random(Math.imul(shape.seed, 0x1000193) ^ Math.imul(index + 1, 0x9e3779b1))
  const units = buildUnits(shape, index, random)
  const caller: Caller = {
    index,
    principal: principalOf(index),
    boundary: random.below(4),
    session: hasSession(index) ? random.below(4) : undefined,
  }
  const draw = drawing(units, shape.content === 'mixed' ? broad.length : 0, random)
  const base = baseContext(index)
  const requests: LabelledRequest[] = []
  for (let n = 0; n < shape.requestsEach; n++) {
    const want = pattern[(index * shape.requestsEach + n + Math.floor(index / 10)) % pattern.length] ?? 'allow'
    const { about, action, resource, context } = question(want, caller, units, draw, random)
    requests.push({
      caller,
      action,
      resource,
      resourceAccount: account,
      guard: guardOf(resource),
      context: { ...base, 'aws:RequestedRegion': regionOf(resource), ...context },
      want,
      about,
    })
  }
  return {
    caller,
    identity: bundle(
      units.flatMap(({ statements }) => statements),
      shape.perPolicy,
    ),
    actions: [...new Set(units.flatMap(({ hits, misses, traps }) => [...hits, ...misses, ...traps].map(({ action }) => action)))],
    requests,
  }
}

/** Seven in ten are allowed, two are near misses, one is denied. */
const pattern: readonly Verdict[] = [
  'allow',
  'allow',
  'implicit-deny',
  'allow',
  'allow',
  'explicit-deny',
  'allow',
  'implicit-deny',
  'allow',
  'allow',
]

function principalOf(index: number): Caller['principal'] {
  if (isUser(index)) return { kind: 'user', arn: userArn(index), account, id: `AIDA${String(index).padStart(17, '0')}` }
  return {
    kind: 'role-session',
    arn: `arn:aws:sts::${account}:assumed-role/app-${index}/9f3b7c${index}`,
    account,
    roleArn: roleArn(index),
    id: `AROA${String(index).padStart(17, '0')}`,
  }
}

/** What a gateway knows of every request. */
function baseContext(index: number): ContextRecord {
  const user = isUser(index)
  return {
    'aws:CurrentTime': '2026-11-22T06:30:00Z',
    'aws:EpochTime': '1795329000',
    'aws:SourceIp': `10.${index % 200}.3.17`,
    'aws:SecureTransport': 'true',
    'aws:UserAgent': 'aws-cli/2.31.9',
    'aws:ViaAWSService': 'false',
    'aws:PrincipalIsAWSService': 'false',
    'aws:PrincipalAccount': account,
    'aws:PrincipalOrgID': organization,
    'aws:PrincipalArn': user ? userArn(index) : roleArn(index),
    'aws:PrincipalType': user ? 'User' : 'AssumedRole',
    'aws:PrincipalTag/team': teamOf(index),
    'aws:PrincipalTag/env': 'production',
    'aws:ResourceAccount': account,
    ...(user
      ? { 'aws:username': `user-${index}`, 'aws:userid': `AIDA${index}` }
      : {
          'aws:userid': `AROA${index}:9f3b7c${index}`,
          'aws:TokenIssueTime': '2026-11-22T06:00:00Z',
          'aws:MultiFactorAuthPresent': 'false',
        }),
  }
}

function regionOf(resource: string): string {
  return resource.split(':', 4)[3] || 'us-east-1'
}

const words = [
  'checkout',
  'ledger',
  'search',
  'mail',
  'image',
  'fraud',
  'invoice',
  'session',
  'cart',
  'price',
  'stock',
  'review',
  'order',
  'export',
]
const roles = ['api', 'worker', 'web', 'cron', 'proxy', 'stream']

function buildUnits(shape: Shape, index: number, random: Random): Unit[] {
  const team = teamOf(index)
  const self = isUser(index)
    ? { variable: '${aws:username}', value: `user-${index}` }
    : { variable: '${aws:PrincipalTag/team}', value: team }
  const units: Unit[] = []
  let filled = 0
  for (let number = 0; filled < shape.statements; number++) {
    const names: Names = {
      app: `${random.pick(words)}-${random.pick(roles)}-${number}`,
      cluster: random.pick(['prod', 'staging', 'batch', 'edge', 'tools', 'data']),
      region: random.pick(regions),
      team,
      self,
      bucket: random.chance(0.5) ? bucketOf(index) : otherBucketOf(index),
      random,
    }
    const general = shape.content === 'mixed' ? broad[number] : undefined
    const made = (general ?? random.weighted({ mixed, tags, globs }[shape.content]))(names)
    if (filled + made.statements.length > shape.statements) continue
    units.push(made)
    filled += made.statements.length
  }
  return units
}

function bundle(statements: readonly StatementJson[], perPolicy: number): PolicyJson[] {
  const policies: PolicyJson[] = []
  for (let start = 0; start < statements.length; start += perPolicy) {
    policies.push(policy(statements.slice(start, start + perPolicy).map((statement, n) => ({ Sid: `S${start + n}`, ...statement }))))
  }
  return policies
}
