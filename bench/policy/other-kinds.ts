/** Statements of identity policies about what ECS tasks use: objects, secrets, keys, images, logs, roles. */
import { account } from './layers.ts'
import { allow, ask, deny, mfa, unit, type Kind } from './unit.ts'

export const objects: Kind = ({ bucket, app }) => {
  const arn = `arn:aws:s3:::${bucket}/${app}`
  const encrypted = { 's3:x-amz-server-side-encryption': 'aws:kms' }
  return unit(
    [allow(['s3:GetObject', 's3:PutObject'], `${arn}/*`)],
    [ask('s3:GetObject', `${arn}/2026/11/part-0.parquet`), ask('s3:PutObject', `${arn}/tmp/upload`, encrypted)],
    [
      ask('s3:GetObject', `${arn}x/part-0.parquet`),
      ask('s3:DeleteObject', `${arn}/tmp/upload`),
      ask('s3:GetObjectAcl', `${arn}/tmp/upload`),
    ],
  )
}

export const objectPattern: Kind = ({ bucket, app }) => {
  const arn = `arn:aws:s3:::${bucket}/${app}`
  return unit(
    [allow('s3:Get*', `${arn}/*/report-??.csv`)],
    [ask('s3:GetObject', `${arn}/2026/11/report-07.csv`)],
    [ask('s3:GetObject', `${arn}/2026/11/report-07.json`), ask('s3:GetObject', `${arn}x/2026/report-07.csv`)],
  )
}

export const listing: Kind = ({ app, self }) => {
  const arn = `arn:aws:s3:::${app}-data`
  return unit(
    [allow('s3:ListBucket', arn, { StringLike: { 's3:prefix': ['', 'public/*', `home/${self.variable}/*`] } })],
    [ask('s3:ListBucket', arn, { 's3:prefix': `home/${self.value}/photos/` }), ask('s3:ListBucket', arn, { 's3:prefix': 'public/' })],
    [ask('s3:ListBucket', arn, { 's3:prefix': 'home/nobody/photos/' }), ask('s3:ListBucket', arn)],
  )
}

export const home: Kind = ({ app, self }) => {
  const arn = `arn:aws:s3:::${app}-home`
  return unit(
    [allow(['s3:GetObject', 's3:PutObject'], `${arn}/${self.variable}/*`)],
    [ask('s3:GetObject', `${arn}/${self.value}/notes.txt`), ask('s3:PutObject', `${arn}/${self.value}/notes.txt`)],
    [ask('s3:GetObject', `${arn}/somebody/notes.txt`), ask('s3:GetObject', `${arn}/${self.value}x/notes.txt`)],
  )
}

export const secret: Kind = ({ region, app, cluster, random }) => {
  const arn = `arn:aws:secretsmanager:${region}:${account}:secret:${cluster}/${app}`
  const current = { 'secretsmanager:VersionStage': 'AWSCURRENT' }
  return unit(
    [allow('secretsmanager:GetSecretValue', `${arn}-??????`, { StringEquals: current })],
    [ask('secretsmanager:GetSecretValue', `${arn}-${random.hex(6)}`, current)],
    [
      ask('secretsmanager:GetSecretValue', `${arn}x-${random.hex(6)}`, current),
      ask('secretsmanager:GetSecretValue', `${arn}-${random.hex(6)}`, { 'secretsmanager:VersionStage': 'AWSPREVIOUS' }),
    ],
  )
}

export const key: Kind = ({ region, app, random }) => {
  const arn = `arn:aws:kms:${region}:${account}:key/${random.hex(8)}-${random.hex(4)}-${random.hex(12)}`
  const context = { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com`, 'kms:EncryptionContext:app': app }
  return unit(
    [allow(['kms:Decrypt', 'kms:GenerateDataKey*'], arn, { StringEquals: { 'kms:EncryptionContext:app': app } })],
    [ask('kms:Decrypt', arn, context), ask('kms:GenerateDataKeyWithoutPlaintext', arn, context)],
    [ask('kms:Decrypt', arn), ask('kms:Encrypt', arn, context), ask('kms:Decrypt', `${arn.slice(0, -1)}z`, context)],
  )
}

export const images: Kind = ({ region, app, team }) => {
  const arn = `arn:aws:ecr:${region}:${account}:repository/${team}/${app}`
  return unit(
    [allow(['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'], arn)],
    [ask('ecr:BatchGetImage', arn), ask('ecr:GetDownloadUrlForLayer', arn)],
    [ask('ecr:BatchGetImage', `${arn}x`), ask('ecr:PutImage', arn)],
  )
}

export const logs: Kind = ({ region, app, cluster }) => {
  const arn = `arn:aws:logs:${region}:${account}:log-group:/ecs/${cluster}/${app}:log-stream`
  return unit(
    [allow(['logs:CreateLogStream', 'logs:PutLogEvents'], `${arn}:*`, { DateLessThan: { 'aws:CurrentTime': '2027-06-30T00:00:00Z' } })],
    [ask('logs:PutLogEvents', `${arn}:web/web/1`), ask('logs:CreateLogStream', `${arn}:web/web/1`)],
    [
      ask('logs:PutLogEvents', `${arn}x:web/web/1`),
      ask('logs:PutLogEvents', `${arn}:web/1`, { 'aws:CurrentTime': '2027-07-01T09:30:00Z' }),
    ],
  )
}

export const passRole: Kind = ({ app }) => {
  const arn = `arn:aws:iam::${account}:role/ecs/${app}`
  const service = { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' }
  return unit(
    [allow('iam:PassRole', arn, { StringEquals: service })],
    [ask('iam:PassRole', arn, service)],
    [ask('iam:PassRole', `${arn}x`, service), ask('iam:PassRole', arn, { 'iam:PassedToService': 'ec2.amazonaws.com' })],
  )
}

/** Allowed here, but not by the boundary (queues) or by a service control policy (tables). */
export const capped: Kind = ({ region, app }) => {
  const queue = `arn:aws:sqs:${region}:${account}:${app}`
  const table = `arn:aws:dynamodb:${region}:${account}:table/${app}`
  return unit(
    [allow(['sqs:SendMessage', 'dynamodb:GetItem'], [queue, table])],
    [],
    [ask('sqs:SendMessage', queue), ask('dynamodb:GetItem', table)],
  )
}

export const guardedObjects: Kind = ({ bucket, app }) => {
  const arn = `arn:aws:s3:::${bucket}/${app}`
  return unit(
    [allow('s3:*Object', `${arn}/*`), deny('s3:DeleteObject', `${arn}/*`, { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } })],
    [ask('s3:GetObject', `${arn}/index`), ask('s3:DeleteObject', `${arn}/index`, mfa)],
    [ask('s3:GetObject', arn.replace(app, `${app}x/index`)), ask('s3:PutObjectAcl', `${arn}/index`)],
    [ask('s3:DeleteObject', `${arn}/index`, { 'aws:MultiFactorAuthPresent': 'false' })],
  )
}
