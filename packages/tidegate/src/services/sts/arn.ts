/** ARNs of sessions and of what they are made from. */

export interface RoleArn {
  readonly accountId: string
  /** Without the path. */
  readonly name: string
}

export function parseRoleArn(arn: string): RoleArn | undefined {
  const [, accountId, name] = /^arn:aws:iam::(\d{12}):role\/(?:[!-~]*\/)?([\w+=,.@-]{1,64})$/.exec(arn) ?? []
  return accountId === undefined || name === undefined ? undefined : { accountId, name }
}

export function assumedRoleArn(accountId: string, roleName: string, sessionName: string): string {
  return `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`
}

export function federatedUserArn(accountId: string, name: string): string {
  return `arn:aws:sts::${accountId}:federated-user/${name}`
}
