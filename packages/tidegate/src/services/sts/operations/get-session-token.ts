import { GetSessionToken$ } from '@aws-sdk/client-sts'
import type { GetSessionTokenCommandInput, GetSessionTokenCommandOutput } from '@aws-sdk/client-sts'
import { chainBehind } from '../../../kernel/actor-chain.ts'
import { longTermCaller, secondsFor } from '../long-term-caller.ts'
import type { LongTermCaller } from '../long-term-caller.ts'
import { verifiedMfa } from '../mfa.ts'
import { newSession } from '../new-session.ts'
import { stsOperation } from '../sts-operation.ts'

interface Plan {
  readonly parent: LongTermCaller
  readonly durationSeconds: number
  readonly mfaAuthenticatedAt: number | undefined
}

/**
 * Needs no permission, but a long-term key of a user or of the account root. Errors: `AccessDenied`, `ValidationError`.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
 */
export const getSessionToken = stsOperation<GetSessionTokenCommandInput, GetSessionTokenCommandOutput, Plan>(GetSessionToken$, {
  secretInputs: ['TokenCode'],
  recordedOutputs: ['Credentials'],
  async plan(input, call) {
    const parent = longTermCaller(call.caller, 'GetSessionToken')
    return { parent, durationSeconds: secondsFor(parent, input.DurationSeconds), mfaAuthenticatedAt: await verifiedMfa(input, call) }
  },
  authorize: () => [{ action: 'sts:GetSessionToken', resource: '*' }],
  invoke({ parent, durationSeconds, mfaAuthenticatedAt }, call) {
    const { accountId, arn, id } = parent
    const mfa = mfaAuthenticatedAt === undefined ? {} : { mfaAuthenticatedAt }
    const actorChain = chainBehind(call.caller)
    return newSession(
      { kind: 'session-token', accountId, parentArn: arn, parentId: id, name: '', ...mfa, actorChain },
      durationSeconds,
      call,
    )
  },
})
