/** The policies that many principals share: boundaries, session policies, SCPs, an RCP, bucket policies and a key policy. */
import type { Guard, Layers, PolicyJson, StatementJson } from './world.ts'

export const account = '111122223333'
export const organization = 'o-a1b2c3d4e5'
export const regions = ['us-east-1', 'eu-west-1', 'eu-central-1'] as const
const buckets = [
  'assets',
  'exports',
  'media',
  'ledger',
  'models',
  'events',
  'backups',
  'invoices',
  'avatars',
  'reports',
  'traces',
  'uploads',
].map((word) => `acme-${word}-${account}`)

/** Only the first principals are named in bucket policies, as in real ones. */
export const grantedPrincipals = 384

export function bucketOf(index: number): string {
  return buckets[(index >> 1) % buckets.length] ?? ''
}

export function otherBucketOf(index: number): string {
  return buckets[((index >> 1) + 5) % buckets.length] ?? ''
}

export function teamOf(index: number): string {
  return `team-${index % 40}`
}

export function isUser(index: number): boolean {
  return index % 2 === 0
}

/** Every other role session was made with a session policy. */
export function hasSession(index: number): boolean {
  return index % 4 === 3
}

export function userArn(index: number): string {
  return `arn:aws:iam::${account}:user/${teamOf(index)}/user-${index}`
}

export function roleArn(index: number): string {
  return `arn:aws:iam::${account}:role/ecs/app-${index}`
}

/** What all session policies here leave out. */
export function sessionAllows(action: string): boolean {
  return !/^(s3:Put|s3:Delete|kms:GenerateDataKey|sqs:|dynamodb:)/.test(action)
}

export function guardOf(resource: string): string {
  const service = resource.split(':', 3)[2] ?? ''
  if (service === 's3') {
    const bucket = resource.slice('arn:aws:s3:::'.length).split('/', 1)[0] ?? ''
    return buckets.includes(bucket) ? bucket : 'rcp'
  }
  if (service === 'kms') return 'kms'
  return ['secretsmanager', 'ecr', 'logs', 'sqs', 'dynamodb'].includes(service) ? 'rcp' : 'none'
}

export function buildLayers(): Layers {
  const rcp = [[policy(rcpStatements())]]
  const resources: Record<string, Guard> = { none: {}, rcp: { rcp }, kms: { rcp, resource: policy(keyPolicy()) } }
  for (const bucket of buckets) resources[bucket] = { rcp, resource: policy(bucketPolicy(bucket)) }
  return {
    boundaries: [0, 1, 2, 3].map((variant) => policy(boundary(variant))),
    sessions: [0, 1, 2, 3].map((variant) => policy(sessionPolicy(variant))),
    scp: [[policy(rootScp())], [policy(unitScp())], [policy(fullAccess()), policy(accountScp())]],
    resources,
  }
}

export function policy(statements: readonly StatementJson[]): PolicyJson {
  return { Version: '2012-10-17', Statement: statements }
}

const fullAccess = (): StatementJson[] => [{ Sid: 'FullAWSAccess', Effect: 'Allow', Action: '*', Resource: '*' }]

const rootScp = (): StatementJson[] => [
  ...fullAccess(),
  { Sid: 'KeepOrganization', Effect: 'Deny', Action: ['organizations:LeaveOrganization', 'account:CloseAccount'], Resource: '*' },
  {
    Sid: 'NoRootUser',
    Effect: 'Deny',
    Action: '*',
    Resource: '*',
    Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:root' } },
  },
]

const unitScp = (): StatementJson[] => [
  {
    Sid: 'Services',
    Effect: 'Allow',
    Action: ['ecs:*', 'ecr:*', 'logs:*', 's3:*', 'secretsmanager:*', 'kms:*', 'iam:PassRole', 'iam:Get*', 'iam:List*', 'sqs:*', 'sts:*'],
    Resource: '*',
  },
  {
    Sid: 'Regions',
    Effect: 'Deny',
    NotAction: ['iam:*', 'sts:*', 'organizations:*', 'route53:*', 'cloudfront:*', 'support:*', 's3:GetBucketLocation'],
    Resource: '*',
    Condition: { StringNotEquals: { 'aws:RequestedRegion': regions } },
  },
]

const accountScp = (): StatementJson[] => [
  {
    Sid: 'NoExecuteCommand',
    Effect: 'Deny',
    Action: ['ecs:CreateService', 'ecs:UpdateService', 'ecs:RunTask'],
    Resource: '*',
    Condition: {
      Bool: { 'ecs:enable-execute-command': 'true' },
      ArnNotLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role/breakglass/*` },
    },
  },
  {
    Sid: 'ProtectAudit',
    Effect: 'Deny',
    Action: ['s3:Delete*', 's3:Put*', 'logs:Delete*'],
    Resource: [`arn:aws:s3:::acme-audit-*`, `arn:aws:logs:*:${account}:log-group:/audit/*`],
  },
]

const rcpStatements = (): StatementJson[] => [
  {
    Sid: 'OrganizationOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: ['s3:*', 'sqs:*', 'secretsmanager:*', 'kms:*', 'ecr:*', 'logs:*', 'sts:*'],
    Resource: '*',
    Condition: {
      StringNotEqualsIfExists: { 'aws:PrincipalOrgID': organization },
      BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
    },
  },
  {
    Sid: 'TransportSecurity',
    Effect: 'Deny',
    Principal: '*',
    Action: ['s3:*', 'sqs:*', 'secretsmanager:*', 'kms:*', 'ecr:*', 'logs:*'],
    Resource: '*',
    Condition: { BoolIfExists: { 'aws:SecureTransport': 'false' } },
  },
]

const boundary = (variant: number): StatementJson[] => [
  {
    Sid: 'Containers',
    Effect: 'Allow',
    Action: ['ecs:*', 'ecr:*', 'logs:*'],
    Resource: '*',
    Condition: {
      StringEquals: { 'aws:RequestedRegion': variant % 2 === 0 ? [...regions] : ['us-east-1', 'us-west-2', 'eu-west-1', 'eu-central-1'] },
    },
  },
  {
    Sid: 'Storage',
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket'],
    Resource: 'arn:aws:s3:::*',
  },
  {
    Sid: 'Secrets',
    Effect: 'Allow',
    Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret', 'kms:Decrypt', 'kms:GenerateDataKey*'],
    Resource: variant < 2 ? '*' : [`arn:aws:secretsmanager:*:${account}:secret:*`, `arn:aws:kms:*:${account}:key/*`],
  },
  { Sid: 'Roles', Effect: 'Allow', Action: 'iam:PassRole', Resource: `arn:aws:iam::${account}:role/ecs/*` },
  { Sid: 'NoAudit', Effect: 'Deny', Action: 's3:*', Resource: ['arn:aws:s3:::acme-audit-*', `arn:aws:s3:::acme-vault-${variant}/*`] },
]

const sessionPolicy = (variant: number): StatementJson[] => {
  const dated = { DateLessThan: { 'aws:CurrentTime': '2031-01-01T00:00:00Z' } }
  const containers: StatementJson = { Effect: 'Allow', Action: ['ecs:*', 'ecr:*', 'logs:*', 'iam:PassRole'], Resource: '*' }
  return [
    variant % 2 === 0 ? containers : { ...containers, Condition: dated },
    variant < 2
      ? { Effect: 'Allow', NotAction: ['ecs:*', 's3:Put*', 's3:Delete*', 'kms:GenerateDataKey*', 'sqs:*', 'dynamodb:*'], Resource: '*' }
      : { Effect: 'Allow', Action: ['s3:Get*', 's3:List*', 'secretsmanager:*', 'kms:Decrypt'], Resource: '*' },
    { Effect: 'Deny', Action: ['s3:DeleteBucket', 'ecs:DeleteCapacityProvider'], Resource: '*' },
  ]
}

/** The statement that every key has by default: it lets identity policies decide, and grants nothing itself. */
const keyPolicy = (): StatementJson[] => [
  { Sid: 'Enable', Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' },
]

const bucketPolicy = (bucket: string): StatementJson[] => {
  const named = Array.from({ length: grantedPrincipals }, (_, index) => index).filter((index) => bucketOf(index) === bucket)
  const arn = `arn:aws:s3:::${bucket}`
  return [
    {
      Sid: 'TransportSecurity',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [arn, `${arn}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      Sid: 'EncryptedOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: `${arn}/*`,
      Condition: { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } },
    },
    {
      Sid: 'Users',
      Effect: 'Allow',
      Principal: { AWS: named.filter(isUser).map(userArn) },
      Action: ['s3:GetObject', 's3:GetObjectTagging'],
      Resource: `${arn}/shared/*`,
    },
    {
      Sid: 'Roles',
      Effect: 'Allow',
      Principal: { AWS: named.filter((index) => !isUser(index)).map(roleArn) },
      Action: ['s3:GetObject', 's3:GetObjectTagging'],
      Resource: `${arn}/roles/*`,
    },
    {
      Sid: 'Account',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 's3:GetObject',
      Resource: `${arn}/account/*`,
    },
  ]
}
