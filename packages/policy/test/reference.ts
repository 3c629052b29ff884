/**
 * A second opinion on every decision: AWS IAM evaluation written from the documentation alone, with no thought for speed.
 * It shares no code with the engine in `src`; `laws.test.ts` asks both and they have to agree.
 *
 * Read it from the top: who is calling, which policies apply to such a caller, what the layers say, and below that how one
 * statement matches. Comments name the page of the documentation that says so (UG is the IAM User Guide, STS its API
 * reference, ORG the Organizations User Guide). Where AWS leaves a question open, the comment says "open point"; these are
 * the points of `docs/fidelity.md`.
 */

export type Outcome = 'allow' | 'implicitDeny' | 'explicitDeny'

/** One request and the policies it meets, in the plain JSON of `vectors/policy/evaluation*.jsonl`. */
export interface EvaluationCase {
  readonly request: CaseRequest
  readonly policies: CasePolicies
}

export interface CaseRequest {
  /** ARN of the caller, name of a service, ARN or host of an identity provider. */
  readonly principal: string
  readonly principalType: PrincipalType
  /** Role of a session, with the role's path; without it the role has no path. */
  readonly principalRoleArn?: string
  /** User of a federated session; without it the user of the same name. */
  readonly principalUserArn?: string
  /** Unique id (`AIDA…`, `AROA…`) of the user or role, under which saved policies keep it. */
  readonly principalId?: string
  /** Credentials of GetSessionToken. */
  readonly principalTemporary?: 'with-mfa' | 'without-mfa'
  readonly action: string
  readonly resource: string
  readonly resourceAccount?: string
  readonly context: ContextJson
}

export const principalKinds = ['user', 'role-session', 'federated-user', 'root', 'service', 'federated', 'anonymous'] as const
export type PrincipalType = (typeof principalKinds)[number]

/** A string is a single-valued key, a list a multivalued one. */
export type ContextJson = Readonly<Record<string, string | readonly string[]>>

export interface CasePolicies {
  readonly identity: readonly PolicyJson[]
  readonly resource: PolicyJson | null
  readonly boundary: PolicyJson | null
  readonly session: readonly PolicyJson[]
  /** Levels from the organization's root to the account, each with the policies attached there. */
  readonly scp: readonly (readonly PolicyJson[])[]
  readonly rcp: readonly (readonly PolicyJson[])[]
  /** Policy of the VPC endpoint the request came through. */
  readonly vpce?: readonly PolicyJson[]
}

export interface PolicyJson {
  readonly Version?: string
  readonly Id?: string
  readonly Statement: StatementJson | readonly StatementJson[]
}

export interface StatementJson {
  readonly Sid?: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: PrincipalJson
  readonly NotPrincipal?: PrincipalJson
  readonly Action?: OneOrMany<string>
  readonly NotAction?: OneOrMany<string>
  readonly Resource?: OneOrMany<string>
  readonly NotResource?: OneOrMany<string>
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMany<Scalar>>>>>
}

export type PrincipalJson = '*' | Readonly<Partial<Record<'AWS' | 'Service' | 'Federated' | 'CanonicalUser', OneOrMany<string>>>>
export type Scalar = string | number | boolean
export type OneOrMany<T> = T | readonly T[]

/** UG "Policy evaluation logic": the order of the checks. */
export function referenceDecision(evaluationCase: EvaluationCase): Outcome {
  const question = questionOf(evaluationCase)
  // STS GetCallerIdentity: "No permissions are required", and an explicit deny has no effect.
  if (question.action === 'sts:getcalleridentity' && question.caller.kind !== 'anonymous') return 'allow'
  if (isForbiddenToSessionType(question)) return 'implicitDeny'

  const layers = applicableLayers(question, evaluationCase.policies)
  if (isExplicitlyDenied(layers, question)) return 'explicitDeny'
  if (needsNoPermission(question)) return 'allow'
  if (!isWithinGuardrails(layers, question)) return 'implicitDeny'
  return isGranted(layers, question) ? 'allow' : 'implicitDeny'
}

// --- The question -----------------------------------------------------------------------------------------------------

interface Question {
  readonly caller: Caller
  /** In lower case: actions are case-insensitive. */
  readonly action: string
  readonly resource: string
  readonly isSameAccount: boolean
  readonly context: Context
  readonly hasBoundary: boolean
}

interface Caller {
  readonly kind: PrincipalType
  readonly temporary: 'with-mfa' | 'without-mfa' | undefined
  readonly roleArn: string | undefined
  /** Undefined for services, federated and anonymous callers. */
  readonly account: string | undefined
  readonly forms: readonly Form[]
}

/** One of the ways in which a resource policy can name a caller, and what naming it so grants. */
interface Form {
  readonly type: 'AWS' | 'Service' | 'Federated'
  readonly names: readonly (string | undefined)[]
  readonly grant: GrantKind
}

/** `direct`: the caller itself or everyone; otherwise what the caller is a session or a member of. */
type GrantKind = 'direct' | 'role' | 'user' | 'account'

function questionOf({ request, policies }: EvaluationCase): Question {
  const caller = callerOf(request)
  const owner = request.resourceAccount || accountOf(request.resource) || caller.account
  return {
    caller,
    action: request.action.toLowerCase(),
    resource: request.resource,
    isSameAccount: caller.account !== undefined && caller.account === owner,
    context: contextOf(request.context),
    hasBoundary: policies.boundary !== null,
  }
}

function callerOf(request: CaseRequest): Caller {
  const { principal, principalType: kind, principalRoleArn, principalTemporary: temporary } = request
  const hasAccount = kind === 'user' || kind === 'role-session' || kind === 'federated-user' || kind === 'root'
  const account = hasAccount ? accountOf(principal) : undefined
  const roleArn = kind === 'role-session' ? (principalRoleArn ?? roleOfSession(principal)) : undefined
  return { kind, temporary, roleArn, account, forms: formsOf(request, roleArn) }
}

/** UG "JSON policy elements: Principal". Saved policies name users and roles by their unique ids. */
function formsOf(request: CaseRequest, roleArn: string | undefined): readonly Form[] {
  const { principal, principalType, principalId } = request
  const [, partition, , , id = ''] = principal.split(':')
  const aws = (grant: GrantKind, ...names: readonly (string | undefined)[]): Form => ({ type: 'AWS', names, grant })
  const accountNames = [`arn:${partition}:iam::${id}:root`, id]
  switch (principalType) {
    case 'user':
      return [aws('direct', principal, principalId), aws('account', ...accountNames)]
    case 'role-session':
      return [aws('direct', principal), aws('role', roleArn, principalId), aws('account', ...accountNames)]
    case 'federated-user': {
      const userArn = request.principalUserArn ?? userOfFederatedSession(principal)
      return [aws('direct', principal), aws('user', userArn, principalId), aws('account', ...accountNames)]
    }
    case 'root':
      return [aws('direct', ...accountNames)]
    case 'service':
      return [{ type: 'Service', names: [principal], grant: 'direct' }]
    case 'federated':
      return [{ type: 'Federated', names: [principal], grant: 'direct' }]
    case 'anonymous':
      return []
  }
}

function accountOf(arn: string): string | undefined {
  const segments = arn.split(':')
  return segments[0] === 'arn' && segments.length >= 6 ? segments[4] : undefined
}

/** `arn:aws:sts::ACCT:assumed-role/Name/session` is a session of `arn:aws:iam::ACCT:role/Name`, if that has no path. */
function roleOfSession(sessionArn: string): string {
  return sessionArn.replace(':sts:', ':iam:').replace(/:assumed-role\/([^/]*)\/.*$/s, ':role/$1')
}

function userOfFederatedSession(sessionArn: string): string {
  return sessionArn.replace(':sts:', ':iam:').replace(':federated-user/', ':user/')
}

/** STS "Comparing the AWS STS API operations": what a kind of credentials can never call, whatever policies say. */
function isForbiddenToSessionType({ caller, action }: Question): boolean {
  // PassRole is no operation of IAM's API.
  const isIam = action.startsWith('iam:') && action !== 'iam:passrole'
  const isSts = action.startsWith('sts:')
  switch (caller.kind) {
    case 'root':
      return action === 'sts:assumerole'
    case 'role-session':
      return action === 'sts:getfederationtoken' || action === 'sts:getsessiontoken'
    case 'federated-user':
      return isIam || isSts
    case 'user':
      if (caller.temporary === undefined) return false
      // AssumeRole with tags, a source identity or contexts is authorised as several actions.
      return (
        (isIam && caller.temporary === 'without-mfa') ||
        (isSts && !/^sts:(assumerole|tagsession|setsourceidentity|setcontext)$/.test(action))
      )
    default:
      return false
  }
}

/** STS GetSessionToken: "No permissions are required for users to perform this operation." */
function needsNoPermission({ caller, action }: Question): boolean {
  return action === 'sts:getsessiontoken' && (caller.kind === 'user' || caller.kind === 'root')
}

// --- The layers -------------------------------------------------------------------------------------------------------

/** The policies that count for this caller and this action; those that do not are left out wholly. */
interface Layers {
  readonly identity: readonly PolicyJson[]
  readonly boundary: readonly PolicyJson[]
  readonly session: readonly PolicyJson[]
  readonly resource: readonly PolicyJson[]
  readonly endpoint: readonly PolicyJson[]
  readonly rcp: readonly PolicyJson[]
  readonly scpLevels: readonly (readonly PolicyJson[])[]
}

function applicableLayers(question: Question, policies: CasePolicies): Layers {
  const { kind } = question.caller
  // UG "Permissions boundaries" and "Session policies": an identity has them; root, services and strangers do not.
  const hasIdentity = kind === 'user' || kind === 'role-session' || kind === 'federated-user'
  const isSession = kind === 'role-session' || kind === 'federated-user'
  // ORG "SCPs": they affect users, roles and root of member accounts, not service-linked roles.
  const hasScps = (hasIdentity || kind === 'root') && !isServiceLinkedRole(question.caller)
  return {
    identity: hasIdentity ? policies.identity : [],
    boundary: hasIdentity && policies.boundary !== null ? [policies.boundary] : [],
    session: isSession ? policies.session : [],
    resource: policies.resource === null ? [] : [policies.resource],
    endpoint: policies.vpce ?? [],
    rcp: isSubjectToRcps(question) ? policies.rcp.flat() : [],
    scpLevels: hasScps ? policies.scp : [],
  }
}

/** ORG "RCPs": the services that support them, and what is exempt. */
function isSubjectToRcps({ caller, action }: Question): boolean {
  return rcpServices.has(serviceOf(action)) && action !== 'kms:retiregrant' && !isServiceLinkedRole(caller)
}

function isServiceLinkedRole({ roleArn }: Caller): boolean {
  return roleArn !== undefined && /^arn:[^:]*:iam::[^:]*:role\/aws-service-role\//.test(roleArn)
}

/** UG "Policy evaluation logic": an explicit deny in any of these policies overrides every allow. */
function isExplicitlyDenied(layers: Layers, question: Question): boolean {
  const { identity, boundary, session, resource, endpoint, rcp, scpLevels } = layers
  const all = [...identity, ...boundary, ...session, ...resource, ...endpoint, ...rcp, ...scpLevels.flat()]
  return hasMatch('Deny', all, question)
}

/** ORG "SCP evaluation": an Allow at every level; VPC "Endpoint policies". RCPs always include RCPFullAWSAccess, so only deny. */
function isWithinGuardrails({ scpLevels, endpoint }: Layers, question: Question): boolean {
  return scpLevels.every((level) => hasMatch('Allow', level, question)) && (endpoint.length === 0 || hasMatch('Allow', endpoint, question))
}

function isGranted(layers: Layers, question: Question): boolean {
  const grants = grantKindsOf(layers.resource, question)
  if (question.caller.account === undefined) return grants.has('direct')
  return question.isSameAccount ? isGrantedInAccount(layers, grants, question) : isGrantedAcrossAccounts(layers, grants, question)
}

/**
 * UG "How AWS enforcement code logic evaluates requests to allow or deny access": inside an account either side may grant.
 * A grant to the very user or session, or to everyone, is not limited by boundary and session policies; one to its role or
 * user is. A grant to the account only lets identity-based policies grant (open point).
 */
function isGrantedInAccount(layers: Layers, grants: ReadonlySet<GrantKind>, question: Question): boolean {
  if (grants.has('direct')) return true
  const isStrict = isStrictResource(question)
  // UG "AWS account root user": full access, but key and trust policies have to name it.
  if (question.caller.kind === 'root') return !isStrict
  const identityGrants = hasMatch('Allow', layers.identity, question) && (!isStrict || grants.has('account'))
  return (grants.has('role') || grants.has('user') || identityGrants) && isWithinOwnLimits(layers, question)
}

/** UG "Cross-account policy evaluation logic": the caller's account and the resource's account must both allow. */
function isGrantedAcrossAccounts(layers: Layers, grants: ReadonlySet<GrantKind>, question: Question): boolean {
  const isRoot = question.caller.kind === 'root'
  const callerSide = isRoot || (hasMatch('Allow', layers.identity, question) && isWithinOwnLimits(layers, question))
  return callerSide && grants.size > 0
}

/** UG "Permissions boundaries" and "Session policies": the effective permissions are the intersection. */
function isWithinOwnLimits({ boundary, session }: Layers, question: Question): boolean {
  const boundaryAllows = boundary.length === 0 || hasMatch('Allow', boundary, question)
  // STS GetFederationToken: without a session policy the session has no permissions.
  const isUnrestricted = session.length === 0 && question.caller.kind !== 'federated-user'
  return boundaryAllows && (isUnrestricted || hasMatch('Allow', session, question))
}

/** STS AssumeRole and KMS "Key policies": access only if the trust policy or key policy says so. */
function isStrictResource({ action, resource }: Question): boolean {
  if (serviceOf(action) === 'sts') return /^arn:.*:iam::.*:role\//s.test(resource)
  if (serviceOf(action) === 'kms') return /^arn:.*:kms:.*:.*:key\//s.test(resource)
  return false
}

function serviceOf(action: string): string {
  return action.split(':')[0] ?? ''
}

// --- One statement ----------------------------------------------------------------------------------------------------

function hasMatch(effect: 'Allow' | 'Deny', policies: readonly PolicyJson[], question: Question): boolean {
  return matchesOf(effect, policies, question).length > 0
}

/** Every kind of grant that the resource policy gives to this caller for this request. */
function grantKindsOf(policies: readonly PolicyJson[], question: Question): ReadonlySet<GrantKind> {
  return new Set(matchesOf('Allow', policies, question).flatMap((statement) => principalMatch(statement, question)))
}

function matchesOf(effect: 'Allow' | 'Deny', policies: readonly PolicyJson[], question: Question): readonly StatementJson[] {
  return policies.flatMap((policy) => {
    const variables = policy.Version === '2012-10-17' ? question.context : undefined
    return many(policy.Statement).filter((statement) => statement.Effect === effect && statementMatches(statement, question, variables))
  })
}

/** UG "JSON policy element reference": a statement applies when all of its elements match. */
function statementMatches(statement: StatementJson, question: Question, variables: Variables): boolean {
  return (
    actionMatches(statement, question) &&
    resourceMatches(statement, question, variables) &&
    (!hasPrincipalElement(statement) || principalMatch(statement, question).length > 0) &&
    conditionsHold(statement, question, variables)
  )
}

/** UG "JSON policy elements: Action", "NotAction": case-insensitive, `*` and `?`. */
function actionMatches({ Action, NotAction }: StatementJson, { action }: Question): boolean {
  const isListed = many(Action ?? NotAction).some((pattern) => globMatches(rawCharacters(pattern.toLowerCase()), action))
  return NotAction === undefined ? isListed : !isListed
}

/** UG "JSON policy elements: Resource", "NotResource". A resource policy may leave it out and mean its own resource. */
function resourceMatches({ Resource, NotResource }: StatementJson, { resource }: Question, variables: Variables): boolean {
  if (Resource === undefined && NotResource === undefined) return true
  const isListed = many(Resource ?? NotResource).some((pattern) => resourcePatternMatches(pattern, resource, variables))
  return NotResource === undefined ? isListed : !isListed
}

/**
 * UG "Resource": before the fifth colon a wildcard stays inside its segment, unless it is a `*` that ends the segment; that may
 * run past colons. UG "Variables": only after the fifth colon; a variable without a value makes the pattern match no resource.
 */
function resourcePatternMatches(pattern: string, resource: string, variables: Variables): boolean {
  const segments = pattern.split(':')
  const head = segments.slice(0, 5).map(headSegmentRegex).join(':')
  if (segments.length <= 5) return wholeRegex(head).test(resource)
  const tail = substitute(segments.slice(5).join(':'), variables)
  return tail !== undefined && wholeRegex(`${head}:${globRegex(tail)}`).test(resource)
}

function headSegmentRegex(segment: string): string {
  return segment
    .split('')
    .map((char, index) => {
      if (char === '*') return index === segment.length - 1 ? '.*' : '[^:]*'
      return char === '?' ? '[^:]' : escapeRegex(char)
    })
    .join('')
}

// --- Principal --------------------------------------------------------------------------------------------------------

function hasPrincipalElement({ Principal, NotPrincipal }: StatementJson): boolean {
  return Principal !== undefined || NotPrincipal !== undefined
}

/** The kinds of grant by which the element names the caller; empty when it does not. For a Deny any kind counts. */
function principalMatch({ Effect, Principal, NotPrincipal }: StatementJson, { caller, hasBoundary }: Question): readonly GrantKind[] {
  if (Principal !== undefined) {
    if (namesEveryone(Principal)) return ['direct']
    return caller.forms.filter((form) => isListed(form, Principal)).map((form) => form.grant)
  }
  if (NotPrincipal === undefined) return []
  if (Effect === 'Allow') {
    const isExcluded = namesEveryone(NotPrincipal) || caller.forms.some((form) => isListed(form, NotPrincipal))
    return isExcluded ? [] : ['direct']
  }
  // UG "NotPrincipal": "will always deny any IAM principal that has a permissions boundary policy attached".
  if (hasBoundary && (caller.kind === 'user' || caller.kind === 'role-session')) return ['direct']
  // UG "NotPrincipal": list the session, the role and the account (open point: what a partial list does).
  const areAllListed = caller.forms.length > 0 && caller.forms.every((form) => isListed(form, NotPrincipal))
  return namesEveryone(NotPrincipal) || areAllListed ? [] : ['direct']
}

/** UG "Principal": `"*"` and `{"AWS": "*"}` are equivalent. */
function namesEveryone(element: PrincipalJson): boolean {
  return element === '*' || many(element.AWS).includes('*')
}

/** UG "Principal": names match exactly, "you cannot use a wildcard to match part of a principal name or ARN". */
function isListed(form: Form, element: PrincipalJson): boolean {
  return element !== '*' && many(element[form.type]).some((name) => form.names.includes(name))
}

// --- Conditions -------------------------------------------------------------------------------------------------------

/** Keys in lower case. A string is a single value, a list is a multivalued key; an empty list is an absent key (open point). */
type Context = ReadonlyMap<string, string | readonly string[]>

/** The context as far as the policy's language has variables: undefined for `2008-10-17`. */
type Variables = Context | undefined

function contextOf(json: ContextJson): Context {
  const context = new Map<string, string | readonly string[]>()
  for (const [name, value] of Object.entries(json)) {
    const earlier = context.get(name.toLowerCase())
    if (value.length > 0 || typeof value === 'string')
      context.set(name.toLowerCase(), earlier === undefined ? value : [earlier, value].flat())
  }
  return context
}

/** UG "Condition": operators and keys are ANDed. */
function conditionsHold({ Condition = {} }: StatementJson, { context }: Question, variables: Variables): boolean {
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) =>
      conditionHolds(operator, many(values).map(String), context.get(key.toLowerCase()), variables),
    ),
  )
}

function conditionHolds(
  name: string,
  wanted: readonly string[],
  actual: string | readonly string[] | undefined,
  variables: Variables,
): boolean {
  const [, set, base = '', ifExists] = /^(forallvalues:|foranyvalue:)?(.*?)(ifexists)?$/.exec(name.toLowerCase()) ?? []
  // UG "Condition operators: Null": "true" means the key is absent. It takes neither a set operator nor IfExists.
  if (name.toLowerCase() === 'null') return wanted.some((text) => text.toLowerCase() === String(actual === undefined))

  const operator = operators.get(base)
  if (operator === undefined) throw new Error(`unknown condition operator \`${name}\``)
  const { matches, isNegated } = operator
  // UG "Condition operators" and "Set operators": absent keys.
  if (actual === undefined) return ifExists !== undefined || set === 'forallvalues:' || (isNegated && set === undefined)
  // UG "Condition": the values are ORed, those of a negated operator NORed.
  const holdsFor = (value: string) => wanted.some((text) => matches(text, value, variables)) !== isNegated
  // Without a set operator on a multivalued key (open point): some value matches, or for a negated operator none does.
  return set === 'forallvalues:' || (isNegated && set === undefined) ? many(actual).every(holdsFor) : many(actual).some(holdsFor)
}

type Matcher = (wanted: string, actual: string, variables: Variables) => boolean

/** UG "Condition operators". A text that cannot be read as the operator's type matches nothing (open point under negation). */
const operators = new Map<string, { readonly matches: Matcher; readonly isNegated: boolean }>([
  ['stringequals', { matches: stringEquals, isNegated: false }],
  ['stringnotequals', { matches: stringEquals, isNegated: true }],
  ['stringequalsignorecase', { matches: stringEqualsIgnoreCase, isNegated: false }],
  ['stringnotequalsignorecase', { matches: stringEqualsIgnoreCase, isNegated: true }],
  ['stringlike', { matches: stringLike, isNegated: false }],
  ['stringnotlike', { matches: stringLike, isNegated: true }],
  ['numericequals', { matches: comparing(numberOf, (actual, wanted) => actual === wanted), isNegated: false }],
  ['numericnotequals', { matches: comparing(numberOf, (actual, wanted) => actual === wanted), isNegated: true }],
  ['numericlessthan', { matches: comparing(numberOf, (actual, wanted) => actual < wanted), isNegated: false }],
  ['numericlessthanequals', { matches: comparing(numberOf, (actual, wanted) => actual <= wanted), isNegated: false }],
  ['numericgreaterthan', { matches: comparing(numberOf, (actual, wanted) => actual > wanted), isNegated: false }],
  ['numericgreaterthanequals', { matches: comparing(numberOf, (actual, wanted) => actual >= wanted), isNegated: false }],
  ['dateequals', { matches: comparing(epochSecondsOf, (actual, wanted) => actual === wanted), isNegated: false }],
  ['datenotequals', { matches: comparing(epochSecondsOf, (actual, wanted) => actual === wanted), isNegated: true }],
  ['datelessthan', { matches: comparing(epochSecondsOf, (actual, wanted) => actual < wanted), isNegated: false }],
  ['datelessthanequals', { matches: comparing(epochSecondsOf, (actual, wanted) => actual <= wanted), isNegated: false }],
  ['dategreaterthan', { matches: comparing(epochSecondsOf, (actual, wanted) => actual > wanted), isNegated: false }],
  ['dategreaterthanequals', { matches: comparing(epochSecondsOf, (actual, wanted) => actual >= wanted), isNegated: false }],
  ['bool', { matches: boolEquals, isNegated: false }],
  ['binaryequals', { matches: binaryEquals, isNegated: false }],
  ['ipaddress', { matches: ipInRange, isNegated: false }],
  ['notipaddress', { matches: ipInRange, isNegated: true }],
  ['arnequals', { matches: arnLike, isNegated: false }],
  ['arnlike', { matches: arnLike, isNegated: false }],
  ['arnnotequals', { matches: arnLike, isNegated: true }],
  ['arnnotlike', { matches: arnLike, isNegated: true }],
])

function stringEquals(wanted: string, actual: string, variables: Variables): boolean {
  const expected = substitute(wanted, variables)
  return expected !== undefined && plainText(expected) === actual
}

function stringEqualsIgnoreCase(wanted: string, actual: string, variables: Variables): boolean {
  const expected = substitute(wanted, variables)
  return expected !== undefined && plainText(expected).toLowerCase() === actual.toLowerCase()
}

function stringLike(wanted: string, actual: string, variables: Variables): boolean {
  const pattern = substitute(wanted, variables)
  return pattern !== undefined && globMatches(pattern, actual)
}

/** UG "ARN condition operators": "each of the six colon-delimited components of the ARN is checked separately". */
function arnLike(wanted: string, actual: string, variables: Variables): boolean {
  const pattern = substitute(wanted, variables)
  if (pattern === undefined) return false
  const patternParts = sixParts(pattern, ({ char }) => char === ':')
  const valueParts = sixParts(actual.split(''), (char) => char === ':')
  if (patternParts === undefined || valueParts === undefined) return false
  return patternParts.every((part, index) => globMatches(part, (valueParts[index] ?? []).join('')))
}

/** Splits at the first five colons; undefined when there are fewer. */
function sixParts<T>(items: readonly T[], isColon: (item: T) => boolean): readonly (readonly T[])[] | undefined {
  const parts: T[][] = [[]]
  for (const item of items) {
    if (isColon(item) && parts.length < 6) parts.push([])
    else parts.at(-1)?.push(item)
  }
  return parts.length === 6 ? parts : undefined
}

function boolEquals(wanted: string, actual: string, variables: Variables): boolean {
  const expected = substitute(wanted, variables)
  if (expected === undefined) return false
  const text = plainText(expected).toLowerCase()
  return (text === 'true' || text === 'false') && text === actual.toLowerCase()
}

function binaryEquals(wanted: string, actual: string): boolean {
  const bytes = bytesOf(wanted)
  return bytes !== undefined && bytes === bytesOf(actual)
}

/** The bytes as hexadecimal text. */
function bytesOf(base64: string): string | undefined {
  const isBase64 = base64.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(base64)
  return isBase64 ? Buffer.from(base64, 'base64').toString('hex') : undefined
}

function comparing(read: (text: string) => number | undefined, compare: (actual: number, wanted: number) => boolean): Matcher {
  return (wanted, actual) => {
    const [left, right] = [read(actual), read(wanted)]
    return left !== undefined && right !== undefined && compare(left, right)
  }
}

function numberOf(text: string): number | undefined {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}

/** UG "Date condition operators": W3C's profile of ISO 8601, or epoch seconds. Four digits are a year. */
function epochSecondsOf(text: string): number | undefined {
  const [isDate, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] =
    w3cDate.exec(text) ?? []
  if (isDate === undefined) return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
  const civil = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
  const milliseconds = Date.parse(civil)
  const isReal = !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString() === civil // no 30th of February, no 24:00
  const offset = offsetSecondsOf(zone)
  return isReal && offset !== undefined ? milliseconds / 1000 + Number(`0${fraction}`) - offset : undefined
}

const w3cDate = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:?\d\d))?)?)?$/

function offsetSecondsOf(zone: string): number | undefined {
  if (zone === 'Z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))]
  if (hours > 23 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60)
}

/** UG "IP address condition operators": CIDR blocks; without a prefix the one address. IPv4 and IPv6 never match each other. */
function ipInRange(wanted: string, actual: string): boolean {
  const [, block = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(wanted) ?? []
  const [network, address] = [bitsOf(block), bitsOf(actual)]
  if (network === undefined || address === undefined || network.length !== address.length) return false
  const length = prefix === undefined ? network.length : Number(prefix)
  return length <= network.length && network.slice(0, length) === address.slice(0, length)
}

/** An address as a text of 32 or 128 binary digits. */
function bitsOf(address: string): string | undefined {
  return bitsOfV4(address) ?? bitsOfV6(address)
}

function bitsOfV4(address: string): string | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return undefined
  const bytes = address.split('.')
  const isPlain = bytes.every((byte) => Number(byte) <= 255 && String(Number(byte)) === byte) // no leading zeros: they read as octal elsewhere
  return isPlain ? bytes.map((byte) => binary(Number(byte), 8)).join('') : undefined
}

/** RFC 4291 section 2.2: eight groups; `::` once, for one or more groups of zeros; the last two groups may be an IPv4 address. */
function bitsOfV6(address: string): string | undefined {
  const halves = address.split('::')
  const [left, right] = halves.map((half) => (half === '' ? '' : bitsOfGroups(half)))
  if (left === undefined) return undefined
  if (halves.length === 1) return left.length === 128 ? left : undefined
  if (halves.length > 2 || right === undefined) return undefined
  const zeros = 128 - left.length - right.length
  return zeros >= 16 && !halves[0]?.includes('.') ? left + '0'.repeat(zeros) + right : undefined
}

function bitsOfGroups(text: string): string | undefined {
  const groups = text.split(':').map((group, index, all) => {
    if (/^[0-9a-f]{1,4}$/i.test(group)) return binary(Number.parseInt(group, 16), 16)
    return index === all.length - 1 ? bitsOfV4(group) : undefined
  })
  return groups.includes(undefined) ? undefined : groups.join('')
}

function binary(value: number, digits: number): string {
  return value.toString(2).padStart(digits, '0')
}

// --- Text -------------------------------------------------------------------------------------------------------------

/** A character of a pattern; a literal one came from a variable and is never a wildcard (open point). */
interface Character {
  readonly char: string
  readonly isLiteral: boolean
}

function rawCharacters(text: string): readonly Character[] {
  return text.split('').map((char) => ({ char, isLiteral: false }))
}

function literalCharacters(text: string): readonly Character[] {
  return text.split('').map((char) => ({ char, isLiteral: true }))
}

/** UG "IAM policy elements: Variables and tags". Undefined when a variable has no value, or is not closed. */
function substitute(text: string, variables: Variables): readonly Character[] | undefined {
  if (variables === undefined) return rawCharacters(text)
  const result: Character[] = []
  for (const [piece, variable] of text.matchAll(/\$\{([^}]*)\}|\$\{|./gs)) {
    const value = variable === undefined ? undefined : valueOf(variable, variables)
    if (piece.startsWith('${') && value === undefined) return undefined
    result.push(...(value === undefined ? rawCharacters(piece) : literalCharacters(value)))
  }
  return result
}

/** `key`, `key, 'default'`, or one of the characters that cannot be written otherwise. A multivalued key has no value. */
function valueOf(variable: string, context: Context): string | undefined {
  if (variable === '*' || variable === '?' || variable === '$') return variable
  const [, key, fallback] = /^([^,]*?)(?: *, *'([^']*)')?$/.exec(variable) ?? []
  const value = key === undefined ? undefined : context.get(key.toLowerCase())
  return typeof value === 'string' ? value : fallback
}

function plainText(characters: readonly Character[]): string {
  return characters.map(({ char }) => char).join('')
}

/** UG "Condition operators: StringLike": `*` is any number of characters, `?` exactly one, and the whole text has to match. */
function globMatches(pattern: readonly Character[], text: string): boolean {
  return wholeRegex(globRegex(pattern)).test(text)
}

function globRegex(pattern: readonly Character[]): string {
  return pattern
    .map(({ char, isLiteral }) => {
      if (!isLiteral && char === '*') return '.*'
      return !isLiteral && char === '?' ? '.' : escapeRegex(char)
    })
    .join('')
}

function wholeRegex(source: string): RegExp {
  return new RegExp(`^${source}$`, 's')
}

function escapeRegex(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
}

function many<T extends Scalar | StatementJson>(value: OneOrMany<T> | undefined): readonly T[] {
  if (value === undefined) return []
  return isMany(value) ? value : [value]
}

/** `Array.isArray` that also knows read-only arrays. */
function isMany<T>(value: OneOrMany<T>): value is readonly T[] {
  return Array.isArray(value)
}

/** Organizations UG "List of AWS services that support RCPs", September 2026. */
const rcpServices = new Set([
  'aoss',
  'appconfig',
  'appstream',
  'autoscaling',
  'autoscaling-plans',
  'budgets',
  'clouddirectory',
  'cloudfront',
  'cloudsearch',
  'cloudtrail-data',
  'codeartifact',
  'codebuild',
  'codecommit',
  'codepipeline',
  'cognito-identity',
  'cognito-idp',
  'comprehend',
  'comprehendmedical',
  'compute-optimizer',
  'cost-optimization-hub',
  'dax',
  'dsql',
  'dynamodb',
  'ecr',
  'ecr-public',
  'events',
  'firehose',
  'fis',
  'fms',
  'gamelift',
  'health',
  'inspector-scan',
  'kendra',
  'kinesisvideo',
  'kms',
  'logs',
  'memorydb',
  'networkmonitor',
  'notifications',
  'opensearch',
  'pca-connector-ad',
  'personalize',
  'polly',
  'pricing',
  'resource-groups',
  'rolesanywhere',
  's3',
  'secretsmanager',
  'servicediscovery',
  'signin',
  'sqs',
  'sts',
  'support',
  'swf',
  'textract',
  'timestream-influxdb',
  'transcribe',
  'transfer',
  'translate',
  'wafv2',
  'workspaces',
  'xray',
])
