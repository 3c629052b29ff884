/**
 * Why this exists: what `tools/test.mjs` has to know of a run, in one file of JSON: vitest's own report leaves out the errors that happened outside
 * of tests, and those are the ones that are hard to see again.
 */
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import process from 'node:process'

/** @typedef {{ where: string, what: string }} Failure what failed, and the message and stack of why */
/** @typedef {{ passed: number, skipped: number, failures: Failure[], slowest: { file: string, seconds: number }[] }} Report */

// vitest takes the default export of a file of reporters.
// oxlint-disable-next-line import/no-default-export
export default class SummaryReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    /** @type {Report} */
    const report = { passed: 0, skipped: 0, failures: [], slowest: [] }
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId)
      // What is wrong with a file itself: it can't be loaded, or a hook of a whole file fails.
      for (const error of module.errors()) report.failures.push({ where: file, what: told(error) })
      for (const suite of module.children.allSuites()) {
        for (const error of suite.errors()) report.failures.push({ where: `${file} > ${suite.fullName}`, what: told(error) })
      }
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result()
        if (state === 'passed') report.passed++
        else if (state === 'failed')
          report.failures.push({ where: `${file} > ${test.fullName}`, what: (errors ?? []).map(told).join('\n') })
        else report.skipped++
      }
      report.slowest.push({ file, seconds: module.diagnostic().duration / 1000 })
    }
    for (const error of unhandledErrors) report.failures.push({ where: 'outside of a test', what: told(error) })
    report.slowest = report.slowest.toSorted((a, b) => b.seconds - a.seconds).slice(0, 10)
    const file = process.env['TIDEGATE_TEST_REPORT']
    if (file !== undefined) writeFileSync(file, JSON.stringify(report))
  }
}

/** @param {unknown} error an Error, as vitest sends it between its processes */
function told(error) {
  const { stack, message, VITEST_TEST_PATH: path, type } = /** @type {Partial<Record<string, string>>} */ (error ?? {})
  const why = (stack ?? message ?? String(error)).split('\n').slice(0, 20)
  return [...(type === undefined ? [] : [type]), ...(path === undefined ? [] : [`while ${path} ran`]), ...why].join('\n')
}
