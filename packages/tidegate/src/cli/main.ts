import { commands } from './commands.ts'
import { dispatch } from './dispatch.ts'
import { exitNumber, processIo } from './io.ts'

// `exitCode`, not `exit()`: what was written is delivered first.
process.exitCode = exitNumber(await dispatch(commands, process.argv.slice(2), processIo()))
