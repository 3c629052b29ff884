/**
 * AWS Identity and Access Management.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/welcome.html
 */
import * as client from '@aws-sdk/client-iam'
import { operationNames } from '../../kernel/operation-names.ts'
import type { Operation, Service } from '../../kernel/operation.ts'
import * as accessKeys from './operations/access-keys.ts'
import * as accountAuthorizationDetails from './operations/account-authorization-details.ts'
import * as account from './operations/account.ts'
import * as credentialReport from './operations/credential-report.ts'
import * as emptyLists from './operations/empty-lists.ts'
import * as groupPolicies from './operations/group-policies.ts'
import * as groups from './operations/groups.ts'
import * as instanceProfiles from './operations/instance-profiles.ts'
import * as loginProfiles from './operations/login-profiles.ts'
import * as mfaDevices from './operations/mfa-devices.ts'
import * as openIdConnectProviders from './operations/open-id-connect-providers.ts'
import * as policies from './operations/policies.ts'
import * as policyEntities from './operations/policy-entities.ts'
import * as policyVersions from './operations/policy-versions.ts'
import * as roleBoundaryAndTags from './operations/role-boundary-and-tags.ts'
import * as rolePolicies from './operations/role-policies.ts'
import * as roles from './operations/roles.ts'
import * as serviceLastAccessed from './operations/service-last-accessed.ts'
import * as serviceLinkedRoles from './operations/service-linked-roles.ts'
import * as simulate from './operations/simulate.ts'
import * as userBoundaryAndTags from './operations/user-boundary-and-tags.ts'
import * as userPolicies from './operations/user-policies.ts'
import * as users from './operations/users.ts'
import type { IamPorts } from './ports.ts'

export function iamService(ports: IamPorts): Service<IamPorts> {
  return {
    name: 'iam',
    protocol: 'aws-query',
    version: '2010-05-08',
    eventSource: 'iam.amazonaws.com',
    operations: iamOperations,
    knownOperations: operationNames(client),
    ports,
  }
}

/** In the order of their names. */
export const iamOperations: readonly Operation<IamPorts>[] = [
  accessKeys,
  account,
  accountAuthorizationDetails,
  credentialReport,
  emptyLists,
  groupPolicies,
  groups,
  instanceProfiles,
  loginProfiles,
  mfaDevices,
  openIdConnectProviders,
  policies,
  policyEntities,
  policyVersions,
  roleBoundaryAndTags,
  rolePolicies,
  roles,
  serviceLastAccessed,
  serviceLinkedRoles,
  simulate,
  userBoundaryAndTags,
  userPolicies,
  users,
]
  .flatMap((module) => Object.values(module).flatMap((value) => (isOperation(value) ? [value] : [])))
  .toSorted((a, b) => (a.name < b.name ? -1 : 1))

function isOperation(value: unknown): value is Operation<IamPorts> {
  return typeof value === 'object' && value !== null && 'schema' in value && 'authorize' in value
}
