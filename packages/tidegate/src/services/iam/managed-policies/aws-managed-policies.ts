/**
 * AWS managed policies: the documents that AWS publishes, in their newest version. A policy that is not here can't be attached; the list is
 * what people who run containers attach, and each file is one policy as data.
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
import { createHash } from 'node:crypto'
import { arnOf } from '../arn.ts'
import { base32 } from '../ids.ts'
import type { ManagedPolicy } from '../state.ts'
import awsCodeDeployRoleForECS from './AWSCodeDeployRoleForECS.json' with { type: 'json' }
import awsDenyAll from './AWSDenyAll.json' with { type: 'json' }
import awsKeyManagementServicePowerUser from './AWSKeyManagementServicePowerUser.json' with { type: 'json' }
import administratorAccess from './AdministratorAccess.json' with { type: 'json' }
import amazonEC2ContainerRegistryFullAccess from './AmazonEC2ContainerRegistryFullAccess.json' with { type: 'json' }
import amazonEC2ContainerRegistryPowerUser from './AmazonEC2ContainerRegistryPowerUser.json' with { type: 'json' }
import amazonEC2ContainerRegistryPullOnly from './AmazonEC2ContainerRegistryPullOnly.json' with { type: 'json' }
import amazonEC2ContainerRegistryReadOnly from './AmazonEC2ContainerRegistryReadOnly.json' with { type: 'json' }
import amazonEC2ContainerServiceAutoscaleRole from './AmazonEC2ContainerServiceAutoscaleRole.json' with { type: 'json' }
import amazonEC2ContainerServiceEventsRole from './AmazonEC2ContainerServiceEventsRole.json' with { type: 'json' }
import amazonEC2ContainerServiceRole from './AmazonEC2ContainerServiceRole.json' with { type: 'json' }
import amazonEC2ContainerServiceforEC2Role from './AmazonEC2ContainerServiceforEC2Role.json' with { type: 'json' }
import amazonECSInfrastructureRolePolicyForLoadBalancers from './AmazonECSInfrastructureRolePolicyForLoadBalancers.json' with { type: 'json' }
import amazonECSInfrastructureRolePolicyForVolumes from './AmazonECSInfrastructureRolePolicyForVolumes.json' with { type: 'json' }
import amazonECSInfrastructureRolePolicyForVpcLattice from './AmazonECSInfrastructureRolePolicyForVpcLattice.json' with { type: 'json' }
import amazonECSServiceRolePolicy from './AmazonECSServiceRolePolicy.json' with { type: 'json' }
import amazonECSTaskExecutionRolePolicy from './AmazonECSTaskExecutionRolePolicy.json' with { type: 'json' }
import amazonECSFullAccess from './AmazonECS_FullAccess.json' with { type: 'json' }
import amazonS3FullAccess from './AmazonS3FullAccess.json' with { type: 'json' }
import amazonS3ReadOnlyAccess from './AmazonS3ReadOnlyAccess.json' with { type: 'json' }
import amazonSSMManagedInstanceCore from './AmazonSSMManagedInstanceCore.json' with { type: 'json' }
import cloudWatchLogsFullAccess from './CloudWatchLogsFullAccess.json' with { type: 'json' }
import cloudWatchLogsReadOnlyAccess from './CloudWatchLogsReadOnlyAccess.json' with { type: 'json' }
import iamFullAccess from './IAMFullAccess.json' with { type: 'json' }
import iamReadOnlyAccess from './IAMReadOnlyAccess.json' with { type: 'json' }
import iamUserChangePassword from './IAMUserChangePassword.json' with { type: 'json' }
import powerUserAccess from './PowerUserAccess.json' with { type: 'json' }
import readOnlyAccess from './ReadOnlyAccess.json' with { type: 'json' }
import secretsManagerReadWrite from './SecretsManagerReadWrite.json' with { type: 'json' }
import securityAudit from './SecurityAudit.json' with { type: 'json' }
import viewOnlyAccess from './ViewOnlyAccess.json' with { type: 'json' }

/** By ARN, in the order of ARNs. */
export const awsManagedPolicies: ReadonlyMap<string, ManagedPolicy> = new Map(
  published()
    .map((policy) => [arnOf('policy', 'aws', policy), policy] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1)),
)

interface Published {
  readonly name: string
  readonly path: string
  readonly description?: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly versionId: string
  readonly document: object
}

function published(): readonly ManagedPolicy[] {
  return files().map(({ name, path, description, createdAt, updatedAt, versionId, document }) => {
    const number = Number(versionId.slice(1))
    return Object.freeze({
      name,
      path,
      description,
      id: `ANPA${base32(createHash('sha256').update(name).digest()).slice(0, 17)}`,
      createdAt: Date.parse(createdAt),
      updatedAt: Date.parse(updatedAt),
      tags: [],
      defaultVersion: number,
      versions: [{ number, document: JSON.stringify(document, null, 2), createdAt: Date.parse(updatedAt) }],
      nextVersion: number + 1,
    })
  })
}

function files(): readonly Published[] {
  return [
    awsCodeDeployRoleForECS,
    awsDenyAll,
    awsKeyManagementServicePowerUser,
    administratorAccess,
    amazonEC2ContainerRegistryFullAccess,
    amazonEC2ContainerRegistryPowerUser,
    amazonEC2ContainerRegistryPullOnly,
    amazonEC2ContainerRegistryReadOnly,
    amazonEC2ContainerServiceAutoscaleRole,
    amazonEC2ContainerServiceEventsRole,
    amazonEC2ContainerServiceRole,
    amazonEC2ContainerServiceforEC2Role,
    amazonECSInfrastructureRolePolicyForLoadBalancers,
    amazonECSInfrastructureRolePolicyForVolumes,
    amazonECSInfrastructureRolePolicyForVpcLattice,
    amazonECSServiceRolePolicy,
    amazonECSTaskExecutionRolePolicy,
    amazonECSFullAccess,
    amazonS3FullAccess,
    amazonS3ReadOnlyAccess,
    amazonSSMManagedInstanceCore,
    cloudWatchLogsFullAccess,
    cloudWatchLogsReadOnlyAccess,
    iamFullAccess,
    iamReadOnlyAccess,
    iamUserChangePassword,
    powerUserAccess,
    readOnlyAccess,
    secretsManagerReadWrite,
    securityAudit,
    viewOnlyAccess,
  ]
}
