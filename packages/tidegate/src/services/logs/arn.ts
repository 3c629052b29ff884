/** ARNs of CloudWatch Logs, and the names that stand for them in requests. */
import { logsError } from './errors.ts'

export interface Where {
  readonly accountId: string
  readonly region: string
}

const start = ({ accountId, region }: Where): string => `arn:aws:logs:${region}:${accountId}:log-group:`

/** As tags and `logGroupArn` have it. */
export const groupArn = (where: Where, group: string): string => start(where) + group
/** As `arn` has it in what DescribeLogGroups answers. */
export const groupArnWithStar = (where: Where, group: string): string => `${groupArn(where, group)}:*`
export const streamArn = (where: Where, group: string, stream: string): string => `${groupArn(where, group)}:log-stream:${stream}`

/**
 * The resource of a call on a group, as AWS names it when it denies: so `log-group:NAME:*` covers it and `log-group:NAME` does not.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
 */
export const groupResource = (where: Where, group: string): string => streamArn(where, group, '')

/** The group that a name, an ARN or an ARN with `:*` behind it means. Throws for a group of another account or region. */
export function groupNameOf(
  where: Where,
  given: { readonly logGroupName?: string | undefined; readonly logGroupIdentifier?: string | undefined },
): string {
  const { logGroupName, logGroupIdentifier } = given
  if ((logGroupName === undefined) === (logGroupIdentifier === undefined))
    throw logsError('InvalidParameterException', 'Exactly one of logGroupName or logGroupIdentifier must be specified.')
  return groupNameIn(where, logGroupName ?? logGroupIdentifier ?? '')
}

export function groupNameIn(where: Where, text: string): string {
  if (!text.startsWith('arn:')) return assertGroupName(text)
  const name = text.startsWith(start(where)) ? text.slice(start(where).length).replace(/:\*$/, '') : ''
  if (name === '') throw logsError('ResourceNotFoundException', 'The specified log group does not exist.')
  return assertGroupName(name)
}

export function assertGroupName(name: string): string {
  if (/^[-./_#A-Za-z0-9]{1,512}$/.test(name)) return name
  throw logsError('InvalidParameterException', refusal('logGroupName', name, String.raw`[\.\-_/#A-Za-z0-9]+`))
}

export function assertStreamName(name: string): string {
  if (/^[^:*]{1,512}$/.test(name)) return name
  throw logsError('InvalidParameterException', refusal('logStreamName', name, '[^:*]*'))
}

function refusal(member: string, value: string, pattern: string): string {
  const rule =
    value.length > 512
      ? 'Member must have length less than or equal to 512'
      : value === ''
        ? 'Member must have length greater than or equal to 1'
        : `Member must satisfy regular expression pattern: ${pattern}`
  return `1 validation error detected: Value '${value.slice(0, 600)}' at '${member}' failed to satisfy constraint: ${rule}`
}
