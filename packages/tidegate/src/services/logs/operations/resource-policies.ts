/** Policies by which AWS services may write logs. They are kept and shown: no service here needs one. */
import {
  DeleteResourcePolicy$,
  DescribeResourcePolicies$,
  PutResourcePolicy$,
  type DeleteResourcePolicyCommandInput,
  type DeleteResourcePolicyCommandOutput,
  type DescribeResourcePoliciesCommandInput,
  type DescribeResourcePoliciesCommandOutput,
  type PutResourcePolicyCommandInput,
  type PutResourcePolicyCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs'
import { parsePolicy } from '@tidegate/policy'
import { logsError } from '../errors.ts'
import { logsOperation, whereOf } from '../logs-operation.ts'
import { pageOf } from '../page.ts'
import { regional, resourcePolicies } from '../state.ts'

export const putResourcePolicy = logsOperation<PutResourcePolicyCommandInput, PutResourcePolicyCommandOutput>(PutResourcePolicy$, {
  authorize: () => [{ action: 'logs:PutResourcePolicy', resource: '*' }],
  async invoke({ policyName, policyDocument, resourceArn }, call) {
    const { accountId, region } = whereOf(call)
    if (policyName === undefined || policyDocument === undefined)
      throw logsError('InvalidParameterException', 'policyName and policyDocument must be specified.')
    if (resourceArn !== undefined) throw logsError('InvalidParameterException', 'Policies of a single resource are not available here.')
    if (Buffer.byteLength(policyDocument) > 5120) throw logsError('LimitExceededException', 'Resource policy document exceeds 5120 bytes.')
    const read = parsePolicy(policyDocument, 'resource')
    if (!read.ok) throw logsError('InvalidParameterException', `Invalid Resource Policy: ${read.problems[0]?.message ?? ''}`)
    const policy = { policyName, policyDocument, lastUpdatedTime: call.now }
    await call.state.transact((tx) => {
      const key = regional(region, policyName)
      const others = tx.list(resourcePolicies, accountId, { prefix: regional(region, '') }).filter((each) => each.key !== key)
      if (others.length >= 10) throw logsError('LimitExceededException', 'Resource limit exceeded.')
      tx.put(resourcePolicies, accountId, key, policy)
    })
    return { resourcePolicy: policy }
  },
})

export const deleteResourcePolicy = logsOperation<DeleteResourcePolicyCommandInput, DeleteResourcePolicyCommandOutput>(
  DeleteResourcePolicy$,
  {
    authorize: () => [{ action: 'logs:DeleteResourcePolicy', resource: '*' }],
    async invoke({ policyName = '' }, call) {
      const { accountId, region } = whereOf(call)
      await call.state.transact((tx) => {
        if (tx.get(resourcePolicies, accountId, regional(region, policyName)) === undefined)
          throw logsError('ResourceNotFoundException', 'The specified resource policy does not exist.')
        tx.delete(resourcePolicies, accountId, regional(region, policyName))
      })
      return {}
    },
  },
)

export const describeResourcePolicies = logsOperation<DescribeResourcePoliciesCommandInput, DescribeResourcePoliciesCommandOutput>(
  DescribeResourcePolicies$,
  {
    authorize: () => [{ action: 'logs:DescribeResourcePolicies', resource: '*' }],
    invoke({ limit, nextToken }, call) {
      const { accountId, region } = whereOf(call)
      const found = call.state.read((view) => view.list(resourcePolicies, accountId, { prefix: regional(region, '') }))
      const { items, ...rest } = pageOf(found, { limit, nextToken }, ({ key }) => key)
      return { resourcePolicies: items.map(({ value }) => ({ ...value })), ...rest }
    },
  },
)
