/** ARNs of IAM: no region, and a path between the type and the name. */

export type IamType = 'user' | 'group' | 'role' | 'policy' | 'instance-profile' | 'mfa' | 'oidc-provider'

export function arnOf(
  type: IamType,
  accountId: string,
  { path = '/', name }: { readonly path?: string | undefined; readonly name: string },
): string {
  return `arn:aws:iam::${accountId}:${type}${path}${name}`
}

export interface IamArn {
  /** `aws` for AWS managed policies. */
  readonly accountId: string
  readonly type: string
  readonly path: string
  readonly name: string
}

/** `undefined` for what is no ARN of an IAM entity with a name. */
export function parseArn(arn: string): IamArn | undefined {
  const [, accountId, type, path, name] = /^arn:aws:iam::(\d{12}|aws):([a-z-]+)(\/(?:.*\/)?)([^/]+)$/.exec(arn) ?? []
  if (accountId === undefined || type === undefined || path === undefined || name === undefined) return undefined
  return { accountId, type, path, name }
}
