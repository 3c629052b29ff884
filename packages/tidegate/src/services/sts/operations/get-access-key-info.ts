import { GetAccessKeyInfo$ } from '@aws-sdk/client-sts'
import type { GetAccessKeyInfoCommandInput, GetAccessKeyInfoCommandOutput } from '@aws-sdk/client-sts'
import { stsError } from '../errors.ts'
import { stsOperation } from '../sts-operation.ts'

/**
 * Tells the account that the id itself tells, so no permission is needed. Whether there is such a key is not said.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
 */
export const getAccessKeyInfo = stsOperation<GetAccessKeyInfoCommandInput, GetAccessKeyInfoCommandOutput, string>(GetAccessKeyInfo$, {
  plan: ({ AccessKeyId }) => AccessKeyId,
  authorize: () => [],
  invoke(accessKeyId, { accessKeys }) {
    const account = accessKeys.accountOf(accessKeyId)
    if (account === undefined) throw stsError('ValidationError', 'The access key id is not valid')
    return { Account: account }
  },
})
