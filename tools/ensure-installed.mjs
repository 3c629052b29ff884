/**
 * Why this exists: `npm start` and `npm test` work right after `git clone`, whatever Node the machine has.
 *
 * It installs what the lockfile says when `node_modules` is something else, and makes sure that a Node 24 is there to run the sources.
 * It is silent and takes a few milliseconds when nothing is to do. Plain JavaScript for any Node from 18 on: it runs before ours is there.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const getNode = 'nvm install 24   (or from https://nodejs.org), then the same command again'

if (!isInstalled()) install()
requireNode()

/**
 * npm leaves a copy of what it installed in `node_modules/.package-lock.json`, written last. Contents are compared, not times:
 * a fresh checkout of an unchanged lockfile needs no installation, and packages that are optional on this platform may be missing.
 */
function isInstalled() {
  const wanted = packagesOf('package-lock.json')
  const present = packagesOf(join('node_modules', '.package-lock.json'))
  if (wanted === undefined) fail('package-lock.json cannot be read', 'git checkout package-lock.json')
  if (present === undefined) return false
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true
    const installed = present[path]
    return installed === undefined ? entry.optional === true : JSON.stringify(installed) === JSON.stringify(entry)
  })
}

/**
 * @param {string} lockfile
 * @returns {Record<string, { optional?: boolean }> | undefined}
 */
function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(join(root, lockfile), 'utf8')).packages
  } catch {
    return undefined
  }
}

function install() {
  const started = Date.now()
  note('installing the packages of package-lock.json: npm ci')
  // npm says which npm and which Node run it; the Node in node_modules is about to be replaced and can't run the installation.
  const { npm_execpath: npm, npm_node_execpath: node = process.execPath } = process.env
  // A NODE_ENV=production around us must not leave the tools out; engine warnings of tools that run on our own Node are noise.
  const options = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  const [command, args] = npm?.endsWith('.js') ? [node, [npm, ...options]] : ['npm', options]
  const shell = command === 'npm' && process.platform === 'win32'
  // Standard output belongs to the command that the user asked for: npm's goes to standard error.
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell })
  if (error !== undefined) fail(`npm cannot be started (${error.message})`, 'npm ci')
  if (status !== 0) {
    fail('npm ci failed, its message is above; without a network the packages must be in the cache of npm', 'npm ci --prefer-offline')
  }
  note(`installed in ${((Date.now() - started) / 1000).toFixed(0)} s`)
}

/** npm scripts find `node_modules/.bin/node` first, so usually this process is that Node already and nothing is started here. */
function requireNode() {
  if (isRecent(process.version)) return
  const own = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
  const here = `${process.platform}-${process.arch}`
  if (existsSync(own)) {
    const { status, stdout } = spawnSync(own, ['--version'], { encoding: 'utf8', shell: process.platform === 'win32' })
    if (status === 0 && isRecent(stdout)) return
    fail(`the Node in node_modules does not run on this machine (${here}), and ${process.version} is too old`, getNode)
  }
  fail(`Tidegate needs Node 24 or later: this is ${process.version}, and npm has no binary of it for ${here}`, getNode)
}

/** @param {string} version */
function isRecent(version) {
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0) >= 24
}

/** @param {string} message */
function note(message) {
  process.stderr.write(`${message}\n`)
}

/**
 * @param {string} message
 * @param {string} next
 * @returns {never}
 */
function fail(message, next) {
  note(`error: ${message}\nnext: ${next}`)
  process.exit(1)
}
