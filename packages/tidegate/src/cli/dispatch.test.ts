import { describe, test } from 'vitest'
import { memoryIo } from '../../test/support/memory-io.ts'
import { command } from './command.ts'
import { dispatch } from './dispatch.ts'
import type { ExitCode } from './io.ts'
import { UsageError } from './usage-error.ts'

const echo = command({
  args: { word: { value: 'WORD', summary: 'the word' } },
  flags: {
    loud: { type: 'boolean', summary: 'in capitals' },
    moon: { type: 'string', value: 'MOON', summary: 'phase of the moon', choices: ['new', 'full'] },
  },
  details: 'exit: 0 always',
  async run({ args, flags }, io) {
    await io.write(`${flags.loud ? args.word.toUpperCase() : args.word} ${flags.moon ?? 'no'} moon\n`)
    return 0
  },
})

const broken = command({
  args: { how: { value: 'HOW', summary: 'usage or bug' } },
  flags: {},
  details: 'exit: never 0',
  run({ args }) {
    throw args.how === 'usage' ? new UsageError('the tide is out', 'sleep 6h') : new TypeError('no water')
  },
})

const commands = [
  { name: 'tide echo', summary: 'prints what it was given', load: async () => echo },
  { name: 'tide break', summary: 'fails', load: async () => broken },
]

async function tidegate(...argv: string[]): Promise<{ exit: ExitCode; out: string; err: string }> {
  const io = memoryIo()
  const exit = await dispatch(commands, argv, io)
  return { exit, out: io.out(), err: io.err() }
}

describe('wrong usage ends with 2, nothing on standard output, and the next command to type', () => {
  const echoHelp = 'next: tidegate tide echo --help'
  const cases = [
    { argv: ['low', 'echo'], error: 'unknown command `low echo`', next: 'next: tidegate --help' },
    { argv: ['tide', 'eco'], error: 'unknown command `tide eco`; did you mean `tide echo`?', next: echoHelp },
    { argv: ['tyde', 'echo', 'a'], error: 'unknown command `tyde echo`; did you mean `tide echo`?', next: echoHelp },
    { argv: [''], error: 'unknown command ``', next: 'next: tidegate --help' },
    { argv: ['help', 'nothing'], error: 'unknown command `nothing`', next: 'next: tidegate --help' },
    { argv: ['--verson'], error: 'unknown flag `--verson`; did you mean `--version`?', next: 'next: tidegate --help' },
    { argv: ['--version', 'tide'], error: 'unexpected argument `tide`', next: 'next: tidegate --help' },
    { argv: ['tide', '--loud'], error: 'unknown flag `--loud`', next: 'next: tidegate --help' },
    { argv: ['tide', 'echo'], error: 'WORD is missing', next: echoHelp },
    { argv: ['tide', 'echo', 'a', 'b'], error: 'unexpected argument `b`', next: echoHelp },
    { argv: ['tide', 'echo', 'a', '--lout'], error: 'unknown flag `--lout`; did you mean `--loud`?', next: echoHelp },
    { argv: ['tide', 'echo', 'a', '-l'], error: 'unknown flag `-l`', next: echoHelp },
    { argv: ['tide', 'echo', 'a', '--loud=yes'], error: '`--loud` takes no value', next: echoHelp },
    { argv: ['tide', 'echo', 'a', '--loud', '--loud'], error: '`--loud` is given twice', next: echoHelp },
    { argv: ['tide', 'echo', 'a', '--moon'], error: '`--moon` needs a value: MOON', next: echoHelp },
    { argv: ['tide', 'echo', 'a', '--moon', '--loud'], error: '`--moon` needs a value: MOON', next: echoHelp },
    { argv: ['tide', 'echo', 'a', '--moon', 'half'], error: '`--moon` cannot be `half`; it is one of new, full', next: echoHelp },
    { argv: ['tide', 'echo', 'a', '--constructor'], error: 'unknown flag `--constructor`', next: echoHelp },
    { argv: ['tide', 'break', 'usage'], error: 'the tide is out', next: 'next: sleep 6h' },
  ]
  test.for(cases)('$argv', async ({ argv, error, next }, { expect }) => {
    expect(await tidegate(...argv)).toEqual({ exit: 2, out: '', err: `error: ${error}\n${next}\n` })
  })
})

test('our own mistake ends with 1 and says that it is ours', async ({ expect }) => {
  const { exit, out, err } = await tidegate('tide', 'break', 'bug')
  expect({ exit, out }).toEqual({ exit: 1, out: '' })
  expect(err).toMatch(/^internal error: TypeError: no water\n/)
  expect(err).toContain('a mistake in tidegate')
})

describe('a command gets its arguments and flags parsed', () => {
  const cases = [
    { argv: ['high'], out: 'high no moon\n' },
    { argv: ['high', '--loud'], out: 'HIGH no moon\n' },
    { argv: ['--moon', 'new', 'high'], out: 'high new moon\n' },
    { argv: ['--moon=full', 'high'], out: 'high full moon\n' },
    { argv: ['--', '--help'], out: '--help no moon\n' },
    { argv: ['-'], out: '- no moon\n' },
  ]
  test.for(cases)('$argv', async ({ argv, out }, { expect }) => {
    expect(await tidegate('tide', 'echo', ...argv)).toEqual({ exit: 0, out, err: '' })
  })
})

const forOverview = [[], ['--help'], ['-h'], ['help'], ['tide'], ['tide', '--help']].map((argv) => ({ argv }))
test.for(forOverview)('help lists the commands: $argv', async ({ argv }, { expect }) => {
  const { exit, out, err } = await tidegate(...argv)
  expect({ exit, err }).toEqual({ exit: 0, err: '' })
  expect(out).toContain('  tide echo   prints what it was given\n')
})

const forCommand = [
  { argv: ['tide', 'echo', '--help'] },
  { argv: ['tide', 'echo', '--nonsense', '-h'] },
  { argv: ['help', 'tide', 'echo'] },
]
test.for(forCommand)('help explains a command: $argv', async ({ argv }, { expect }) => {
  const { exit, out, err } = await tidegate(...argv)
  expect({ exit, err }).toEqual({ exit: 0, err: '' })
  expect(out).toBe(`usage: tidegate tide echo WORD [--loud] [--moon MOON]

prints what it was given

  WORD         the word
  --loud       in capitals
  --moon MOON  phase of the moon
  --help, -h   print this text

exit: 0 always
`)
})

test('--version prints the version of the package', async ({ expect }) => {
  const { exit, out } = await tidegate('--version')
  expect(exit).toBe(0)
  expect(out).toMatch(/^tidegate \d+\.\d+\.\d+\n$/)
})
