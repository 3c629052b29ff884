/**
 * Resource patterns: `*`, or an ARN whose partition and service are plain. Accounts, regions and unknown services are not looked at;
 * AWS looks at them for IAM and S3 only. An ARN may be cut short: `arn:aws:ecs:*` is every ARN of ECS.
 */
import { colonAt } from '../match/arn.ts'
import type { Findings } from './faults.ts'
import type { JsonScalar } from './json.ts'
import { kindRules } from './kinds.ts'
import type { ListOutline, Outline } from './outline.ts'
import type { PolicyKind } from './policy-document.ts'

export function checkResources({ statements }: Outline, kind: PolicyKind, service: string | undefined, findings: Findings): void {
  const rule = kindRules[kind].resource
  if (rule === 'forbidden') return
  const isRequired = rule === 'on-saving' || (rule === 'optional' && service !== undefined && wantsResource.has(service))
  // The older parser, whose answer would come earlier, stops at the first resource that the newer one refuses.
  let isRefused = false
  for (const { start, resource } of statements) {
    if (resource === undefined) {
      if (isRequired) findings.add('resource-missing', start, 'add a Resource element: the ARN of what the policy is attached to')
      continue
    }
    const before = findings.list.length
    for (const value of resource.values ?? []) if (value.value !== '*') checkFormat(value, findings)
    isRefused ||= findings.list.length > before
    if (!isRefused) checkOldFormats(resource, service, findings)
  }
}

function checkOldFormats({ values }: ListOutline, service: string | undefined, findings: Findings): void {
  for (const { value, start } of values ?? []) {
    if (value !== '*' && failsLegacyParsing(value))
      findings.add('resource-legacy', start, 'an ARN is arn:partition:service:region:account:resource; some of its colons are missing')
    else if (service === 's3' && !/^arn:[^:]*:s3[^:]*:/.test(value))
      findings.add('resource-foreign', start, 'a bucket policy names the ARN of its own bucket or of objects in it')
  }
}

/** IAM's older parser wants a service, and all colons as soon as two of them meet. */
function failsLegacyParsing(arn: string): boolean {
  const second = colonAt(arn, 2)
  if (second < 0) return false
  return second === arn.length - 1 || arn.startsWith(':', second + 1) || (arn.includes('::', second) && colonAt(arn, 5) < 0)
}

function checkFormat({ value: arn, start }: JsonScalar, findings: Findings): void {
  const [prefix = '', partition, vendor, region] = arn.split(':', 4)
  if (partition === undefined) return findings.add('resource-not-arn', start, 'write an ARN, or "*" for every resource', arn)
  if (!partitions.test(partition))
    return findings.add('resource-partition', start, 'partitions are aws, aws-cn, aws-us-gov and so on', sixParts(arn))
  if (prefix !== 'arn' && prefix !== '*') return findings.add('resource-not-arn', start, 'an ARN begins with `arn:`', arn)
  if (vendor === undefined || /[*?$]/.test(vendor))
    return findings.add('resource-vendor', start, 'name the service in full, or write "*" for every resource')
  if (vendor !== 'iam' && vendor !== 's3') return
  const path = pathOf(arn)
  const hasRegion = region !== undefined && region !== '' && region !== '*'
  if (vendor === 'iam') {
    if (hasRegion) findings.add('resource-region-iam', start, 'IAM is global: leave the region empty, arn:aws:iam::account:...', arn)
    else if (path !== undefined && !isIamPath(path))
      findings.add('resource-path-iam', start, 'name the type of the IAM resource: arn:aws:iam::account:role/name', iamPaths.join(', '))
  }
  if (vendor === 's3' && hasRegion && !regionalS3.test(path ?? ''))
    findings.add('resource-region-s3', start, 'bucket names are global: leave region and account empty, arn:aws:s3:::bucket', arn)
}

/** What follows the fifth colon; absent in an ARN that a `*` cuts short. */
function pathOf(arn: string): string | undefined {
  const fifth = colonAt(arn, 5)
  if (fifth < 0) return arn.endsWith('*') ? undefined : ''
  return arn.slice(fifth + 1)
}

const isIamPath = (path: string): boolean =>
  path === '*' ||
  path === 'root' ||
  iamPaths.some((prefix) => path.startsWith(prefix)) ||
  newerIamPaths.some((prefix) => path.startsWith(prefix))

/** AWS repeats the text as an ARN of six parts, with `*` for what is missing. */
function sixParts(text: string): string {
  const [, partition = '', ...rest] = text.split(':')
  const [vendor = '', region = '*', account = '*', ...path] = rest
  const hasVendor = vendor !== '' || rest.length > 1
  return ['arn', partition, hasVendor ? vendor : '*', region, account, path.length > 0 ? path.join(':') : '*'].join(':')
}

const partitions = /^(aws(-[a-z]+)*|aws[a-z-]*[*?][a-z-*?]*|\*)$/

const iamPaths = [
  'user/',
  'federated-user/',
  'role/',
  'group/',
  'instance-profile/',
  'mfa/',
  'server-certificate/',
  'policy/',
  'sms-mfa/',
  'saml-provider/',
  'oidc-provider/',
  'report/',
  'access-report/',
]

/** Types that AWS's text does not list. */
const newerIamPaths = ['assumed-role/', 'delegation-request/']

/** Services whose resource-based policies name the resource they are attached to. */
const wantsResource: ReadonlySet<string> = new Set(['s3', 'kms', 'secretsmanager'])

/** S3 resources that do belong to a region. */
const regionalS3 = /^(accesspoint|job|storage-lens|storage-lens-group|async-request|access-grants)(\/|$)|^\*/
