/** What the `ecs` commands have in common on the command line. */
import { UsageError } from '../usage-error.ts'

export const clusterFlag = { type: 'string', value: 'NAME', summary: 'the cluster, `default` when absent' } as const

/** Of commands that change a service and wait until that is done. */
export const changeFlags = {
  cluster: clusterFlag,
  'no-wait': { type: 'boolean', summary: 'end when ECS took it, not when it is done' },
  timeout: { type: 'string', value: 'SECONDS', summary: 'how long to wait, 600 by default' },
  'dry-run': { type: 'boolean', summary: 'print what would be done, and do nothing' },
  json: { type: 'boolean', summary: 'print an object' },
} as const

export interface ChangeFlags {
  readonly cluster: string | undefined
  readonly 'no-wait': boolean
  readonly timeout: string | undefined
  readonly 'dry-run': boolean
  readonly json: boolean
}

/** What `--help` of those says of how they end. */
export const changeExits = `
Progress and what ECS tells of the service go to standard error. The request id in the answer is
that of the audit record: tidegate explain REQUEST-ID tells why it was allowed.

exit: 0 done, 1 refused, failed or taken back, 2 wrong usage, 3 not done in time`

/** Milliseconds. */
export function timeoutOf({ timeout = '600', 'no-wait': isNotWaiting }: Pick<ChangeFlags, 'timeout' | 'no-wait'>): number {
  if (!/^[1-9]\d{0,5}$/.test(timeout)) throw new UsageError(`\`--timeout\` cannot be \`${timeout}\`; it is a number of seconds`)
  if (isNotWaiting && timeout !== '600') throw new UsageError('`--timeout` has no effect with `--no-wait`')
  return Number(timeout) * 1000
}
