/** What every part knows of the ARNs of principals. */

/** Name of the user or role of an ARN: what stands behind the path. */
export function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1)
}

export function rootArn(accountId: string): string {
  return `arn:aws:iam::${accountId}:root`
}
