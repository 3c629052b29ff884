/** Credentials that nobody has here: clients ask for them before they delete a user, and an empty list is the true answer. */
import * as iam from '@aws-sdk/client-iam'
import { check, everything, selfTarget, userNameOf } from '../checks.ts'
import { iamOperation } from '../iam-operation.ts'
import type { IamCall } from '../iam-operation.ts'
import { userNamed } from '../lookup.ts'

export const listSSHPublicKeys = iamOperation<iam.ListSSHPublicKeysCommandInput, iam.ListSSHPublicKeysCommandOutput>(
  iam.ListSSHPublicKeys$,
  {
    authorize: ({ UserName }, call) => [check('ListSSHPublicKeys', selfTarget(call, userNameOf(UserName, call)))],
    invoke: ({ UserName }, call) => ofUser(call, UserName, { SSHPublicKeys: [], IsTruncated: false }),
  },
)

export const listSigningCertificates = iamOperation<iam.ListSigningCertificatesCommandInput, iam.ListSigningCertificatesCommandOutput>(
  iam.ListSigningCertificates$,
  {
    authorize: ({ UserName }, call) => [check('ListSigningCertificates', selfTarget(call, userNameOf(UserName, call)))],
    invoke: ({ UserName }, call) => ofUser(call, UserName, { Certificates: [], IsTruncated: false }),
  },
)

export const listServiceSpecificCredentials = iamOperation<
  iam.ListServiceSpecificCredentialsCommandInput,
  iam.ListServiceSpecificCredentialsCommandOutput
>(iam.ListServiceSpecificCredentials$, {
  authorize: ({ UserName, AllUsers }, call) => [
    check('ListServiceSpecificCredentials', AllUsers === true ? everything : selfTarget(call, userNameOf(UserName, call))),
  ],
  invoke: ({ UserName, AllUsers }, call) => {
    const none = { ServiceSpecificCredentials: [], IsTruncated: false }
    return AllUsers === true ? none : ofUser(call, UserName, none)
  },
})

export const listServerCertificates = iamOperation<iam.ListServerCertificatesCommandInput, iam.ListServerCertificatesCommandOutput>(
  iam.ListServerCertificates$,
  {
    authorize: () => [check('ListServerCertificates', everything)],
    invoke: () => ({ ServerCertificateMetadataList: [], IsTruncated: false }),
  },
)

/** Throws `NoSuchEntity` where the user does not exist. */
function ofUser<T>(call: IamCall, given: string | undefined, answer: T): T {
  const name = userNameOf(given, call)
  if (name !== undefined) call.state.read((view) => userNamed(view, call.caller.accountId, name))
  return answer
}
