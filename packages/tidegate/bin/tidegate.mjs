#!/usr/bin/env node
/**
 * Starts `tidegate` under whatever Node the machine has.
 *
 * The published package runs `dist`, which needs Node 24. A checkout runs its sources unbuilt, on the Node 24 that npm installed with it:
 * in this process if this is such a Node already, else in a child that stands in for this process (same streams, signals, exit).
 * Plain JavaScript for any Node from 18 on.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const minimum = 24
/** Resolves `@tidegate/*` to sources instead of `dist`, see `exports` in packages/policy/package.json. */
const condition = '@tidegate/source'

const source = new URL('../src/cli/main.ts', import.meta.url)
const built = new URL('../dist/cli/main.js', import.meta.url)
const isRecent = Number(process.versions.node.split('.')[0]) >= minimum

// Compiled code is kept between starts, which halves them: in a folder of one's own, because whoever writes there says what runs.
const compiled =
  process.env['NODE_COMPILE_CACHE'] || join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tidegate', 'compiled')
if (isRecent) nodeModule.enableCompileCache(compiled)

if (!existsSync(source)) {
  if (isRecent) await import(built.href)
  else refuse(`tidegate needs Node ${minimum} or later, this is ${process.version}`, 'nvm install 24   (or from https://nodejs.org)')
} else if (isRecent) {
  // `--conditions` can't be set in a running process; a resolver hook that adds the condition can.
  nodeModule.registerHooks({
    resolve: (specifier, context, next) => next(specifier, { ...context, conditions: [...context.conditions, condition] }),
  })
  await import(source.href)
} else {
  const own = new URL(`../../../node_modules/.bin/${process.platform === 'win32' ? 'node.cmd' : 'node'}`, import.meta.url)
  if (existsSync(own)) standIn(fileURLToPath(own), [`--conditions=${condition}`, fileURLToPath(source), ...process.argv.slice(2)])
  else refuse(`tidegate needs Node ${minimum} or later, this is ${process.version}, and the checkout is not installed`, 'npm ci')
}

/**
 * @param {string} node
 * @param {string[]} args
 */
function standIn(node, args) {
  const env = { ...process.env, NODE_COMPILE_CACHE: compiled, TIDEGATE_COMPILED: process.env['NODE_COMPILE_CACHE'] ?? '' }
  const child = spawn(node, args, { stdio: 'inherit', env, shell: process.platform === 'win32' })
  // A terminal sends Ctrl-C to the child as well; forwarding it then would count as a second, impatient one.
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !hasTerminal) child.kill(signal)
    })
  }
  child.on('error', (error) => refuse(`the Node of the checkout cannot be started (${error.message})`, 'npm ci'))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

/**
 * @param {string} message
 * @param {string} next
 */
function refuse(message, next) {
  process.stderr.write(`error: ${message}\nnext: ${next}\n`)
  process.exitCode = 1
}
