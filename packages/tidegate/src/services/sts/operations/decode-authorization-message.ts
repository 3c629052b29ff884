import { DecodeAuthorizationMessage$ } from '@aws-sdk/client-sts'
import type { DecodeAuthorizationMessageCommandInput, DecodeAuthorizationMessageCommandOutput } from '@aws-sdk/client-sts'
import { decodedMessage } from '../decoded-message.ts'
import { stsOperation } from '../sts-operation.ts'

/**
 * Errors: `InvalidAuthorizationMessageException`, also for messages of other accounts.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
 */
export const decodeAuthorizationMessage = stsOperation<
  DecodeAuthorizationMessageCommandInput,
  DecodeAuthorizationMessageCommandOutput,
  string
>(DecodeAuthorizationMessage$, {
  plan: ({ EncodedMessage }) => EncodedMessage,
  authorize: () => [{ action: 'sts:DecodeAuthorizationMessage', resource: '*' }],
  invoke: (message, { authorizationMessages, caller }) => ({
    DecodedMessage: decodedMessage(authorizationMessages.open(message, caller.accountId)),
  }),
})
