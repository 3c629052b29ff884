/**
 * Some tests need more than Node: Docker, a real client. On a machine without it they are skipped with the reason printed;
 * where `TIDEGATE_REQUIRE` lists the name (comma-separated, as CI does) the absence is a failure, so that nothing is skipped unseen.
 */
import process from 'node:process'
import type { TestContext } from 'vitest'

/** Whether the machine has it: `true`, or why not, as a sentence for people. */
export type Probe = () => true | string

/** Called first in a test: returns where the test can run, else skips it or fails. */
export type Requirement = (context: Pick<TestContext, 'skip'>) => void

/**
 * @example
 * const docker = requirement('docker', () => existsSync('/var/run/docker.sock') || 'no Docker socket')
 * test('a task is a container', async (context) => {
 *   docker(context)
 *   …
 * })
 */
export function requirement(name: string, probe: Probe, { required = requiredHere, note = print } = {}): Requirement {
  const answer = probe()
  if (answer === true) return () => {}
  const isRequired = required.split(',').some((each) => each.trim() === name)
  if (!isRequired) note(`tests skipped that need ${name}: ${answer}`)
  return (context) => {
    if (isRequired) throw new Error(`TIDEGATE_REQUIRE lists ${name}: ${answer}`)
    context.skip(`needs ${name}: ${answer}`)
  }
}

const requiredHere = process.env['TIDEGATE_REQUIRE'] ?? ''

function print(line: string): void {
  process.stderr.write(`${line}\n`)
}
