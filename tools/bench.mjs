/**
 * Why this exists: a benchmark is a question (`bench/<question>.bench.ts`); this lists the questions and runs one of them.
 *
 *   npm run bench                       lists them
 *   npm run bench -- NAME [ARGUMENT ...]
 *
 * Sources run unbuilt, and `gc()` is there for measurements of memory.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bench')
const names = readdirSync(folder).flatMap((file) => /^(.+)\.bench\.ts$/.exec(file)?.[1] ?? [])

const [name, ...args] = process.argv.slice(2)
if (name === undefined) {
  for (const each of names) process.stdout.write(`${each}  ${question(each)}\n`)
} else if (names.includes(name)) {
  const flags = ['--conditions=@tidegate/source', '--expose-gc']
  const { status } = spawnSync(process.execPath, [...flags, join(folder, `${name}.bench.ts`), ...args], { stdio: 'inherit' })
  process.exitCode = status ?? 1
} else {
  process.stderr.write(`error: no benchmark \`${name}\`; there are: ${names.join(', ')}\nnext: npm run bench\n`)
  process.exitCode = 2
}

/**
 * The first line of the comment that a benchmark opens with.
 * @param {string} benchmark
 */
function question(benchmark) {
  const text = readFileSync(join(folder, `${benchmark}.bench.ts`), 'utf8')
  return /^(?:\/\*\*\s*(?:\*\s*)?|\/\/ )(.*?)(?:\s*\*\/)?$/m.exec(text)?.[1] ?? ''
}
