import { DescribeTrails$, type DescribeTrailsCommandInput, type DescribeTrailsCommandOutput } from '@aws-sdk/client-cloudtrail'
import { operation } from '../../../kernel/operation.ts'

/**
 * There are none: every call is recorded without a trail, and LookupEvents answers from that record.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
 */
export const describeTrails = operation<DescribeTrailsCommandInput, Omit<DescribeTrailsCommandOutput, '$metadata'>, object>(
  DescribeTrails$,
  {
    authorize: () => [{ action: 'cloudtrail:DescribeTrails', resource: '*' }],
    invoke: () => ({ trailList: [] }),
  },
)
