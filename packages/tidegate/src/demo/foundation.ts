/** What is there before the tour begins, made over the wire with the root key as an administrator would: roles, buckets, a log group, a cluster. */
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs'
import { CreateClusterCommand, ECSClient } from '@aws-sdk/client-ecs'
import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { region } from './organization.ts'
import * as policies from './policies.ts'

export interface Endpoint {
  readonly url: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
}

/** Does nothing where it was done before. */
export async function layFoundation({ url, credentials }: Endpoint): Promise<void> {
  const settings = { endpoint: url, region, credentials }
  const [iam, s3, ecs, logs] = [
    new IAMClient(settings),
    new S3Client(settings),
    new ECSClient(settings),
    new CloudWatchLogsClient(settings),
  ]
  for (const [name, document] of Object.entries({
    developer: policies.developer,
    operator: policies.operator,
    'on-call': policies.onCall,
    auditor: policies.auditor,
  })) {
    await unlessThere(iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: policies.boundTrust })))
    await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: name, PolicyDocument: document }))
  }
  for (const RoleName of ['reports-task', 'reports-execution'])
    await unlessThere(iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: policies.taskTrust })))
  await iam.send(new PutRolePolicyCommand({ RoleName: 'reports-task', PolicyName: 'own-reports', PolicyDocument: policies.task }))
  const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy'
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'reports-execution', PolicyArn }))
  for (const Bucket of [policies.reports, policies.payroll]) await unlessThere(s3.send(new CreateBucketCommand({ Bucket })))
  await s3.send(new PutObjectCommand({ Bucket: policies.payroll, Key: 'salaries.csv', Body: 'nobody,1\n' }))
  await unlessThere(logs.send(new CreateLogGroupCommand({ logGroupName: policies.logGroup })))
  for (const clusterName of [policies.cluster, 'old-harbour']) await ecs.send(new CreateClusterCommand({ clusterName }))
  for (const client of [iam, s3, ecs, logs]) client.destroy()
}

async function unlessThere(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!(error instanceof Error) || !/AlreadyExists|AlreadyOwnedByYou/.test(error.name)) throw error
  })
}
