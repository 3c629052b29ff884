/** Two accounts of one instance: what is whose, asked by the other one's root user with every name that it could know. */
import * as logs from '@aws-sdk/client-cloudwatch-logs'
import * as ecs from '@aws-sdk/client-ecs'
import * as iam from '@aws-sdk/client-iam'
import * as s3 from '@aws-sdk/client-s3'
import * as sts from '@aws-sdk/client-sts'
import { afterAll, beforeAll, test } from 'vitest'
import { defaultAccount } from '../src/configuration/configuration.ts'
import { newRole, newUser, policyOf, trustOf } from './support/account.ts'
import { ecsClient, iamClient, logsClient, type Refusal, refusalOf, s3Client, stsClient } from './support/clients.ts'
import { type Credentials, mainAccount, type TestInstance, testInstance } from './support/instance.ts'

const other = '222233334444'

let instance: TestInstance
let owner: Clients
let stranger: Clients
/** Names of what the owner has. */
let names: Awaited<ReturnType<typeof settled>>

type Clients = ReturnType<typeof clientsOf>

function clientsOf(who: Credentials) {
  const { url } = instance
  return {
    ecs: ecsClient(url, who),
    iam: iamClient(url, who),
    logs: logsClient(url, who),
    s3: s3Client(url, who),
    sts: stsClient(url, who),
  }
}

beforeAll(async () => {
  instance = await testInstance({ accounts: [defaultAccount, { id: other, name: 'other' }] })
  owner = clientsOf(instance.rootKey())
  stranger = clientsOf(instance.rootKey(other))
  names = await settled()
})
afterAll(() => instance.close())

async function settled() {
  const cluster = 'main'
  await owner.ecs.send(new ecs.CreateClusterCommand({ clusterName: cluster }))
  const containerDefinitions = [{ name: 'app', image: 'none', memory: 16, command: ['true'] }]
  const { taskDefinition } = await owner.ecs.send(new ecs.RegisterTaskDefinitionCommand({ family: 'web', containerDefinitions }))
  const { service } = await owner.ecs.send(
    new ecs.CreateServiceCommand({ cluster, serviceName: 'web', taskDefinition: 'web', desiredCount: 0 }),
  )
  const { tasks = [] } = await owner.ecs.send(new ecs.RunTaskCommand({ cluster, taskDefinition: 'web' }))
  const role = await newRole(owner.iam, 'admin', { trust: trustOf(`arn:aws:iam::${mainAccount}:root`), document: policyOf({}) })
  const { Policy } = await owner.iam.send(new iam.CreatePolicyCommand({ PolicyName: 'all', PolicyDocument: policyOf({}) }))
  const user = await newUser(owner.iam, 'ann', policyOf({}))
  await owner.logs.send(new logs.CreateLogGroupCommand({ logGroupName: 'web' }))
  await owner.s3.send(new s3.CreateBucketCommand({ Bucket: 'ledger' }))
  await owner.s3.send(new s3.PutObjectCommand({ Bucket: 'ledger', Key: 'k', Body: 'x' }))
  const { UploadId } = await owner.s3.send(new s3.CreateMultipartUploadCommand({ Bucket: 'ledger', Key: 'big' }))
  await newUser(stranger.iam, 'sam', policyOf({}))
  await stranger.s3.send(new s3.CreateBucketCommand({ Bucket: 'strange' }))
  return {
    cluster: `arn:aws:ecs:us-east-1:${mainAccount}:cluster/${cluster}`,
    definition: taskDefinition?.taskDefinitionArn,
    service: service?.serviceArn,
    task: tasks[0]?.taskArn,
    role,
    policy: Policy?.Arn,
    key: user.accessKeyId,
    group: `arn:aws:logs:us-east-1:${mainAccount}:log-group:web`,
    upload: UploadId,
  }
}

/** Every call that would show or change something of the owner's. */
function attempts(): Readonly<Record<string, Promise<unknown>>> {
  const { cluster, definition: taskDefinition, service, task, role, policy: PolicyArn, key: AccessKeyId, group, upload: UploadId } = names
  const { ecs: e, iam: i, logs: l, s3: b, sts: t } = stranger
  const tags = [{ key: 'owner', value: 'sam' }]
  const Policy = policyOf({ Principal: '*', Resource: 'arn:aws:s3:::ledger/*' })
  return {
    'ecs:DescribeClusters': e.send(new ecs.DescribeClustersCommand({ clusters: [cluster] })),
    'ecs:DescribeServices': e.send(new ecs.DescribeServicesCommand({ cluster, services: [service ?? ''] })),
    'ecs:DescribeTasks': e.send(new ecs.DescribeTasksCommand({ cluster, tasks: [task ?? ''] })),
    'ecs:DescribeTasks without cluster': e.send(new ecs.DescribeTasksCommand({ tasks: [task ?? ''] })),
    'ecs:DescribeTaskDefinition': e.send(new ecs.DescribeTaskDefinitionCommand({ taskDefinition })),
    'ecs:ListTasks': e.send(new ecs.ListTasksCommand({ cluster })),
    'ecs:ListServices': e.send(new ecs.ListServicesCommand({ cluster })),
    'ecs:ListTagsForResource': e.send(new ecs.ListTagsForResourceCommand({ resourceArn: service })),
    'ecs:RunTask': e.send(new ecs.RunTaskCommand({ cluster, taskDefinition })),
    'ecs:StopTask': e.send(new ecs.StopTaskCommand({ cluster, task })),
    'ecs:UpdateService': e.send(new ecs.UpdateServiceCommand({ cluster, service, desiredCount: 1 })),
    'ecs:DeleteService': e.send(new ecs.DeleteServiceCommand({ cluster, service, force: true })),
    'ecs:DeleteCluster': e.send(new ecs.DeleteClusterCommand({ cluster })),
    'ecs:TagResource': e.send(new ecs.TagResourceCommand({ resourceArn: service, tags })),
    'ecs:DeregisterTaskDefinition': e.send(new ecs.DeregisterTaskDefinitionCommand({ taskDefinition })),
    'ecs:UpdateTaskProtection': e.send(new ecs.UpdateTaskProtectionCommand({ cluster, tasks: [task ?? ''], protectionEnabled: true })),
    'iam:GetPolicy': i.send(new iam.GetPolicyCommand({ PolicyArn })),
    'iam:GetPolicyVersion': i.send(new iam.GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' })),
    'iam:CreatePolicyVersion': i.send(new iam.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: policyOf({}), SetAsDefault: true })),
    'iam:DeletePolicy': i.send(new iam.DeletePolicyCommand({ PolicyArn })),
    'iam:AttachUserPolicy': i.send(new iam.AttachUserPolicyCommand({ UserName: 'sam', PolicyArn })),
    'iam:PutUserPermissionsBoundary': i.send(
      new iam.PutUserPermissionsBoundaryCommand({ UserName: 'sam', PermissionsBoundary: PolicyArn }),
    ),
    'iam:GetAccessKeyLastUsed': i.send(new iam.GetAccessKeyLastUsedCommand({ AccessKeyId })),
    'iam:UpdateAccessKey': i.send(new iam.UpdateAccessKeyCommand({ UserName: 'sam', AccessKeyId, Status: 'Inactive' })),
    'iam:DeleteAccessKey': i.send(new iam.DeleteAccessKeyCommand({ AccessKeyId })),
    'iam:DeleteAccessKey of root': i.send(new iam.DeleteAccessKeyCommand({ AccessKeyId: instance.rootKey().accessKeyId })),
    'iam:SimulatePrincipalPolicy': i.send(new iam.SimulatePrincipalPolicyCommand({ PolicySourceArn: role, ActionNames: ['s3:GetObject'] })),
    'iam:GetRole': i.send(new iam.GetRoleCommand({ RoleName: 'admin' })),
    'logs:ListTagsForResource': l.send(new logs.ListTagsForResourceCommand({ resourceArn: group })),
    'logs:FilterLogEvents': l.send(new logs.FilterLogEventsCommand({ logGroupIdentifier: group })),
    'logs:DescribeLogStreams': l.send(new logs.DescribeLogStreamsCommand({ logGroupIdentifier: group })),
    'logs:DeleteLogGroup': l.send(new logs.DeleteLogGroupCommand({ logGroupName: 'web' })),
    's3:CreateBucket': b.send(new s3.CreateBucketCommand({ Bucket: 'ledger' })),
    's3:GetObject': b.send(new s3.GetObjectCommand({ Bucket: 'ledger', Key: 'k' })),
    's3:ListObjectsV2': b.send(new s3.ListObjectsV2Command({ Bucket: 'ledger' })),
    's3:PutBucketPolicy': b.send(new s3.PutBucketPolicyCommand({ Bucket: 'ledger', Policy })),
    's3:CopyObject from it': b.send(new s3.CopyObjectCommand({ Bucket: 'strange', Key: 'k', CopySource: 'ledger/k' })),
    's3:ListParts': b.send(new s3.ListPartsCommand({ Bucket: 'ledger', Key: 'big', UploadId })),
    's3:UploadPart of its upload': b.send(
      new s3.UploadPartCommand({ Bucket: 'strange', Key: 'big', UploadId, PartNumber: 1, Body: Buffer.from('x') }),
    ),
    's3:AbortMultipartUpload of its upload': b.send(new s3.AbortMultipartUploadCommand({ Bucket: 'strange', Key: 'big', UploadId })),
    'sts:AssumeRole': t.send(new sts.AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'sam' })),
  }
}

test('T-60 nobody reaches into another account, whatever they know the names of', async ({ expect }) => {
  const refusals = await Promise.all(
    Object.entries(attempts()).map(async ([name, attempt]): Promise<[string, Refusal]> => [name, await refusalOf(attempt)]),
  )
  expect(refusals.filter(([, refusal]) => refusal === undefined).map(([name]) => name)).toEqual([])
  expect(refusals.filter(([, refusal]) => (refusal?.status ?? 500) >= 500)).toEqual([])
  // And nothing has changed.
  const { services = [] } = await owner.ecs.send(new ecs.DescribeServicesCommand({ cluster: 'main', services: ['web'] }))
  expect(services).toMatchObject([{ status: 'ACTIVE', desiredCount: 0 }])
  expect(await refusalOf(owner.iam.send(new iam.GetPolicyCommand({ PolicyArn: names.policy })))).toBeUndefined()
  const { AccessKeyMetadata } = await owner.iam.send(new iam.ListAccessKeysCommand({ UserName: 'ann' }))
  expect(AccessKeyMetadata).toMatchObject([{ Status: 'Active' }])
  expect((await owner.s3.send(new s3.ListPartsCommand({ Bucket: 'ledger', Key: 'big', UploadId: names.upload }))).Parts ?? []).toEqual([])
  const { logGroups = [] } = await owner.logs.send(new logs.DescribeLogGroupsCommand({}))
  expect(logGroups.map(({ logGroupName }) => logGroupName)).toContain('web')
})

test('T-85 a role that is not there and one that is not theirs are one answer', async ({ expect }) => {
  const user = clientsOf(await newUser(stranger.iam, 'curious', policyOf({})))
  const ask = async (RoleArn: string) => {
    const refusal = await refusalOf(user.sts.send(new sts.AssumeRoleCommand({ RoleArn, RoleSessionName: 'curious' })))
    return { ...refusal, message: refusal?.message.replace(RoleArn, 'ROLE') }
  }
  expect(await ask(`arn:aws:iam::${mainAccount}:role/missing`)).toEqual(await ask(names.role))
  expect(await ask('arn:aws:iam::999999999999:role/admin')).toEqual(await ask(names.role))
})
