import type { Io } from '../../src/cli/io.ts'
import { UsageError } from '../../src/cli/usage-error.ts'

/** An `Io` in memory: what commands wrote, and files by name (`-` is standard input). */
export function memoryIo(files: Readonly<Record<string, string>> = {}): Io & { readonly out: () => string; readonly err: () => string } {
  const written = { out: '', err: '' }
  return {
    async *read(file) {
      const text = files[file]
      if (text === undefined) throw new UsageError(`cannot read \`${file}\`: no such file`)
      yield Buffer.from(text)
    },
    write: async (text) => {
      written.out += text
    },
    note: (line) => {
      written.err += `${line}\n`
    },
    out: () => written.out,
    err: () => written.err,
  }
}
