/**
 * The options of the `awslogs` driver. What is none of them is refused: an option without effect would be believed in.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
 */
import { RE2JS } from 're2js'
import { type LoggedContainer, RuntimeError } from '../services/ecs/runtime-port.ts'

export interface AwsLogsOptions {
  readonly region: string
  readonly group: string
  readonly stream: string
  readonly isGroupCreated: boolean
  /** Bytes that wait at most, where the container does not wait for its log; undefined where it does. */
  readonly bufferBytes: number | undefined
  /** Whether a line begins an event; without it every line is one. */
  readonly startsEvent: ((line: string) => boolean) | undefined
}

/** Throws `RuntimeError`. */
export function awsLogsOptions({ options, region, name, taskId }: LoggedContainer): AwsLogsOptions {
  const unknown = Object.keys(options).find((option) => !known.has(option))
  if (unknown !== undefined) throw refusal(`unknown log opt '${unknown}' for awslogs log driver`)
  const group = options['awslogs-group'] ?? ''
  if (group === '') throw refusal('must specify a value for log opt: awslogs-group')
  const prefix = options['awslogs-stream-prefix']
  const mode = options['mode'] ?? 'non-blocking'
  if (mode !== 'blocking' && mode !== 'non-blocking') throw refusal(`logger: logging mode not supported: ${mode}`)
  if (mode === 'blocking' && options['max-buffer-size'] !== undefined)
    throw refusal("logger: max-buffer-size option is only supported with 'mode=non-blocking'")
  return {
    region: options['awslogs-region'] ?? region,
    group,
    stream: options['awslogs-stream'] ?? (prefix === undefined ? `${name}/${taskId}` : `${prefix}/${name}/${taskId}`),
    isGroupCreated: isTrue('awslogs-create-group', options['awslogs-create-group'] ?? 'false'),
    bufferBytes: mode === 'blocking' ? undefined : sizeOf(options['max-buffer-size'] ?? '1m'),
    startsEvent: startOfEvent(options['awslogs-multiline-pattern'], options['awslogs-datetime-format']),
  }
}

function startOfEvent(pattern: string | undefined, format: string | undefined): AwsLogsOptions['startsEvent'] {
  if (pattern !== undefined && format !== undefined)
    throw refusal('you cannot configure log opt awslogs-datetime-format and awslogs-multiline-pattern at the same time')
  const source = pattern ?? (format === undefined ? undefined : datePattern(format))
  if (source === undefined) return undefined
  try {
    // Go's own syntax, in time that grows with the line and not with the pattern.
    const compiled = RE2JS.compile(source)
    return (line) => compiled.matcher(line).find()
  } catch (error) {
    throw refusal(`awslogs could not parse multiline pattern key '${source}'`, error)
  }
}

/** What `strftime` would have written. */
function datePattern(format: string): string {
  return format.replaceAll(/%(.)|[\\^$.|?*+()[\]{}]/g, (text, directive: string | undefined) =>
    directive === undefined ? `\\${text}` : (directives[directive] ?? ''),
  )
}

function isTrue(option: string, text: string): boolean {
  if (/^(?:1|t|true)$/i.test(text)) return true
  if (/^(?:0|f|false)$/i.test(text)) return false
  throw refusal(`must specify valid value for log opt '${option}': ${text}`)
}

function sizeOf(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,9})\s*([kmg]?)b?$/i.exec(text) ?? []
  if (digits === undefined) throw refusal(`error parsing option max-buffer-size: ${text}`)
  return Number(digits) * 1024 ** ['', 'k', 'm', 'g'].indexOf(unit.toLowerCase())
}

function refusal(reason: string, cause?: unknown): RuntimeError {
  return new RuntimeError('ResourceInitializationError', `failed to validate logger args: ${reason}`, { cause })
}

const known: ReadonlySet<string> = new Set([
  'awslogs-create-group',
  'awslogs-datetime-format',
  'awslogs-group',
  'awslogs-multiline-pattern',
  'awslogs-region',
  'awslogs-stream',
  'awslogs-stream-prefix',
  'max-buffer-size',
  'mode',
])

/** As Docker's driver has them. */
const directives: Readonly<Record<string, string>> = {
  A: '(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)',
  B: '(?:January|February|March|April|May|June|July|August|September|October|November|December)',
  H: '(?:\\d{2})',
  I: '(?:\\d{2})',
  L: '(?:\\d{3})',
  M: '(?:\\d{2})',
  S: '(?:\\d{2})',
  Y: '(?:\\d{4})',
  Z: '(?:[A-Z]{1,4}T)',
  a: '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)',
  b: '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)',
  d: '(?:\\d{2})',
  f: '(?:\\d{1,9})',
  j: '(?:\\d{1,3})',
  m: '(?:\\d{2})',
  p: '(?:[A-Z]{2})',
  w: '(?:\\d)',
  y: '(?:\\d{2})',
  z: '(?:[+-]\\d{4})',
}
