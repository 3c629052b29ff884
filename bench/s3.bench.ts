/**
 * What do objects cost over HTTP, beside nginx that serves files, a bare `node:http` server, moto and s3rver?
 *
 * Every server runs in one process of its own (nginx: one worker) and is asked for the same bytes over the same keep-alive connections, in
 * turn. Tidegate judges and records every request, and answers a PUT when it is on the disk; nginx takes a PUT without making it durable; the bare server does
 * it both ways. Requests are presigned where the server speaks S3. moto and s3rver run where they are installed.
 *
 * A window lasts as long as given below; the median of the windows counts, and ratios are those of windows that lie side by side. Cost is
 * CPU time of the server, user and system, all threads. The load shares the machine.
 *
 *   npm run bench -- s3 [--quick]
 *
 * A full run takes about five minutes and appends to `results/s3.jsonl`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { run } from './s3/load.ts'
import { type Figures, hasMet, record, render } from './s3/report.ts'
import { prepare, scenarios } from './s3/scenarios.ts'
import { type Contestant, startAll } from './s3/servers.ts'

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const plan = values.quick ? { rounds: 3, milliseconds: 500, warmUpCpuSeconds: 1 } : { rounds: 5, milliseconds: 1000, warmUpCpuSeconds: 2 }

const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-s3-'))
let contestants: readonly Contestant[] = []
try {
  contestants = await startAll(folder)
  for (const contestant of contestants) await prepare(contestant)
  const figures: Figures[] = []
  for (const { name, connections, bytes, load } of scenarios) {
    const entries = contestants.flatMap((contestant) => {
      const next = load(contestant)
      const own: Figures = { scenario: name, server: contestant.name, bytes, perSecond: [], cpuMicroseconds: [] }
      return next === undefined ? [] : [{ contestant, next, own }]
    })
    for (const { contestant, next } of entries) await warmUp(contestant, next, connections)
    for (let round = 0; round < plan.rounds; round++) {
      for (const { contestant, next, own } of entries) {
        const before = contestant.server.cpuMicroseconds()
        const { count, seconds } = await run(contestant.server.url, { next, connections, milliseconds: plan.milliseconds })
        own.perSecond.push(count / seconds)
        own.cpuMicroseconds.push((contestant.server.cpuMicroseconds() - before) / count)
      }
    }
    figures.push(...entries.map(({ own }) => own))
    process.stdout.write(`${render(figures.filter(({ scenario }) => scenario === name))}\n`)
  }
  if (!values.quick) record(figures)
  if (!hasMet(figures)) process.exitCode = 1
} finally {
  await Promise.all(contestants.map(({ server }) => server.stop()))
  rmSync(folder, { recursive: true, force: true })
}

/** Until most of what runs is compiled. */
async function warmUp({ server }: Contestant, next: () => readonly Uint8Array[], connections: number): Promise<void> {
  const enough = server.cpuMicroseconds() + plan.warmUpCpuSeconds * 1e6
  const deadline = performance.now() + 2 * plan.warmUpCpuSeconds * 1000
  while (server.cpuMicroseconds() < enough && performance.now() < deadline) await run(server.url, { next, connections, milliseconds: 300 })
}
