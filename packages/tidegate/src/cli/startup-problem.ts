/** Why an instance did not start, for whoever started it: what is wrong with the machine or the data folder is no mistake of tidegate. */
import { askInstance } from '../control.ts'
import type { DataFolder } from '../data-folder.ts'

export interface StartupProblem {
  readonly message: string
  /** The command that helps. */
  readonly next: string
}

/** Asked before anything is opened: the locks would say it too, later and in other words. @param option see `startupProblem` */
export async function alreadyRuns({ control, path }: DataFolder, option: string): Promise<StartupProblem | undefined> {
  try {
    await askInstance(control, { ask: 'status' })
    return { message: `an instance runs on \`${path}\` already`, next: `tidegate status${option}` }
  } catch {
    return undefined
  }
}

/** `undefined` for what nobody foresaw. @param option how commands are told the data folder, with a space before it */
export function startupProblem(error: unknown, option: string): StartupProblem | undefined {
  if (!(error instanceof Error)) return undefined
  const code: unknown = Reflect.get(error, 'code')
  if (code === 'EADDRINUSE') return { message: 'another process listens there already', next: `tidegate up${option} --port 0` }
  if (code === 'EADDRNOTAVAIL' || (code === 'EACCES' && Reflect.get(error, 'syscall') === 'listen')) {
    return { message: `that address cannot be listened on: ${error.message}`, next: `tidegate up${option}` }
  }
  return worded.has(error.name) ? { message: error.message, next: `tidegate doctor${option}` } : undefined
}

/** Errors whose message is for people. */
const worded = new Set(['AuditLogDamaged', 'AuditUnavailable', 'DatabaseError', 'KeyRingError'])
