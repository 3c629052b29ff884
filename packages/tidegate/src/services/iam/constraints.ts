/**
 * The constraints of IAM's model, which the SDK's schemas do not carry: lengths, patterns, ranges and enums, with AWS's validation texts.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Types.html
 */
import { iamError } from './errors.ts'

/** Throws `ValidationError` for what an operation does not take. All that is wrong is told at once, as AWS does. */
export function checkConstraints(operationName: string, input: object): void {
  const faults: string[] = []
  for (const [member, value] of Object.entries(input) as [string, unknown][]) {
    const rule = exceptions.get(`${operationName}.${member}`) ?? rules.get(member)
    if (rule === undefined || value === undefined) continue
    const at = member.charAt(0).toLowerCase() + member.slice(1)
    faults.push(
      ...rule(value, at).map((fault) => (fault.startsWith('Value at') ? fault : `Value at '${at}' failed to satisfy constraint: ${fault}`)),
    )
  }
  if (faults.length === 0) return
  throw iamError('ValidationError', `${faults.length} validation error${faults.length === 1 ? '' : 's'} detected: ${faults.join('; ')}`)
}

/** What is wrong with a value, in AWS's words; at most one thing for most. */
type Rule = (value: unknown, at: string) => string[]

function text(min: number, max: number, pattern?: RegExp, shown = pattern?.source.slice(4, -2)): Rule {
  return (value) => {
    if (typeof value !== 'string') return []
    if (value.length > max) return [atMost(max)]
    if (value.length < min) return [atLeast(min)]
    return pattern === undefined || pattern.test(value) ? [] : [`Member must satisfy regular expression pattern: ${shown}`]
  }
}

/** Some members answer a wrong character in words of their own. */
function worded(max: number, pattern: RegExp, words: string): Rule {
  const length = text(1, max)
  return (value, at) => {
    const faults = length(value, at)
    if (faults.length > 0 || typeof value !== 'string' || pattern.test(value)) return faults
    throw iamError('ValidationError', `The specified value for ${at} is invalid. ${words}`)
  }
}

const name = (max: number): Rule =>
  worded(max, /^[\w+=,.@-]+$/, 'It must contain only alphanumeric characters and/or the following: +=,.@_-')

const pathWords = 'It must begin and end with / and contain only alphanumeric characters and/or / characters.'
const path = worded(512, /^(?:\/|\/[!-~]+\/)$/, pathWords)
const policyPath = worded(512, /^(?:\/[A-Za-z0-9.,+@=_-]+)*\/$/, pathWords)
const pathPrefix = worded(512, /^\/[!-\x7f]*$/, 'It must begin with / and contain only alphanumeric characters and/or / characters.')

function integer(min: number, max: number): Rule {
  return (value) => {
    if (typeof value !== 'number') return []
    if (value > max) return [`Member must have value less than or equal to ${max}`]
    return value < min ? [`Member must have value greater than or equal to ${min}`] : []
  }
}

const oneOf =
  (...values: readonly string[]): Rule =>
  (value) =>
    typeof value === 'string' && !values.includes(value) ? ['Member must satisfy enum value set'] : []

/** AWS tells all constraints of the items when one breaks any. */
function listOf(item: Rule, min: number, max: number): Rule {
  return (value, at) => {
    if (!Array.isArray(value) || !value.some((each) => item(each, at).length > 0)) return []
    return [`Member must satisfy constraint: [${atMost(max)}, ${atLeast(min)}]`]
  }
}

function enumList(...values: readonly string[]): Rule {
  const rule = oneOf(...values)
  return (value, at) =>
    Array.isArray(value) && value.some((each) => rule(each, at).length > 0) ? ['Member must satisfy enum value set'] : []
}

const tagKey = text(1, 128, /^(?:[\p{L}\p{Z}\p{N}_.:/=+\-@]+)$/u)
const tagValue = text(0, 256, /^(?:[\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/u)

const tags: Rule = (value) => {
  if (!Array.isArray(value)) return []
  if (value.length > 50) return [atMost(50)]
  return value.flatMap((tag: { readonly Key?: unknown; readonly Value?: unknown }, i) => [
    ...tagKey(tag.Key, '').map((fault) => `Value at 'tags.${i + 1}.member.key' failed to satisfy constraint: ${fault}`),
    ...tagValue(tag.Value, '').map((fault) => `Value at 'tags.${i + 1}.member.value' failed to satisfy constraint: ${fault}`),
  ])
}

const tagKeys: Rule = (value) => {
  if (!Array.isArray(value)) return []
  if (value.length > 50) return [atMost(50)]
  return value.flatMap((key, i) =>
    tagKey(key, '').map((fault) => `Value at 'tagKeys.${i + 1}.member' failed to satisfy constraint: ${fault}`),
  )
}

const atMost = (max: number): string => `Member must have length less than or equal to ${max}`
const atLeast = (min: number): string => `Member must have length greater than or equal to ${min}`

const arn = text(20, 2048)

/** By member. Policy documents are missing: `parsePolicy` judges them. */
const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['AccessKeyId', text(16, 128, /^(?:[\w]+)$/)],
  [
    'AccountAlias',
    worded(
      63,
      /^[a-z0-9](?:[a-z0-9]|-(?!-)){1,61}[a-z0-9]$/,
      'It must contain only digits, lowercase letters, and hyphens (-), but cannot begin or end with a hyphen.',
    ),
  ],
  ['ActionNames', listOf(text(3, 128), 3, 128)],
  ['Arn', arn],
  ['AssignmentStatus', oneOf('Assigned', 'Unassigned', 'Any')],
  ['AuthenticationCode1', text(6, 6, /^(?:[\d]+)$/)],
  ['AuthenticationCode2', text(6, 6, /^(?:[\d]+)$/)],
  ['AWSServiceName', name(128)],
  ['ClientID', text(1, 255)],
  ['ClientIDList', listOf(text(1, 255), 1, 255)],
  ['CustomSuffix', name(64)],
  ['DeletionTaskId', text(1, 1000)],
  ['Description', text(0, 1000, /^(?:[\t\n\r -~\u00A1-\u00FF]*)$/, String.raw`[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*`)],
  ['EntityFilter', oneOf('User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy')],
  ['Filter', enumList('User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy')],
  ['Granularity', oneOf('SERVICE_LEVEL', 'ACTION_LEVEL')],
  ['GroupName', name(128)],
  ['InstanceProfileName', name(128)],
  ['JobId', text(36, 36)],
  ['Marker', text(1, 320, /^(?:[\u0020-\u00FF]+)$/)],
  ['MaxItems', integer(1, 1000)],
  ['MaxPasswordAge', integer(1, 1095)],
  ['MaxSessionDuration', integer(3600, 43200)],
  ['MinimumPasswordLength', integer(6, 128)],
  ['NewGroupName', name(128)],
  ['NewPath', path],
  ['NewUserName', name(64)],
  ['OpenIDConnectProviderArn', arn],
  ['PasswordReusePrevention', integer(1, 24)],
  ['Path', path],
  ['PathPrefix', pathPrefix],
  ['PermissionsBoundary', arn],
  ['PolicyArn', arn],
  ['PolicyName', name(128)],
  ['PolicySourceArn', arn],
  ['PolicyUsageFilter', oneOf('PermissionsPolicy', 'PermissionsBoundary')],
  ['ResourceArns', listOf(text(1, 2048), 1, 2048)],
  ['ResourceHandlingOption', text(1, 64)],
  ['RoleName', name(64)],
  ['Scope', oneOf('All', 'AWS', 'Local')],
  ['SerialNumber', text(9, 256, /^(?:[\w+=/:,.@-]+)$/)],
  ['ServiceNamespaces', listOf(text(1, 64, /^(?:[\w-]*)$/), 1, 64)],
  ['Status', oneOf('Active', 'Inactive', 'Expired')],
  ['TagKeys', tagKeys],
  ['Tags', tags],
  ['ThumbprintList', listOf(text(40, 40), 40, 40)],
  ['Url', text(1, 255)],
  ['UserName', name(128)],
  ['VersionId', text(1, 128, /^(?:v[1-9][0-9]*(\.[A-Za-z0-9-]*)?)$/)],
  ['VirtualMFADeviceName', name(226)],
])

const exceptions: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['CreateUser.UserName', name(64)],
  ['UpdateAccessKey.Status', oneOf('Active', 'Inactive')],
  ['CreatePolicy.Path', policyPath],
  ['CreatePolicy.Description', text(0, 1000)],
  ['ListPolicies.PathPrefix', policyPath],
  ['ListEntitiesForPolicy.PathPrefix', path],
])
