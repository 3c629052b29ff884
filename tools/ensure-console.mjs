/**
 * Why this exists: the console is the only part that is built before it runs. This builds it where that was not done, or not since its sources
 * changed, in about two seconds; else it says and does nothing. Plain JavaScript for any Node from 18 on.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, 'packages', 'console')

if (timeOf(join(folder, 'dist', 'index.html')) < Math.max(...sources().map(timeOf))) build()

/** All that goes into it, and the list of libraries. */
function sources() {
  const code = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' }).map((name) => join('src', name))
  return [...code, 'index.html', 'package.json', 'vite.config.ts'].map((name) => join(folder, name))
}

/** @param {string} path */
function timeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function build() {
  process.stderr.write('building the console\n')
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [vite, 'build', folder, '--logLevel', 'warn'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status === 0) return
  process.stderr.write(`${stdout}${stderr}error: the console cannot be built\nnext: npm run build:console\n`)
  process.exitCode = 1
}
