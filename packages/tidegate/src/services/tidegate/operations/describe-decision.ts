import type { ConditionTrace, LayerTrace, Mismatch, PolicyType, Requirement, StatementTrace } from '@tidegate/policy'
import { requirementsOf } from '@tidegate/policy'
import type {
  DescribeDecisionInput,
  DescribeDecisionOutput,
  DescribedCondition,
  DescribedElement,
  DescribedLayer,
  DescribedRequirement,
  DescribedStatement,
} from '../../../api/describe-decision.ts'
import { DescribeDecision$ } from '../../../api/describe-decision.ts'
import type { Caller } from '../../../kernel/caller.ts'
import { type Call, type Check, operation } from '../../../kernel/operation.ts'
import { describedActor } from '../actors.ts'
import { describedStatementRef } from '../statement-ref.ts'
import { tidegateError } from '../errors.ts'
import type { Decisions, RecordedDecision, TidegatePorts } from '../ports.ts'

/**
 * Explains a decision from the record of its request. Whoever was denied may always ask for their own and is shown which policy types
 * decided, never a policy's text; `tidegate:DescribeDecision` on the decision shows all of it. Nobody sees policies of another account.
 */
export const describeDecision = operation<DescribeDecisionInput, DescribeDecisionOutput, TidegatePorts>(DescribeDecision$, {
  async authorize(input, call) {
    const found = await find(input, call, call.decisions)
    asked.set(input, { found })
    const check = checkOf(input, found, call)
    const needsNone = (found === undefined && input.RequestId === LAST) || (found !== undefined && isOwn(found, call.caller))
    return needsNone && call.mayAlso?.(check) !== true ? [] : [check]
  },
  invoke(input, call) {
    const found = asked.get(input)?.found
    if (found === undefined) {
      const message =
        input.RequestId === LAST ? 'No denied request of the caller is recorded.' : `No request ${input.RequestId} is recorded.`
      throw tidegateError('ResourceNotFoundException', message)
    }
    return view(found, call.caller.accountId, call.mayAlso?.(checkOf(input, found, call)) === true)
  },
})

/** What was judged is what is shown: another denial may have come meanwhile. */
const asked = new WeakMap<DescribeDecisionInput, { readonly found: RecordedDecision | undefined }>()

/** What neither the caller's account nor its resources were concerned with is as if it were not there. */
async function find({ RequestId }: DescribeDecisionInput, { caller }: Call, decisions: Decisions): Promise<RecordedDecision | undefined> {
  const found = await (RequestId === LAST ? decisions.lastDenialOf(caller) : decisions.ofRequest(RequestId))
  const concerned = [found?.accountId, found?.resourceAccountId]
  return caller.accountId !== '' && concerned.includes(caller.accountId) ? found : undefined
}

function checkOf({ RequestId }: DescribeDecisionInput, found: RecordedDecision | undefined, { caller, region }: Call): Check {
  return {
    action: 'tidegate:DescribeDecision',
    resource: `arn:aws:tidegate:${region}:${caller.accountId}:decision/${found?.requestId ?? RequestId}`,
    ...(found && { context: { 'tidegate:DecisionPrincipal': found.principal } }),
  }
}

/** The same principal and, where people are behind it, the same one. */
function isOwn({ principal, actorChain }: RecordedDecision, caller: Caller): boolean {
  const [own] = caller.actorChain
  const [other] = actorChain
  const isSameActor = own?.issuer === other?.issuer && own?.subject === other?.subject
  return 'arn' in caller.principal && caller.principal.arn === principal && isSameActor
}

function view(found: RecordedDecision, viewer: string, isFull: boolean): DescribeDecisionOutput {
  const { trace, policyType, resource, reason } = found
  const isOfOneAccount = found.accountId === found.resourceAccountId
  const isTypeShown = isFull || isOfOneAccount
  const visible =
    trace && isTypeShown ? { ...trace, layers: trace.layers.filter((layer) => isShown(layer.policyType, found, viewer)) } : undefined
  return {
    RequestId: found.requestId,
    EventId: found.eventId,
    Time: found.time,
    Principal: found.principal,
    Actors: found.actorChain.map(describedActor),
    Action: found.action,
    ...(resource !== undefined && { Resource: resource }),
    Effect: found.effect,
    ...(policyType !== undefined && isTypeShown && { PolicyType: policyType }),
    ...(reason !== undefined && { Reason: reason }),
    View: isFull ? 'full' : isOfOneAccount ? 'policy-types' : 'outcome',
    Trace: trace === undefined ? 'none' : 'recorded',
    DecidedBy: isFull ? found.by.filter((ref) => isShown(ref.policyType, found, viewer)).map(describedStatementRef) : [],
    Layers: isTypeShown
      ? (trace?.layers ?? []).map((layer) => describedLayer(layer, isFull, isShown(layer.policyType, found, viewer)))
      : [],
    MissingKeys: isFull && isOfOneAccount ? (trace?.missingKeys ?? []) : [],
    Requirements: visible === undefined ? [] : requirementsOf(visible).map((each) => describedRequirement(each, isFull)),
  }
}

/** Policies belong to the account of the principal, but for those of the resource. */
function isShown(policyType: PolicyType, { accountId, resourceAccountId }: RecordedDecision, viewer: string): boolean {
  return (policyType === 'resource' || policyType === 'rcp' ? resourceAccountId : accountId) === viewer
}

function describedLayer(layer: LayerTrace, isFull: boolean, isVisible: boolean): DescribedLayer {
  const { policyType, level, outcome, statements, otherStatements } = layer
  return {
    PolicyType: policyType,
    ...(level !== undefined && { Level: level + 1 }),
    Outcome: isVisible ? outcome : 'hidden',
    Statements: isFull && isVisible ? statements.map(describedStatement) : [],
    OtherStatements: isFull && isVisible ? otherStatements : 0,
  }
}

function describedStatement(statement: StatementTrace): DescribedStatement {
  const { effect, line, applies, mismatch, conditions = [] } = statement
  return {
    ...describedStatementRef(statement),
    Effect: effect,
    Line: line,
    Applies: applies,
    ...(mismatch && { Mismatch: describedElement(mismatch) }),
    Conditions: conditions.map(describedCondition),
  }
}

function describedRequirement({ policyType, level, need, options }: Requirement, isFull: boolean): DescribedRequirement {
  return {
    PolicyType: policyType,
    ...(level !== undefined && { Level: level + 1 }),
    Need: need,
    Options: isFull
      ? options.map(({ statement, conditions, element }) => ({
          ...describedStatementRef(statement),
          Conditions: conditions.map(describedCondition),
          ...(element && { Mismatch: describedElement(element) }),
        }))
      : [],
  }
}

function describedCondition(condition: ConditionTrace): DescribedCondition {
  return { ...describedElement(condition), Holds: condition.holds }
}

function describedElement({ element, operator, key, expected, substituted, actual }: Mismatch): DescribedElement {
  return {
    Element: element,
    ...(operator !== undefined && { Operator: operator }),
    ...(key !== undefined && { Key: key }),
    Expected: expected,
    ...(substituted && { Substituted: substituted.map((text) => text ?? '(a variable without a value)') }),
    ...(actual !== null && { Actual: typeof actual === 'string' ? [actual] : actual }),
  }
}

const LAST = 'LAST'
