import process from 'node:process'

/** Kills all processes of a group at once. */
export function killGroup(group: number | undefined): void {
  // 0 and 1 would be our own group and everybody.
  if (group === undefined || group <= 1) return
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    return // nobody is left in it
  }
}
