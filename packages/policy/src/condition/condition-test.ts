/**
 * One condition of a statement, compiled: what to do with the key's values, and when there are none.
 *
 *              | key absent            | one value | several values, no set operator | ForAllValues | ForAnyValue
 *  positive    | false                 | m(v)      | some m(v)                       | every m(v)   | some m(v)
 *  negated     | true                  | m(v)      | every m(v)                      | every m(v)   | some m(v)
 *
 * where m(v) is "some policy value matches v", for a negated operator "no policy value matches v". With a set operator an absent key is
 * true for ForAllValues and false for ForAnyValue; `IfExists` makes an absent key true in every case (open points 2 and 4).
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
import { conditionKey } from '../condition-key.ts'
import type { BaseOperator, Condition } from '../document/policy-document.ts'
import { equalsFolded } from '../match/fold.ts'
import type { RequestContext } from '../request.ts'
import { binaryMatcher } from './binary.ts'
import { dateMatcher } from './date.ts'
import { ipMatcher } from './ip.ts'
import { numericMatcher } from './numeric.ts'
import { arnMatcher, boolMatcher, equalsIgnoringCaseMatcher, equalsMatcher, likeMatcher } from './string.ts'

export interface ConditionTest {
  holds(context: RequestContext): boolean
}

/** Whether any of an operator's policy values matches one value of the key. */
export interface ValueMatcher {
  matches(value: string, context: RequestContext): boolean
}

/** Compiles a condition; `hasVariables` says that its policy is of version 2012-10-17. */
export function conditionTest({ operator, key, values }: Condition, hasVariables: boolean): ConditionTest {
  const name = conditionKey(key)
  if (operator.base === 'Null') return new NullTest(name, values)
  const { matcher, negated } = operators[operator.base]
  return new KeyTest(name, matcher(values, hasVariables), negated === true, operator)
}

/** Several conditions, all of which must hold. */
export class AllTests implements ConditionTest {
  readonly #tests: readonly ConditionTest[]

  constructor(tests: readonly ConditionTest[]) {
    this.#tests = tests
  }

  holds(context: RequestContext): boolean {
    for (const test of this.#tests) if (!test.holds(context)) return false
    return true
  }
}

class KeyTest implements ConditionTest {
  readonly #key: string
  readonly #matcher: ValueMatcher
  readonly #negated: boolean
  readonly #whenAbsent: boolean
  readonly #everyValue: boolean

  constructor(key: string, matcher: ValueMatcher, negated: boolean, { set, ifExists }: Condition['operator']) {
    this.#key = key
    this.#matcher = matcher
    this.#negated = negated
    this.#everyValue = set === undefined ? negated : set === 'ForAllValues'
    this.#whenAbsent = ifExists || this.#everyValue
  }

  holds(context: RequestContext): boolean {
    const value = context.get(this.#key)
    if (value === undefined) return this.#whenAbsent
    if (typeof value === 'string') return this.#matcher.matches(value, context) !== this.#negated
    for (const member of value) {
      const matches = this.#matcher.matches(member, context) !== this.#negated
      if (matches !== this.#everyValue) return matches
    }
    return this.#everyValue
  }
}

/** `Null`: "true" asks that the key is absent, "false" that it is there. */
class NullTest implements ConditionTest {
  readonly #key: string
  readonly #mayBeAbsent: boolean
  readonly #mayBePresent: boolean

  constructor(key: string, values: readonly string[]) {
    this.#key = key
    this.#mayBeAbsent = values.some((value) => equalsFolded(value, 'true'))
    this.#mayBePresent = values.some((value) => equalsFolded(value, 'false'))
  }

  holds(context: RequestContext): boolean {
    return context.get(this.#key) === undefined ? this.#mayBeAbsent : this.#mayBePresent
  }
}

interface Operator {
  readonly matcher: (values: readonly string[], hasVariables: boolean) => ValueMatcher
  readonly negated?: true
}

const operators: Readonly<Record<Exclude<BaseOperator, 'Null'>, Operator>> = {
  StringEquals: { matcher: equalsMatcher },
  StringNotEquals: { matcher: equalsMatcher, negated: true },
  StringEqualsIgnoreCase: { matcher: equalsIgnoringCaseMatcher },
  StringNotEqualsIgnoreCase: { matcher: equalsIgnoringCaseMatcher, negated: true },
  StringLike: { matcher: likeMatcher },
  StringNotLike: { matcher: likeMatcher, negated: true },
  NumericEquals: { matcher: numericMatcher('=') },
  NumericNotEquals: { matcher: numericMatcher('='), negated: true },
  NumericLessThan: { matcher: numericMatcher('<') },
  NumericLessThanEquals: { matcher: numericMatcher('<=') },
  NumericGreaterThan: { matcher: numericMatcher('>') },
  NumericGreaterThanEquals: { matcher: numericMatcher('>=') },
  DateEquals: { matcher: dateMatcher('=') },
  DateNotEquals: { matcher: dateMatcher('='), negated: true },
  DateLessThan: { matcher: dateMatcher('<') },
  DateLessThanEquals: { matcher: dateMatcher('<=') },
  DateGreaterThan: { matcher: dateMatcher('>') },
  DateGreaterThanEquals: { matcher: dateMatcher('>=') },
  Bool: { matcher: boolMatcher },
  BinaryEquals: { matcher: binaryMatcher },
  IpAddress: { matcher: ipMatcher },
  NotIpAddress: { matcher: ipMatcher, negated: true },
  ArnEquals: { matcher: arnMatcher },
  ArnLike: { matcher: arnMatcher },
  ArnNotEquals: { matcher: arnMatcher, negated: true },
  ArnNotLike: { matcher: arnMatcher, negated: true },
}
