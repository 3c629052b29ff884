/**
 * Principals: which kinds of policy have them, and how they are written. Whether they exist is for the service to say.
 * No wildcard stands inside a principal; `*` alone is everyone.
 */
import type { Findings } from './faults.ts'
import { kindRules } from './kinds.ts'
import type { PrincipalEntryOutline } from './outline-principal.ts'
import type { Outline, StatementOutline } from './outline.ts'
import type { PolicyKind, PrincipalEntry } from './policy-document.ts'

export function checkPrincipals({ statements }: Outline, kind: PolicyKind, service: string | undefined, findings: Findings): void {
  const isForbidden = kindRules[kind].principal === 'forbidden'
  for (const statement of statements) {
    const { principal, effect } = statement
    if (principal === undefined) continue
    if (isForbidden) {
      findings.add('principal-forbidden', principal.start, 'this kind of policy applies to what it is attached to: remove the element')
      continue
    }
    if (principal.not && effect === 'Allow' && (kind === 'trust' || (service ?? serviceOf(statement)) === 's3'))
      findings.add('not-principal-allow', principal.start, 'Allow with NotPrincipal would allow everyone else: use Principal')
    if (principal.not && kind === 'trust')
      findings.add('not-principal-forbidden', principal.start, 'name who may assume the role with Principal')
    for (const entry of principal.entries) checkEntry(entry, kind, findings)
  }
}

/** The service that all actions of a statement belong to. */
function serviceOf({ action }: StatementOutline): string | undefined {
  const services = new Set(action?.values?.map(({ value }) => value.slice(0, Math.max(0, value.indexOf(':'))).toLowerCase()))
  return services.size === 1 ? [...services][0] : undefined
}

function checkEntry({ type, value, start }: PrincipalEntryOutline, kind: PolicyKind, findings: Findings): void {
  if (isPrincipal[type](value) && !(type === 'CanonicalUser' && kind === 'trust')) return
  const label = type === 'Service' || type === 'Federated' ? type.toUpperCase() : type
  findings.add('principal-invalid', start, hints[type], `"${label}":${JSON.stringify(value)}`)
}

const isPrincipal: Readonly<Record<PrincipalEntry['type'], (value: string) => boolean>> = {
  AWS: (value) => value === '*' || /^\d{12}$/.test(value) || /^A(IDA|ROA)[A-Z0-9]{12,}$/.test(value) || isPrincipalArn(value),
  Service: (value) =>
    /^[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|amazon\.com|aws\.internal|c2s\.ic\.gov|sc2s\.sgov\.gov)$/i.test(
      value,
    ),
  Federated: (value) => /^arn:aws[a-z-]*:iam::\d{12}:(saml-provider|oidc-provider)\/[^*?]+$/.test(value) || federatedHost.test(value),
  CanonicalUser: (value) => /^[0-9a-f]{32,128}$/i.test(value),
}

function isPrincipalArn(arn: string): boolean {
  const [prefix, partition = '', service, region, account = '', ...rest] = arn.split(':', 7)
  const path = rest.join(':')
  if (prefix !== 'arn' || !/^aws[a-z-]*$/.test(partition) || region !== '' || /[*?]|\$\{/.test(path)) return false
  // The origin access identities of CloudFront are users of an account of that name.
  if (!/^\d{12}$/.test(account) && !(account === 'cloudfront' && path.startsWith('user/'))) return false
  return service === 'iam'
    ? /^(root$|user\/.|role\/.)/.test(path)
    : service === 'sts' && /^(assumed-role\/[^/]+\/.|federated-user\/.)/.test(path)
}

const federatedHost = /^(www\.amazon\.com|graph\.facebook\.com|accounts\.google\.com|cognito-identity[a-z0-9.-]*\.amazonaws\.com(\.cn)?)$/

const hints: Readonly<Record<PrincipalEntry['type'], string>> = {
  AWS: 'an account of 12 digits, "*", or the ARN of a user, role, session or account root; no wildcards inside, no groups',
  Service: 'the name of an AWS service, such as `ecs-tasks.amazonaws.com`',
  Federated: 'the ARN of an OIDC or SAML provider, or the host of a web identity provider',
  CanonicalUser: 'the canonical user id of an account, which S3 shows; role trust policies take none',
}
