import { createReadStream } from 'node:fs'
import { safeOnTerminal } from './text.ts'
import { UsageError } from './usage-error.ts'

/** All that a command sees of the world around it; tests hand in their own. */
export interface Io {
  /** The bytes of a file, of standard input for `-`. A file that cannot be read is a `UsageError`. */
  read(file: string): AsyncIterable<Uint8Array>
  /** Writes answers to standard output; resolves when the reader can take more. */
  write(text: string): Promise<void>
  /** Writes a line that is not an answer to standard error. */
  note(line: string): void
}

/**
 * 0: done, and the answer is good. 1: the answer is not good, or input could not be read in part. 2: wrong usage. 3: it cannot be told, or
 * access is denied. 4: it depends.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | ChildExit

/** Of another program that was run, as it was; for one that a signal ended, 128 and the signal's number. Of a tour, its failed step. */
export interface ChildExit {
  readonly child: number
}

export function exitNumber(code: ExitCode): number {
  return typeof code === 'number' ? code : code.child
}

/** INVARIANT: what a command prints moves no cursor and sends a terminal no command, whoever chose the names and messages in it. */
export function processIo(): Io {
  process.stdout.on('error', endWithoutOutput)
  process.stderr.on('error', endWithoutOutput)
  return {
    read: readFile,
    // A failed write is never answered: the `error` event that follows ends the process.
    write: (text) => new Promise((resolve) => process.stdout.write(safeOnTerminal(text), (error) => error == null && resolve())),
    note: (line) => {
      process.stderr.write(`${safeOnTerminal(line)}\n`)
    },
  }
}

/** Never with the 0 that says "all is well": what was not delivered may have been the bad news. */
function endWithoutOutput({ code, message }: NodeJS.ErrnoException): never {
  // The reader has enough (`tidegate … | head -1`): quietly, with what a shell shows for SIGPIPE.
  if (code === 'EPIPE') process.exit(141)
  process.stderr.write(`error: cannot write the output: ${message}\n`)
  process.exit(1)
}

async function* readFile(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* file === '-' ? process.stdin : createReadStream(file)
  } catch (error) {
    throw new UsageError(`cannot read \`${file}\`: ${reasonOf(error)}`)
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return (code === undefined ? undefined : reasons[code]) ?? message
}

const reasons: Record<string, string> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
}
