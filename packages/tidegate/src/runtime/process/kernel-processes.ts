/** What the kernel tells about processes, under `/proc`. Elsewhere it tells nothing and groups are all there is. */
import { readdirSync, readFileSync } from 'node:fs'

/** In ticks since the machine started: with the id it names a process for good. `undefined` where there is none. */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the program stands in brackets and may hold anything; behind it the state is field 3, the start time field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/** Ids of the processes that were started with one of these values of a variable, also by processes that left their group. */
export function processesWith(variable: string, values: ReadonlySet<string>): readonly number[] {
  return pids().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1')
        .split('\0')
        .some((entry) => entry.startsWith(`${variable}=`) && values.has(entry.slice(variable.length + 1)))
    } catch {
      return false // gone, or somebody else's
    }
  })
}

/** CPU time in nanoseconds and resident memory in bytes of the processes of a group. */
export function usageOfGroup(group: number): { readonly cpuNanoseconds: number; readonly memoryBytes: number; readonly processes: number } {
  let [cpuNanoseconds, memoryBytes, processes] = [0, 0, 0]
  for (const pid of pids()) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (Number(fields[2]) !== group) continue
      cpuNanoseconds += (Number(fields[11]) + Number(fields[12])) * NANOSECONDS_PER_TICK
      memoryBytes += Number(fields[21]) * PAGE_BYTES
      processes++
    } catch {
      continue
    }
  }
  return { cpuNanoseconds, memoryBytes, processes }
}

function pids(): readonly number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
  } catch {
    return []
  }
}

const NANOSECONDS_PER_TICK = 10_000_000
const PAGE_BYTES = 4_096
