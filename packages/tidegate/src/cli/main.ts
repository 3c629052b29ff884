import { commands } from './commands.ts'
import { dispatch } from './dispatch.ts'
import { exitNumber, processIo } from './io.ts'

// The launcher sets where compiled code is kept, for this process: those that it starts have what was set before.
const { TIDEGATE_COMPILED: before } = process.env
if (before !== undefined) {
  delete process.env['TIDEGATE_COMPILED']
  if (before === '') delete process.env['NODE_COMPILE_CACHE']
  else process.env['NODE_COMPILE_CACHE'] = before
}

// `exitCode`, not `exit()`: what was written is delivered first.
process.exitCode = exitNumber(await dispatch(commands, process.argv.slice(2), processIo()))
