/** The last part of an ARN: `web` of `arn:aws:ecs:…:service/main/web`, `report:3` of a task definition. Other text stays. */
export function nameOf(arn: string): string {
  return arn.startsWith('arn:') ? arn.slice(Math.max(arn.lastIndexOf('/'), arn.split(':', 5).join(':').length) + 1) : arn
}

/** Account and name of a principal, as people say it: `developer · alice@example.com` of an assumed role. */
export function principalText(arn: string): string {
  const [, , , , , resource = ''] = arn.split(':')
  const [kind, ...rest] = resource.split('/')
  if (kind === 'assumed-role') return rest.join(' · ')
  if (kind === 'root') return 'root user'
  return arn.startsWith('arn:') ? (rest.at(-1) ?? resource) : arn
}

/** 12 digits; empty where the ARN has none. */
export function accountOf(arn: string): string {
  return arn.split(':')[4] ?? ''
}
