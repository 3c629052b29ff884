import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'vitest'

/** An empty folder that is gone after the test. */
export function temporaryFolder({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
