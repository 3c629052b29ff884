/**
 * What people call a resource: the last part of its ARN, so `web` of `arn:aws:ecs:…:service/main/web`, but with what it lies in where its own
 * name says nothing: bucket and key, log group and stream, role and session. Other text stays.
 */
export function nameOf(arn: string): string {
  const [prefix, , service, , , ...rest] = arn.split(':')
  if (prefix !== 'arn') return arn
  const resource = rest.join(':')
  if (service === 's3') return resource
  if (resource.startsWith('assumed-role/')) return principalText(arn)
  const [, group, stream] = /^log-group:([^:]*)(?::log-stream:(.*))?/.exec(resource) ?? []
  if (group !== undefined) return stream === undefined || stream === '' ? group : `${group} · ${stream}`
  return resource.slice(resource.lastIndexOf('/') + 1)
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
