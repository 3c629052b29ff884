/** Handing a role to tasks: `iam:PassRole`, for every role that a task definition or an override names. */
import type { Check } from '../../kernel/operation.ts'
import { ecsError } from './errors.ts'

/**
 * The roles are those of the account: one may be named without its ARN.
 * @param associated ARN of what the role comes to belong to: the task definition, or the service
 */
export function passRoleChecks(
  accountId: string,
  roles: readonly (string | undefined)[],
  associated: string,
  to: 'ecs-tasks.amazonaws.com' | 'ecs.amazonaws.com' = 'ecs-tasks.amazonaws.com',
): Check[] {
  const arns = roles.flatMap((role) => (role === undefined || role === '' ? [] : [roleArn(accountId, role)]))
  return [...new Set(arns)].map((resource) => ({
    action: 'iam:PassRole',
    resource,
    context: { 'iam:PassedToService': to, 'iam:AssociatedResourceArn': associated },
  }))
}

/** Throws `ClientException` for what is no role of the account: none is handed across accounts. */
function roleArn(accountId: string, role: string): string {
  const start = `arn:aws:iam::${accountId}:role/`
  const path = role.startsWith('arn:') ? (role.startsWith(start) ? role.slice(start.length) : '') : role
  if (!/^(?:[!-~]{1,510}\/)?[\w+=,.@-]{1,64}$/.test(path)) throw ecsError('ClientException', 'Role is not valid')
  return start + path
}
