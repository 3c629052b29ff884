import type { StatementRef } from '@tidegate/policy'
import type { DescribedStatementRef } from '../../api/describe-decision.ts'

/** Places are counted from 1 for people. */
export function describedStatementRef({ policyType, policy, statement, sid }: StatementRef): DescribedStatementRef {
  return { PolicyType: policyType, Policy: policy, Statement: statement + 1, ...(sid !== undefined && { Sid: sid }) }
}
