/**
 * Why this exists: one command, `npm test`, says whether a change is good, and its last line and exit code are what a machine reads.
 *
 *   npm test                          every check below, then every test
 *   npm test -- packages/policy       only tests, the arguments are vitest's
 *   npm test -- --coverage            with coverage (always so when CI is set)
 *   npm run check                     only the checks
 *
 * Each check counts as one in the last line, each test as one. A run without a single test has failed.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** @typedef {{ name: string, passed: number, failed: number, seconds: number, remark: string }} Outcome */

/** Scripts of package.json, so that `npm run lint` is what runs here. */
const checks = ['types', 'lint', 'format:check', 'unused']

const root = dirname(dirname(fileURLToPath(import.meta.url)))
// Tools are those of the checkout, on the Node of the checkout, also when npm is not what runs this file.
/** @type {NodeJS.ProcessEnv} */
const env = { ...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter) }

/** @type {Record<string, string>} */
const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts

const ownFlags = ['--checks-only', '--coverage']
const given = process.argv.slice(2)
const vitestArguments = given.filter((argument) => !ownFlags.includes(argument))
const checksOnly = given.includes('--checks-only')
const coverage = given.includes('--coverage') || (vitestArguments.length === 0 && isSet(process.env['CI']))

if (checksOnly && vitestArguments.length > 0) {
  process.stderr.write(`error: \`--checks-only\` runs no tests, so \`${vitestArguments.join(' ')}\` means nothing\nnext: npm run check\n`)
  process.exit(2)
}

report([...(vitestArguments.length > 0 ? [] : checks.map(runCheck)), ...(checksOnly ? [] : [runTests()])])

/**
 * @param {string} name
 * @returns {Outcome}
 */
function runCheck(name) {
  const { ok, seconds } = run(scripts[name] ?? `npm run ${name}`)
  const remark = name === 'format:check' ? 'npm run format' : `npm run ${name}`
  return { name, passed: ok ? 1 : 0, failed: ok ? 0 : 1, seconds, remark: ok ? '' : remark }
}

/** @returns {Outcome} */
function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-test-'))
  const file = join(folder, 'report.json')
  try {
    // The reporter reads where to write from the environment: vitest's command line has no options for a reporter of one's own.
    env['TIDEGATE_TEST_REPORT'] = file
    const reporters = ['--reporter=default', `--reporter=${join(root, 'tools', 'vitest-reporter.mjs')}`]
    const { ok, seconds } = run('vitest run', [...(coverage ? ['--coverage'] : []), ...vitestArguments, ...reporters])
    return { name: 'tests', seconds, ...countTests(readReport(file), ok) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Prints the slowest files of a long run and every failure once more, at the end, where they are looked for.
 * @param {import('./vitest-reporter.mjs').Report | undefined} report missing when vitest died before it wrote one
 * @param {boolean} ok whether vitest ended well
 */
function countTests(report, ok) {
  if (report === undefined) return { passed: 0, failed: 1, remark: 'vitest wrote no report' }
  const { passed, skipped, failures, slowest } = report
  if (slowest.length >= 10) for (const { file, seconds } of slowest) process.stdout.write(`${seconds.toFixed(1).padStart(7)} s  ${file}\n`)
  for (const { where, what } of failures) process.stdout.write(`\nFAILED: ${where}\n${what}\n`)
  const failed = failures.length
  if (passed + failed === 0) return { passed, failed: 1, remark: 'no test ran' }
  if (!ok && failed === 0) return { passed, failed: 1, remark: 'vitest failed and does not say why' }
  return { passed, failed, remark: `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}` }
}

/**
 * @param {string} file
 * @returns {import('./vitest-reporter.mjs').Report | undefined}
 */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * @param {string} script what the shell reads
 * @param {string[]} [args] what it must not read: they are passed on as they are
 */
function run(script, args = []) {
  const started = Date.now()
  process.stdout.write(`\n> ${script}\n`)
  const windows = process.platform === 'win32'
  const { status, error } = windows
    ? spawnSync([script, ...args].join(' '), { cwd: root, env, stdio: 'inherit', shell: true })
    : spawnSync('sh', ['-c', `${script} "$@"`, 'sh', ...args], { cwd: root, env, stdio: 'inherit' })
  if (error !== undefined) process.stderr.write(`error: \`${script}\` cannot be started: ${error.message}\n`)
  return { ok: status === 0, seconds: (Date.now() - started) / 1000 }
}

/** @param {Outcome[]} outcomes */
function report(outcomes) {
  const width = Math.max(...outcomes.map(({ name }) => name.length))
  process.stdout.write('\n')
  for (const { name, failed, seconds, remark } of outcomes) {
    const state = failed === 0 ? 'ok    ' : 'FAILED'
    process.stdout.write(`${state}  ${name.padEnd(width)}  ${seconds.toFixed(1).padStart(6)} s  ${remark}`.trimEnd() + '\n')
  }
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0)
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0)
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 ? 0 : 1
}

/** @param {string | undefined} value CI=false and CI= mean that it is not set */
function isSet(value) {
  return value !== undefined && value !== '' && value !== 'false' && value !== '0'
}
