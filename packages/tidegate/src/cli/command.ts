import { parseArgs } from 'node:util'
import type { ExitCode, Io } from './io.ts'
import { nearest } from './nearest.ts'
import { UsageError } from './usage-error.ts'

/**
 * A command as the list has it: enough to find it and to say what there is. What it needs to run is loaded with its file, so that none waits
 * for what another one needs.
 */
export interface ListedCommand {
  /** Noun, then verb: `policy evaluate`. */
  readonly name: string
  /** What it does in one line, without capital and period. */
  readonly summary: string
  readonly load: () => Promise<Command>
}

/** A command is a value: what help, the parser and the tests need to know of it is data. `command` makes one. */
export interface Command {
  /** The command line as `--help` prints it, with every flag where there is room. @param name of the command */
  readonly usage: (name: string) => string
  readonly args: ArgTable
  readonly flags: FlagTable
  /** What `--help` says beyond the tables: what is read and printed, exit codes, examples. */
  readonly details: string
  run(argv: readonly string[], io: Io): Promise<ExitCode>
}

/** Arguments without a dash, by the name that `run` gets them under, in this order. Only the last ones may be optional. */
export type ArgTable = Readonly<Record<string, Arg>>

interface Arg {
  readonly value: string
  readonly summary: string
  readonly isOptional?: true
}

export type FlagTable = Readonly<Record<string, Flag>>

type Flag = BooleanFlag | StringFlag | ListFlag

interface BooleanFlag {
  readonly type: 'boolean'
  readonly summary: string
}

interface StringFlag {
  readonly type: 'string'
  /** What stands for the value in the usage: `FILE`. */
  readonly value: string
  readonly summary: string
  /** Every value there is; anything else is refused. */
  readonly choices?: readonly string[]
}

/** Given as often as there are values. */
interface ListFlag {
  readonly type: 'list'
  readonly value: string
  readonly summary: string
  /** One letter that stands for it behind a single dash. */
  readonly short?: string
}

type FlagValue<F> = F extends { readonly type: 'boolean' }
  ? boolean
  : F extends { readonly type: 'list' }
    ? readonly string[]
    : F extends { readonly choices: readonly (infer Choice)[] }
      ? Choice | undefined
      : string | undefined

interface Input<Args extends ArgTable, Flags extends FlagTable> {
  readonly args: { readonly [Name in keyof Args]: Args[Name] extends { readonly isOptional: true } ? string | undefined : string }
  readonly flags: { readonly [Name in keyof Flags]: FlagValue<Flags[Name]> }
  /** Empty where the command takes none. */
  readonly program: readonly string[]
}

interface CommandDefinition<Args extends ArgTable, Flags extends FlagTable> {
  readonly args: Args
  /** What stands behind `--`: the command line of another program, at least one word. */
  readonly program?: { readonly value: string; readonly summary: string }
  readonly flags: Flags
  readonly details: string
  run(input: Input<Args, Flags>, io: Io): Promise<ExitCode>
}

export function command<const Args extends ArgTable, const Flags extends FlagTable>(definition: CommandDefinition<Args, Flags>): Command {
  const { args, flags, details, program } = definition
  const usage = (name: string): string => {
    const words = ['tidegate', name, ...Object.values(args).map(argUsage)]
    const behind = program === undefined ? [] : ['--', program.value]
    const whole = [...words, ...Object.entries(flags).map(flagUsage), ...behind].join(' ')
    return whole.length <= longestUsage ? whole : [...words, '[FLAG ...]', ...behind].join(' ')
  }
  const run = async (argv: readonly string[], io: Io): Promise<ExitCode> => {
    if (program === undefined) return definition.run({ ...parse(definition, argv), program: [] }, io)
    const at = argv.indexOf('--')
    const own = at < 0 ? argv : argv.slice(0, at)
    const parsed = parse(definition, own)
    const others = at < 0 ? [] : argv.slice(at + 1)
    if (others.length === 0) throw new UsageError(`${program.value} is missing: it stands behind \`--\``)
    return definition.run({ ...parsed, program: others }, io)
  }
  return { usage, args: program === undefined ? args : { ...args, program }, flags, details, run }
}

/** `--kind KIND`, as usage and help write a flag. */
export function flagText(name: string, flag: Flag): string {
  if (flag.type === 'boolean') return `--${name}`
  return `${flag.type === 'list' && flag.short !== undefined ? `-${flag.short}, ` : ''}--${name} ${flag.value}`
}

function argUsage({ value, isOptional }: Arg): string {
  return isOptional === true ? `[${value}]` : value
}

function flagUsage([name, flag]: [string, Flag]): string {
  if (flag.type !== 'list') return `[${flagText(name, flag)}]`
  return `[${flag.short === undefined ? `--${name}` : `-${flag.short}`} ${flag.value} ...]`
}

/** The tokens of `parseArgs`, judged here: its own strict mode lets a repeated flag pass and swallows `--json` as the value of `--kind`. */
function parse<Args extends ArgTable, Flags extends FlagTable>(
  { args, flags }: CommandDefinition<Args, Flags>,
  argv: readonly string[],
): Omit<Input<Args, Flags>, 'program'> {
  const options = Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, optionOf(flag)]))
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true })
  const values = new Map<string, string | true>()
  const lists = new Map<string, string[]>()
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined
    if (flag === undefined || !isNameOf(flag, token)) throw unknownFlag(token.rawName, Object.keys(flags))
    if (flag.type === 'list') {
      const value = flagValue(token, flag)
      lists.set(token.name, [...(lists.get(token.name) ?? []), String(value)])
      continue
    }
    if (values.has(token.name)) throw new UsageError(`\`${token.rawName}\` is given twice`)
    values.set(token.name, flagValue(token, flag))
  }
  return {
    args: argValues(args, words) as Input<Args, Flags>['args'],
    flags: Object.fromEntries(
      Object.entries(flags).map(([name, { type }]) => [
        name,
        type === 'boolean' ? values.has(name) : type === 'list' ? (lists.get(name) ?? []) : values.get(name),
      ]),
    ) as Input<Args, Flags>['flags'],
  }
}

/** As `parseArgs` takes it. A list is collected here. */
function optionOf(flag: Flag): { type: 'boolean' | 'string'; short?: string } {
  if (flag.type === 'boolean') return { type: 'boolean' }
  return { type: 'string', ...(flag.type === 'list' && flag.short !== undefined && { short: flag.short }) }
}

function isNameOf(flag: Flag, { rawName }: OptionToken): boolean {
  return rawName.startsWith('--') || (flag.type === 'list' && rawName === `-${flag.short}`)
}

interface OptionToken {
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

function flagValue({ rawName, value, inlineValue }: OptionToken, flag: Flag): string | true {
  if (flag.type === 'boolean') {
    if (value !== undefined) throw new UsageError(`\`${rawName}\` takes no value`)
    return true
  }
  if (value === undefined || (inlineValue !== true && value.startsWith('-')))
    throw new UsageError(`\`${rawName}\` needs a value: ${flag.value}`)
  if (flag.type === 'string' && flag.choices !== undefined && !flag.choices.includes(value)) {
    throw new UsageError(`\`${rawName}\` cannot be \`${value}\`; it is one of ${flag.choices.join(', ')}`)
  }
  return value
}

function argValues(args: ArgTable, words: readonly string[]): Record<string, string | undefined> {
  const names = Object.keys(args)
  const surplus = words[names.length]
  if (surplus !== undefined) throw new UsageError(`unexpected argument \`${surplus}\``)
  return Object.fromEntries(
    names.map((name, index) => {
      const word = words[index]
      if (word === undefined && args[name]?.isOptional !== true) throw new UsageError(`${args[name]?.value} is missing`)
      return [name, word]
    }),
  )
}

export function unknownFlag(flag: string, known: readonly string[]): UsageError {
  const near = nearest(flag.replace(/^-+/, ''), known)
  return new UsageError(`unknown flag \`${flag}\`${near === undefined ? '' : `; did you mean \`--${near}\`?`}`)
}

/** Help prints it behind `usage: ` on a line of 100 columns. */
const longestUsage = 92
