/** STS: temporary credentials, for callers who may have them. */
import * as sts from '@aws-sdk/client-sts'
import { operationNames } from '../../kernel/operation-names.ts'
import type { Operation, Service } from '../../kernel/operation.ts'
import { assumeRole } from './operations/assume-role.ts'
import { assumeRoleWithWebIdentity } from './operations/assume-role-with-web-identity.ts'
import { decodeAuthorizationMessage } from './operations/decode-authorization-message.ts'
import { getAccessKeyInfo } from './operations/get-access-key-info.ts'
import { getCallerIdentity } from './operations/get-caller-identity.ts'
import { getFederationToken } from './operations/get-federation-token.ts'
import { getSessionToken } from './operations/get-session-token.ts'
import type { StsPorts } from './ports.ts'

export const stsOperations: readonly Operation<StsPorts>[] = [
  assumeRole,
  assumeRoleWithWebIdentity,
  decodeAuthorizationMessage,
  getAccessKeyInfo,
  getCallerIdentity,
  getFederationToken,
  getSessionToken,
]

export function stsService(ports: StsPorts): Service<StsPorts> {
  return {
    name: 'sts',
    protocol: 'aws-query',
    version: '2011-06-15',
    eventSource: 'sts.amazonaws.com',
    operations: stsOperations,
    knownOperations: operationNames(sts),
    ports,
  }
}
