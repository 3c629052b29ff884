/**
 * What does a signed, judged and durably recorded request cost, beside a bare `node:http` answer and beside moto's server?
 *
 * Inputs: 16 users with a key, five statements and a role each. Calls are GetCallerIdentity with a user's key, the same with a session's
 * credentials, and AssumeRole, as the SDK for JavaScript signs them; 256 different requests of each kind, signed anew for each window.
 * The instance is what `tidegate up` runs, in a process of its own, with SQLite and the audit log on disk. The bare server collects the
 * body of the same requests and answers as many bytes. moto judges nothing and records nothing; it runs where `moto_server` is installed.
 *
 * Measured is CPU time of the server's process, user and system, all threads, from `/proc`, for each request. Windows are taken in turn
 * after a warm-up of 4 CPU seconds for each kind (1.5 with `--quick`, which shows more of the JIT compiler); the median of the windows counts, ratios are of one run. Requests a second and latencies are
 * those of 24 connections that each wait for their answer, on a machine that the load shares.
 *
 * Behind that: the CPU time of each stage, in this process, batch by batch. Stages in a loop have warm caches: their sum is less than a
 * request costs in the server.
 *
 *   npm run bench -- gateway [--quick]
 *
 * A full run takes three minutes and appends to `results/gateway.jsonl`; `--quick` takes 40 seconds on a machine that does nothing else.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readRootKey } from '../packages/tidegate/src/accounts.ts'
import { defaultAccount } from '../packages/tidegate/src/configuration/configuration.ts'
import { dataFolder } from '../packages/tidegate/src/data-folder.ts'
import { measure } from './gateway/contest.ts'
import { record } from './gateway/record.ts'
import { hasMet, render } from './gateway/report.ts'
import { startBare, startInstance, startMoto } from './gateway/servers.ts'
import { measureStages } from './gateway/stages.ts'
import { kinds, makeWorld } from './gateway/world.ts'

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, stages: { type: 'boolean', default: false } } })
const plan = values.quick
  ? { rounds: 5, windowMilliseconds: 400, warmUpCpuSeconds: 1.5, stageRounds: 10 }
  : { rounds: 9, windowMilliseconds: 1600, warmUpCpuSeconds: 4, stageRounds: 150 }

const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-gateway-'))
try {
  const contest = values.stages ? [] : await measureServers()
  const stages = await measureStages(join(folder, 'stages'), plan.stageRounds)
  process.stdout.write(`${render(contest, stages)}\n`)
  if (!values.quick && !values.stages) record(contest, stages)
  if (!hasMet(contest)) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function measureServers() {
  const instance = await startInstance(folder)
  const bare = await startBare()
  const moto = await startMoto()
  if (moto === undefined) process.stdout.write('moto is left out: `moto_server` is not installed or does not start\n')
  try {
    const world = await makeWorld(instance.url, readRootKey(dataFolder(folder).rootKey(defaultAccount.id)))
    const motoWorld = moto && (await makeWorld(moto.url, { accessKeyId: 'AKIAEXAMPLEEXAMPLE00', secretAccessKey: 'secret' }))
    return await measure(
      [
        { server: 'node:http', process: bare, world, kinds: ['GetCallerIdentity'] },
        { server: 'tidegate', process: instance, world, kinds },
        ...(moto && motoWorld
          ? [{ server: 'moto', process: moto, world: motoWorld, kinds: ['GetCallerIdentity', 'AssumeRole'] as const }]
          : []),
      ],
      plan,
    )
  } finally {
    await Promise.all([instance.stop(), bare.stop(), moto?.stop()])
  }
}
