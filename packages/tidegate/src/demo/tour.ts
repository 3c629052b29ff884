/** The tour: what Tidegate is for, in seven steps, over the wire and with the clients that everybody has. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { walk } from './guide.ts'
import { region } from './organization.ts'
import { deployAndScale } from './steps/deploy-and-scale.ts'
import { evidence } from './steps/evidence.ts'
import { explainDenial } from './steps/explain-denial.ts'
import { recovery } from './steps/recovery.ts'
import { runTask } from './steps/run-task.ts'
import { signIn } from './steps/sign-in.ts'
import { threePolicies } from './steps/three-policies.ts'
import type { Program } from './tasks.ts'
import { Terminal } from './terminal.ts'
import type { World } from './world.ts'

export interface TourOptions {
  readonly url: string
  /** Data folder of the instance. */
  readonly data: string
  readonly auditKey: string
  readonly program: Program
  readonly write: (text: string) => void
}

/** Answers 0, or the number of the step that failed. */
export function takeTour({ url, data, auditKey, program, write }: TourOptions): Promise<number> {
  const folder = join(data, 'demo')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const terminal = (person: string): Terminal => new Terminal(folder, person, url, region)
  const terminals = { alice: terminal('alice'), bob: terminal('bob'), carol: terminal('carol') }
  const world: World = { url, data, scratch: folder, auditKey, program, terminals, found: {} }
  const steps = [signIn, runTask, explainDenial, threePolicies, deployAndScale, recovery, evidence].map((step) => step(world))
  return walk(steps, write, () => performance.now())
}
