/** A statement made ready for matching, when a request first reaches it. What a decision reads of it first stands in its candidates. */
import { conditionTest, type ConditionTest, AllTests } from '../condition/condition-test.ts'
import type { Decision, PolicyType, StatementRef } from '../decision.ts'
import { InternTable } from '../document/intern.ts'
import { type Condition, operatorText, type PolicyDocument, type PrincipalElement, type Statement } from '../document/policy-document.ts'
import { mayHaveVariable } from '../match/pattern.ts'
import { type PrincipalMatcher, principalMatcher } from '../match/principal.ts'
import { outside, resourceParts } from '../match/resource.ts'
import { Candidate } from './candidate.ts'
import { ENDPOINT, RCP, RESOURCE } from './layers.ts'

export class CompiledStatement {
  readonly policyType: PolicyType
  /** What an Allow adds to the grants; of the bits of `resource` the principal decides which one. */
  readonly layer: number
  readonly source: Statement
  /** Absent in policy types whose statements are about everyone that the policy is attached to. */
  readonly principal: PrincipalMatcher | undefined
  /** One for each pattern of `Resource`, or one for `NotResource` as a whole. */
  readonly candidates: readonly Candidate[]
  readonly #document: PolicyDocument
  #decision: Decision | undefined
  #decisionsWith: Map<CompiledStatement, Decision> | undefined

  constructor(policyType: PolicyType, layer: number, document: PolicyDocument, source: Statement) {
    this.policyType = policyType
    this.layer = layer
    this.source = source
    this.#document = document
    this.#decision = undefined
    this.#decisionsWith = undefined
    const { hasVariables } = this
    const isAboutPrincipals = (layer & (RESOURCE | ENDPOINT | RCP)) !== 0
    this.principal = isAboutPrincipals ? principalMatcher(source.principal ?? noOne, source.effect) : undefined
    const condition = testOf(source.conditions, hasVariables)
    const { not, patterns } = source.resource ?? attachedResource
    const resources = not ? [outside(patterns, hasVariables)] : patterns.map((pattern) => resourceParts(pattern, hasVariables))
    this.candidates = resources.map((resource) => new Candidate(this, resource, condition))
  }

  get isDeny(): boolean {
    return this.source.effect === 'Deny'
  }

  get hasVariables(): boolean {
    return this.#document.version === '2012-10-17'
  }

  get ref(): StatementRef {
    const { name, statements } = this.#document
    return { policyType: this.policyType, policy: name, statement: statements.indexOf(this.source), sid: this.source.sid }
  }

  /** The decision that this statement alone brings about, made once. */
  get decision(): Decision {
    return (this.#decision ??= this.isDeny
      ? { effect: 'explicit-deny', policyType: this.policyType, by: [this.ref] }
      : { effect: 'allow', grant: 'policy', by: [this.ref] })
  }

  /** The decision that this Allow and that of the resource's policy bring about together, made once for each. */
  decisionWith(other: CompiledStatement): Decision {
    const decisions = (this.#decisionsWith ??= new Map())
    let decision = decisions.get(other)
    if (decision === undefined) {
      decision = { effect: 'allow', grant: 'policy', by: [this.ref, other.ref] }
      if (decisions.size >= KEPT_DECISIONS) decisions.clear()
      decisions.set(other, decision)
    }
    return decision
  }
}

/** Whether all conditions hold; `undefined` where there are none. */
function testOf(conditions: readonly Condition[], hasVariables: boolean): ConditionTest | undefined {
  const tests = conditions.map((condition) => sharedTest(condition, hasVariables))
  return tests.length > 1 ? new AllTests(tests) : tests[0]
}

/** The test of a condition, shared between all statements that say the same. With variables it remembers values, so it is not shared. */
function sharedTest(condition: Condition, hasVariables: boolean): ConditionTest {
  if (condition.values.some(mayHaveVariable)) return conditionTest(condition, hasVariables)
  // As JSON, so that a line break or a comma in a value does not make one condition of another.
  const text = JSON.stringify([operatorText(condition.operator), condition.key, ...condition.values])
  let test = sharedTests.get(text)
  if (test === undefined) {
    test = conditionTest(condition, hasVariables)
    sharedTests.set(text, test)
  }
  return test
}

/** Without `Resource` a statement means the resource that its policy is attached to. */
const attachedResource = { not: false, patterns: ['*'] }
const noOne: PrincipalElement = { not: false, entries: [] }
const sharedTests = new InternTable<ConditionTest>(16_384)
const KEPT_DECISIONS = 64
