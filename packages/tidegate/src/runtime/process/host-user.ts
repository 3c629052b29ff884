/** `user` of a container definition on the host: `1000`, `1000:1000`, `www-data`, `www-data:adm`. */
import { readFileSync } from 'node:fs'
import process from 'node:process'

export interface HostUser {
  readonly uid: number
  readonly gid: number
}

/** `undefined` where it is who runs us. Throws a sentence for a name that is not there. */
export function hostUser(
  text: string | undefined,
  read: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): HostUser | undefined {
  if (text === undefined || text === '') return undefined
  const [name = '', group] = text.split(':')
  const entry = linesOf(read('/etc/passwd')).find(([first, , uid]) => first === name || uid === name)
  const uid = /^\d+$/.test(name) ? Number(name) : entry && Number(entry[2])
  if (uid === undefined) throw new Error(`unable to find user ${name}: no matching entries in passwd file`)
  const gid = group === undefined ? Number(entry?.[3] ?? 0) : groupId(group, read)
  return uid === process.getuid?.() && gid === process.getgid?.() ? undefined : { uid, gid }
}

function groupId(name: string, read: (path: string) => string): number {
  if (/^\d+$/.test(name)) return Number(name)
  const entry = linesOf(read('/etc/group')).find(([first]) => first === name)
  if (entry === undefined) throw new Error(`unable to find group ${name}: no matching entries in group file`)
  return Number(entry[2])
}

const linesOf = (text: string): readonly (readonly string[])[] => text.split('\n').map((line) => line.split(':'))
