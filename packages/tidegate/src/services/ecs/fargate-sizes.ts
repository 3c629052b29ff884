/**
 * CPU and memory of a task: how they are written, and the pairs that Fargate has.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
 */
import { ecsError } from './errors.ts'

interface Size {
  readonly cpu?: string | undefined
  readonly memory?: string | undefined
}

/** CPU units, 1024 a vCPU, of `256` or `.25 vCPU`; MiB of `512` or `0.5 GB`. Throws for anything else. */
export function taskSize({ cpu, memory }: Size): { readonly cpu: number | undefined; readonly memory: number | undefined } {
  return { cpu: read(cpu, 'vcpu', 'cpu'), memory: read(memory, 'gb', 'memory') }
}

export function assertFargateSize(size: Size): void {
  const { cpu, memory } = taskSize(size)
  if (cpu === undefined) throw ecsError('ClientException', "Fargate requires that 'cpu' be defined at the task level.")
  if (memory === undefined) throw ecsError('ClientException', "Fargate requires that 'memory' be defined at the task level.")
  const gib = memory / 1024
  const range = ranges.get(cpu)
  const isIn = range !== undefined && gib >= range.from && gib <= range.to && (gib - range.from) % range.step === 0
  const isSmall = (cpu === 256 && [512, 1024, 2048].includes(memory)) || isIn
  if (!isSmall) throw ecsError('ClientException', `No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory.`)
}

function read(text: string | undefined, unit: 'vcpu' | 'gb', name: string): number | undefined {
  if (text === undefined) return undefined
  const [, digits = '', suffix = ''] = /^\s*(\d{0,7}(?:\.\d{1,3})?)\s*([a-z]*)\s*$/i.exec(text) ?? []
  const value =
    digits === '' ? Number.NaN : suffix === '' ? Number(digits) : suffix.toLowerCase() === unit ? Number(digits) * 1024 : Number.NaN
  if (!Number.isInteger(value) || value < 1) throw ecsError('ClientException', `Invalid '${name}' setting for task.`)
  return value
}

/** GiB by CPU units. */
const ranges: ReadonlyMap<number, { readonly from: number; readonly to: number; readonly step: number }> = new Map([
  [512, { from: 1, to: 4, step: 1 }],
  [1024, { from: 2, to: 8, step: 1 }],
  [2048, { from: 4, to: 16, step: 1 }],
  [4096, { from: 8, to: 30, step: 1 }],
  [8192, { from: 16, to: 60, step: 4 }],
  [16_384, { from: 32, to: 120, step: 8 }],
])
