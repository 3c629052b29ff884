/** `DescribeDecision`: why a request was decided as it was, at the moment when it was. */

export interface DescribeDecisionInput {
  /** Id of the request, or `LAST` for the last request that the caller was denied. */
  readonly RequestId: string
}

export interface DescribeDecisionOutput {
  readonly RequestId: string
  readonly EventId: string
  /** ISO 8601. */
  readonly Time: string
  /** ARN of who asked, or the name of a service. */
  readonly Principal: string
  /** Person, pipeline, agent or workload behind the request, nearest first. */
  readonly Actors: readonly DescribedActor[]
  readonly Action: string
  readonly Resource?: string
  /** `allow`, `explicit-deny`, `implicit-deny`, or `none` where the request never came to a decision. */
  readonly Effect: string
  /** Policy type that denies, or that has no Allow. Nobody of another account is told. */
  readonly PolicyType?: string
  /** What the caller was told. */
  readonly Reason?: string
  /** `full`; `policy-types` for the denied caller without permission to see more; `outcome` where the account is another one too. */
  readonly View: string
  /** `recorded`: as it was at the moment of the decision. `none`: no trace was kept, because it was allowed, or the key for it is gone. */
  readonly Trace: string
  /** Statements that decided; empty for an implicit deny. */
  readonly DecidedBy: readonly DescribedStatementRef[]
  /** Policy types in the order of evaluation. */
  readonly Layers: readonly DescribedLayer[]
  /** Condition keys that statements about the action ask for and the request did not have. */
  readonly MissingKeys: readonly string[]
  /** What would have to be true for it to be allowed: all of these. */
  readonly Requirements: readonly DescribedRequirement[]
}

export interface DescribedActor {
  readonly Type: string
  readonly Issuer: string
  readonly Subject: string
  readonly Label?: string | undefined
}

export interface DescribedStatementRef {
  readonly PolicyType: string
  /** Name or ARN of the policy. */
  readonly Policy: string
  /** Place of the statement in it, from 1. */
  readonly Statement: number
  readonly Sid?: string | undefined
}

export interface DescribedLayer {
  readonly PolicyType: string
  /** Level of an SCP, from 1 for the organization's root. */
  readonly Level?: number
  /** `allows`, `denies`, `allows-nothing`, `denies-nothing`, `no-say`; `hidden` where it is of an account of which nothing is shown. */
  readonly Outcome: string
  readonly Statements: readonly DescribedStatement[]
  /** How many more there are that could not have applied. */
  readonly OtherStatements: number
}

export interface DescribedStatement extends DescribedStatementRef {
  readonly Effect: string
  /** In the policy's text, from 1. */
  readonly Line: number
  readonly Applies: boolean
  /** The first element that does not match. */
  readonly Mismatch?: DescribedElement
  /** All conditions, where everything else matches. */
  readonly Conditions: readonly DescribedCondition[]
}

export interface DescribedElement {
  readonly Element: string
  readonly Operator?: string | undefined
  readonly Key?: string | undefined
  /** As the policy writes it. */
  readonly Expected: readonly string[]
  /** With the values of policy variables, where it has any. */
  readonly Substituted?: readonly string[]
  /** Absent where the request did not have the key. */
  readonly Actual?: readonly string[]
}

export interface DescribedCondition extends DescribedElement {
  readonly Holds: boolean
}

export interface DescribedRequirement {
  readonly PolicyType: string
  readonly Level?: number
  /** `allow`: there must be an Allow. `deny-off`: the Deny must not apply. */
  readonly Need: string
  /** Statements by which it could come true; one is enough. */
  readonly Options: readonly DescribedOption[]
}

export interface DescribedOption extends DescribedStatementRef {
  /** Of an Allow the conditions that fail, of a Deny those of which one would have to. */
  readonly Conditions: readonly DescribedCondition[]
  /** What does not match beside conditions. */
  readonly Mismatch?: DescribedElement
}

export interface SimulateAccessInput {
  readonly Action: string
  readonly Resource: string
  readonly Context: readonly { readonly Key: string; readonly Values: readonly string[] }[]
}

export interface SimulateAccessOutput {
  readonly Effect: string
  readonly Reason?: string
}
