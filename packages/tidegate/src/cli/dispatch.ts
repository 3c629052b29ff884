import { readFileSync } from 'node:fs'
import { type ListedCommand, unknownFlag } from './command.ts'
import { commandHelp, overview } from './help.ts'
import type { ExitCode, Io } from './io.ts'
import { nearest } from './nearest.ts'
import { UsageError } from './usage-error.ts'

/** Runs the command that `argv` names. Whatever goes wrong ends here, as text on standard error and an exit code. */
export async function dispatch(commands: readonly ListedCommand[], argv: readonly string[], io: Io): Promise<ExitCode> {
  const found = find(commands, argv)
  const help = found === undefined ? 'tidegate --help' : `tidegate ${found.name} --help`
  try {
    if (found === undefined) return await general(commands, argv, io)
    const rest = argv.slice(found.name.split(' ').length)
    const command = await found.load()
    if (!asksForHelp(rest)) return await command.run(rest, io)
    await io.write(commandHelp(found, command))
    return 0
  } catch (error) {
    if (error instanceof UsageError) {
      io.note(`error: ${error.message}`)
      io.note(`next: ${error.next ?? help}`)
      return 2
    }
    io.note(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    io.note('this is a mistake in tidegate, not in your input; what was printed before it may be incomplete')
    return 1
  }
}

/** The command whose words `argv` begins with. */
function find(commands: readonly ListedCommand[], argv: readonly string[]): ListedCommand | undefined {
  return commands.find(({ name }) => name.split(' ').every((word, index) => argv[index] === word))
}

/** Everything that is not a command: nothing at all, a noun alone, `help`, `--help`, `--version`, mistakes. */
async function general(commands: readonly ListedCommand[], argv: readonly string[], io: Io): Promise<ExitCode> {
  const [first, second] = argv
  if (first === 'help') return dispatch(commands, [...argv.slice(1), '--help'], io)
  if (first === '--version') {
    if (second !== undefined) throw new UsageError(`unexpected argument \`${second}\``)
    await io.write(`tidegate ${version()}\n`)
    return 0
  }
  const words = argv.filter((word) => !word.startsWith('-'))
  const group = commands.filter(({ name }) => words.every((word, index) => name.split(' ')[index] === word))
  if (group.length === 0) throw unknownCommand(words, commands)
  const flag = argv.find((word) => word.startsWith('-'))
  if (flag !== undefined && !asksForHelp(argv)) throw unknownFlag(flag, ['help', 'version'])
  await io.write(overview(group))
  return 0
}

function unknownCommand(words: readonly string[], commands: readonly ListedCommand[]): UsageError {
  const given = words.slice(0, 2).join(' ')
  const near = nearest(
    given,
    commands.map(({ name }) => name),
  )
  if (near === undefined) return new UsageError(`unknown command \`${given}\``)
  return new UsageError(`unknown command \`${given}\`; did you mean \`${near}\`?`, `tidegate ${near} --help`)
}

/** Words after a bare `--` are arguments, whatever they look like. */
function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end === -1 ? argv.length : end).some((word) => word === '--help' || word === '-h')
}

function version(): string {
  // The same distance from src/cli and dist/cli.
  const { version: text } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  return text
}
