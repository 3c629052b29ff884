import type { Command, ListedCommand } from './command.ts'
import { flagText } from './command.ts'

/** What `tidegate` alone, `tidegate --help` and `tidegate policy` print: the commands, one a line. */
export function overview(commands: readonly ListedCommand[]): string {
  return [
    'usage: tidegate COMMAND [ARGUMENT ...]',
    '',
    'commands:',
    ...table(commands.map(({ name, summary }) => [name, summary])),
    '',
    'tidegate COMMAND --help explains one of them, tidegate --version prints the version',
    '',
  ].join('\n')
}

export function commandHelp({ name, summary }: ListedCommand, { usage, args, flags, details }: Command): string {
  const rows = [
    ...Object.values(args).map(({ value, summary: text }) => [value, text] as const),
    ...Object.entries(flags).map(([name, flag]) => [flagText(name, flag), flag.summary] as const),
    ['--help, -h', 'print this text'] as const,
  ]
  return [`usage: ${usage(name)}`, '', summary, '', ...table(rows), '', details.trim(), ''].join('\n')
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
