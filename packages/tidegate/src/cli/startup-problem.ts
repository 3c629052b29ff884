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

export interface Attempt {
  /** How commands are told the data folder, with a space before it. */
  readonly option: string
  /** What else `tidegate up` was given, that it is the same again. */
  readonly upOption: string
  /** The data folder. */
  readonly folder: string
  /** Where it was to listen. */
  readonly address: string
}

/** `undefined` for what nobody foresaw. */
export function startupProblem(error: unknown, { option, upOption, folder, address }: Attempt): StartupProblem | undefined {
  if (!(error instanceof Error)) return undefined
  const code: unknown = Reflect.get(error, 'code')
  if (code === 'EADDRINUSE') return { message: `another process listens on ${address} already`, next: `tidegate up${upOption} --port 0` }
  if (code === 'EADDRNOTAVAIL' || (code === 'EACCES' && Reflect.get(error, 'syscall') === 'listen')) {
    return { message: `that address cannot be listened on: ${error.message}`, next: `tidegate up${upOption}` }
  }
  if (error.name === 'RuntimeUnavailable') return { message: error.message, next: `tidegate up${upOption} --runtime process` }
  const path: unknown = Reflect.get(error, 'path')
  if (typeof path === 'string' && path.startsWith(folder) && typeof code === 'string' && code in unusable) {
    return {
      message: `the data folder \`${folder}\` cannot be used: ${unusable[code]}`,
      next: `tidegate up${upOption.replace(option, '')} --data FOLDER`,
    }
  }
  return worded.has(error.name) ? { message: error.message, next: `tidegate doctor${option}` } : undefined
}

const unusable: Readonly<Record<string, string>> = {
  EEXIST: 'it is a file',
  ENOTDIR: 'it is below a file',
  EACCES: 'permission denied',
  EPERM: 'it belongs to somebody else',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  ENOENT: 'it cannot be made',
}

/** Errors whose message is for people. */
const worded = new Set(['AuditLogDamaged', 'AuditUnavailable', 'DatabaseError', 'KeyRingError'])
