import { GetCallerIdentity$ } from '@aws-sdk/client-sts'
import type { GetCallerIdentityCommandInput, GetCallerIdentityCommandOutput } from '@aws-sdk/client-sts'
import { stsOperation } from '../sts-operation.ts'

/**
 * Allowed to every signed caller, even under an explicit Deny: that is the engine's decision, so it stands in the log as one.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export const getCallerIdentity = stsOperation<GetCallerIdentityCommandInput, GetCallerIdentityCommandOutput, undefined>(
  GetCallerIdentity$,
  {
    tellsActorChain: true,
    plan: () => undefined,
    authorize: () => [{ action: 'sts:GetCallerIdentity', resource: '*' }],
    invoke(_, { caller: { principal, accountId, context } }) {
      const userId = context['aws:userid']
      if (!('arn' in principal) || typeof userId !== 'string') throw new Error(`a ${principal.kind} has no identity to tell`)
      return { UserId: userId, Account: accountId, Arn: principal.arn }
    },
  },
)
