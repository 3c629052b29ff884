import * as iam from '@aws-sdk/client-iam'
import { parsePolicy, readPolicy, RequestContext } from '@tidegate/policy'
import type { PolicyDocument, Principal } from '@tidegate/policy'
import { rootArn } from '../../../kernel/arn.ts'
import type { View } from '../../../kernel/state.ts'
import { arnOf, parseArn } from '../arn.ts'
import { check, everything, groupTarget, roleTarget, userTarget } from '../checks.ts'
import type { Target } from '../checks.ts'
import { contextKeysOf } from '../context-keys.ts'
import { iamError } from '../errors.ts'
import { iamOperation } from '../iam-operation.ts'
import type { IamCall } from '../iam-operation.ts'
import { findPolicy } from '../lookup.ts'
import { awsManagedPolicies } from '../managed-policies/aws-managed-policies.ts'
import { pageOf } from '../page.ts'
import { managedDocument, principalTags } from '../principals.ts'
import { contextOf, simulate } from '../simulation.ts'
import type { Simulation, Source } from '../simulation.ts'
import { sourcesOf, subjectOf } from '../simulated-principal.ts'
import type { Subject } from '../simulated-principal.ts'

export const simulateCustomPolicy = iamOperation<iam.SimulateCustomPolicyCommandInput, iam.SimulateCustomPolicyCommandOutput>(
  iam.SimulateCustomPolicy$,
  {
    authorize: () => [check('SimulateCustomPolicy', everything)],
    invoke(input, { caller: { accountId } }) {
      const caller = callerOf(input.CallerArn, input.ResourcePolicy, accountId)
      return evaluated(input, {
        principal: caller ?? anybody(accountId),
        accountId,
        identity: given(input.PolicyInputList, 'PolicyInputList'),
        boundary: boundaryOf(input.PermissionsBoundaryPolicyInputList),
        organization: undefined,
        context: caller === undefined ? {} : contextOfCaller(caller),
      })
    },
  },
)

export const simulatePrincipalPolicy = iamOperation<iam.SimulatePrincipalPolicyCommandInput, iam.SimulatePrincipalPolicyCommandOutput>(
  iam.SimulatePrincipalPolicy$,
  {
    authorize: ({ PolicySourceArn }, call) => [check('SimulatePrincipalPolicy', targetOf(call, PolicySourceArn))],
    invoke(input, { state, organization, caller: { accountId } }) {
      return state.read((view) => {
        const subject = subjectOf(view, accountId, input.PolicySourceArn)
        const caller = callerOf(input.CallerArn, subject.principal?.kind === 'user' ? undefined : input.ResourcePolicy, accountId)
        return evaluated(input, {
          principal: caller ?? subject.principal ?? anybody(accountId),
          accountId,
          identity: [...sourcesOf(view, accountId, subject), ...given(input.PolicyInputList, 'PolicyInputList')],
          boundary: boundaryOf(input.PermissionsBoundaryPolicyInputList) ?? attachedBoundary(view, accountId, subject),
          organization: organization.serviceControlPolicies(accountId),
          context: { ...(caller === undefined ? subject.context : contextOfCaller(caller)), ...principalTags(subject.tags) },
        })
      })
    },
  },
)

export const getContextKeysForCustomPolicy = iamOperation<
  iam.GetContextKeysForCustomPolicyCommandInput,
  iam.GetContextKeysForCustomPolicyCommandOutput
>(iam.GetContextKeysForCustomPolicy$, {
  authorize: () => [check('GetContextKeysForCustomPolicy', everything)],
  invoke: ({ PolicyInputList }) => ({
    ContextKeyNames: contextKeysOf(given(PolicyInputList, 'PolicyInputList').map(({ document }) => document)),
  }),
})

export const getContextKeysForPrincipalPolicy = iamOperation<
  iam.GetContextKeysForPrincipalPolicyCommandInput,
  iam.GetContextKeysForPrincipalPolicyCommandOutput
>(iam.GetContextKeysForPrincipalPolicy$, {
  authorize: ({ PolicySourceArn }, call) => [check('GetContextKeysForPrincipalPolicy', targetOf(call, PolicySourceArn))],
  invoke: ({ PolicySourceArn, PolicyInputList }, { state, caller: { accountId } }) =>
    state.read((view) => {
      const attached = sourcesOf(view, accountId, subjectOf(view, accountId, PolicySourceArn))
      const all = [...attached, ...given(PolicyInputList, 'PolicyInputList')]
      return { ContextKeyNames: contextKeysOf(all.map(({ document }) => document)) }
    }),
})

/** What both simulations are asked in the same words. */
type Asked = Pick<
  iam.SimulateCustomPolicyCommandInput,
  'ActionNames' | 'ResourceArns' | 'ResourcePolicy' | 'ResourceOwner' | 'ContextEntries' | 'MaxItems' | 'Marker'
>

/** Every action on every resource, in this order; a page at a time is evaluated. */
function evaluated(
  input: Asked,
  { context, ...simulation }: Omit<Simulation, 'context' | 'resourceOwner' | 'resourcePolicy'> & { readonly context: Simulated },
) {
  const resources = input.ResourceArns === undefined || input.ResourceArns.length === 0 ? ['*'] : input.ResourceArns
  const pairs = (input.ActionNames ?? []).flatMap((action) => resources.map((resource) => ({ action: actionName(action), resource })))
  const indexed = pairs.map((pair, index) => ({ ...pair, key: String(index).padStart(9, '0') }))
  const { items, rest } = pageOf(indexed, ({ key }) => key, input)
  const asked = contextOf(input.ContextEntries)
  const whole: Omit<Simulation, 'resourceOwner'> = {
    ...simulation,
    resourcePolicy: input.ResourcePolicy === undefined ? undefined : accepted(input.ResourcePolicy, 'resource', 'ResourcePolicy'),
    context: new RequestContext(overridden(context, asked)),
  }
  return {
    EvaluationResults: items.map(({ action, resource }) => {
      return simulate({ ...whole, resourceOwner: ownerOf(input.ResourceOwner, resource, simulation.accountId) }, action, resource)
    }),
    ...rest,
  }
}

type Simulated = Readonly<Record<string, string | readonly string[]>>

/** What the caller says of the context counts, whatever is stored; names are the same without regard to case. */
function overridden(known: Simulated, asked: Simulated): Simulated {
  const names = new Set(Object.keys(asked).map((name) => name.toLowerCase()))
  return { ...Object.fromEntries(Object.entries(known).filter(([name]) => !names.has(name.toLowerCase()))), ...asked }
}

function given(texts: readonly string[] | undefined, parameter: string): readonly Source[] {
  return (texts ?? []).map((text, i) => accepted(text, 'identity', `${parameter}.${i + 1}`))
}

function boundaryOf(texts: readonly string[] | undefined): Source | undefined {
  if (texts === undefined || texts.length === 0) return undefined
  if (texts.length > 1) throw iamError('InvalidInput', 'Only one permissions boundary policy can be simulated.')
  return accepted(texts[0] ?? '', 'boundary', 'PermissionsBoundaryPolicyInputList.1')
}

function attachedBoundary(view: View, accountId: string, { boundary }: Subject): Source | undefined {
  if (boundary === undefined) return undefined
  const policy = findPolicy(view, accountId, boundary)
  const text = policy?.versions.find(({ number }) => number === policy.defaultVersion)?.document ?? ''
  const type = awsManagedPolicies.has(boundary) ? 'aws-managed' : 'user-managed'
  return { id: boundary, type, text, document: managedDocument(policy, boundary) }
}

/** Throws `InvalidInput` for what is no policy. Sizes are not looked at: a policy may be tried before it is made to fit. */
function accepted(text: string, kind: 'identity' | 'boundary' | 'resource', id: string): Source {
  const result = parsePolicy(text, kind, { name: id })
  const [problem] = result.ok ? [] : result.problems
  if (problem !== undefined && problem.code !== 'LimitExceeded') throw iamError('InvalidInput', problem.message, { detail: problem.hint })
  return { id, type: kind === 'resource' ? 'resource' : 'none', text, document: result.ok ? result.document : storedLarge(text, kind, id) }
}

function storedLarge(text: string, kind: 'identity' | 'boundary' | 'resource', id: string): PolicyDocument {
  const read = readPolicy(text, kind, { name: id })
  if (read.ok) return read.document
  throw iamError('InvalidInput', read.problems[0].message)
}

/** `service:Name`, without wildcards. */
function actionName(name: string): string {
  if (/^[A-Za-z0-9-]+:[A-Za-z0-9]+$/.test(name)) return name
  throw iamError('InvalidInput', `Invalid action name ${name}: an action is a service prefix and a name, without wildcards`)
}

/** A user that makes the simulated calls; needed where a policy of the resource has to know who calls. */
function callerOf(arn: string | undefined, resourcePolicy: string | undefined, accountId: string): Principal | undefined {
  if (arn === undefined) {
    if (resourcePolicy === undefined) return undefined
    throw iamError('InvalidInput', 'CallerArn is required when a resource policy is simulated.')
  }
  const parsed = parseArn(arn)
  if (parsed?.type !== 'user') throw iamError('InvalidInput', 'CallerArn must be the ARN of an IAM user.')
  if (parsed.accountId !== accountId) throw iamError('InvalidInput', `CallerArn must be in account ${accountId}.`)
  return { kind: 'user', arn, account: accountId }
}

/** Whom a simulation is about that names nobody: some user of the account. No policy can tell it by its name. */
function anybody(accountId: string): Principal {
  return { kind: 'user', arn: arnOf('user', accountId, { name: '?' }), account: accountId }
}

function contextOfCaller(caller: Principal): Simulated {
  if (caller.kind !== 'user') return {}
  const name = parseArn(caller.arn)?.name ?? ''
  return { 'aws:PrincipalArn': caller.arn, 'aws:PrincipalAccount': caller.account, 'aws:PrincipalType': 'User', 'aws:username': name }
}

/** `ResourceOwner` is the ARN of an account's root; without it the ARN of the resource tells, or the resource is the caller's. */
function ownerOf(given: string | undefined, resource: string, accountId: string): string {
  if (given !== undefined) {
    const owner = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(given)?.[1]
    if (owner === undefined) throw iamError('InvalidInput', `ResourceOwner must be an account, such as ${rootArn(accountId)}.`)
    return owner
  }
  return /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(resource)?.[1] ?? accountId
}

function targetOf(call: IamCall, arn: string): Target {
  const parsed = parseArn(arn)
  switch (parsed?.accountId === call.caller.accountId ? parsed.type : undefined) {
    case 'user':
      return userTarget(call, parsed?.name ?? '')
    case 'group':
      return groupTarget(call, parsed?.name ?? '')
    case 'role':
      return roleTarget(call, parsed?.name ?? '')
    default:
      return { arn, context: {} }
  }
}
