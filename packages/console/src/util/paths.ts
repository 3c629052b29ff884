/** Addresses of pages, so that links and routes agree. */
export interface Paths {
  readonly services: string
  readonly cluster: (cluster: string) => string
  readonly service: (cluster: string, service: string) => string
  readonly task: (cluster: string, taskId: string) => string
  readonly explain: (requestId?: string) => string
  readonly activity: (filters?: Readonly<Record<string, string>>) => string
  readonly event: (eventId: string) => string
}

/** Of the pages of a region, below `/console`. */
export function pathsIn(region: string): Paths {
  const at = (...parts: string[]): string => `/${[region, ...parts].map(encodeURIComponent).join('/')}`
  return {
    services: at('services'),
    cluster: (cluster) => at('services', cluster),
    service: (cluster, service) => at('services', cluster, service),
    task: (cluster, taskId) => at('services', cluster, 'tasks', taskId),
    explain: (requestId) => at('explain') + queryOf(requestId === undefined ? {} : { request: requestId }),
    activity: (filters = {}) => at('activity') + queryOf(filters),
    event: (eventId) => at('activity', eventId),
  }
}

function queryOf(parameters: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(parameters).toString()
  return query === '' ? '' : `?${query}`
}
