/** A whole instance that dies at any moment, or cannot write its audit log: nothing acknowledged is lost, and nothing is without a record. */
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { CreateGroupCommand, CreateUserCommand, ListUsersCommand } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { test } from 'vitest'
import { parseVerifierKey } from '../src/audit/note.ts'
import { search } from '../src/audit/query.ts'
import { withSegments } from '../src/audit/reading.ts'
import { verifyAuditLog } from '../src/audit/verify.ts'
import { dataFolder } from '../src/data-folder.ts'
import { iamClient, refusalOf, stsClient } from './support/clients.ts'
import { findLives, type Found, group, stages, writeUntilItDies } from './support/crash-writers.ts'
import { type RunningInstance, startInstance } from './support/process.ts'
import { requirement } from './support/require.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const lanes = 2
const [fewestRounds, mostRounds] = [5, 20]
const maxMilliseconds = 45_000

test(
  'T-77 T-80 kill -9 at any moment: nothing acknowledged is lost, nothing is half done, every change has its record',
  { timeout: 300_000 },
  async (context) => {
    const { expect } = context
    const started = performance.now()
    const done = await Promise.all(
      Array.from({ length: lanes }, async () => {
        const data = join(temporaryFolder(context), 'data')
        let instance = await startInstance(data)
        const { auditKey } = instance
        await iamOf(instance).send(new CreateGroupCommand({ GroupName: group }))
        const found: Found[] = []
        let rounds = 0
        for (; rounds < fewestRounds || (rounds < mostRounds && performance.now() - started < maxMilliseconds); rounds++) {
          const writing = writeUntilItDies(iamOf(instance), `r${rounds}`, randomInt(5, 60))
          await writing.enough
          await delay(randomInt(30))
          expect(await instance.end('SIGKILL')).toBe('SIGKILL')
          const lives = await writing.ended
          instance = await startInstance(data)
          const now = await findLives(iamOf(instance), lives)
          expect(now.filter(({ life, stage }) => stage !== life.acknowledged && stage !== life.acknowledged + 1)).toEqual([])
          found.push(...now)
        }
        expect(await instance.end('SIGTERM')).toBe(0)
        const { audit } = dataFolder(data)
        const { records, recovered } = await recordsOf(audit)
        expect(found.flatMap((each) => faultsIn(each, records.get(each.life.name) ?? []))).toEqual([])
        const key = parseVerifierKey(auditKey)
        const report = await verifyAuditLog({ folder: audit, keys: key === undefined ? [] : [key] })
        expect(report).toMatchObject({ status: 'intact', damage: [] })
        return { rounds, recovered, calls: found.reduce((sum, { life }) => sum + life.acknowledged, 0) }
      }),
    )
    process.stderr.write(`killed and found whole: ${JSON.stringify(done)}\n`)
    for (const { rounds, calls } of done) expect(calls).toBeGreaterThanOrEqual(rounds * 5)
  },
)

test(
  'while the audit log cannot be written nothing changes without a record, and it recovers by itself',
  { timeout: 60_000 },
  async (context) => {
    prlimit(context)
    const { expect } = context
    const data = join(temporaryFolder(context), 'data')
    const instance = await startInstance(data)
    const [iam, sts] = [iamOf(instance), stsClient(instance.url, instance.rootKey())]
    const make = (name: string) => refusalOf(iam.send(new CreateUserCommand({ UserName: name })))
    const { audit } = dataFolder(data)
    // Reading fills the log and leaves the state alone, so that a limit between their sizes is one for the log only.
    for (let i = 0; i < 20; i++) await Promise.all(Array.from({ length: 50 }, () => sts.send(new GetCallerIdentityCommand({}))))
    const [largest = 0] = readdirSync(audit)
      .map((file) => statSync(join(audit, file)).size)
      .toSorted((a, b) => b - a)
    limitFiles(instance, largest)
    const refused = { code: 'ServiceUnavailable', status: 503 }
    for (const name of ['first', 'second', 'third']) expect(await make(name)).toMatchObject(refused)
    expect(await refusalOf(sts.send(new GetCallerIdentityCommand({})))).toMatchObject(refused)
    limitFiles(instance, 'unlimited')
    await refusalOf(sts.send(new GetCallerIdentityCommand({})))
    await expect.poll(() => make(`after-${randomInt(1e9)}`)).toBeUndefined()
    const { Users = [] } = await iam.send(new ListUsersCommand({}))
    await instance.end('SIGTERM')
    const { records } = await recordsOf(audit)
    const names = Users.map(({ UserName = '' }) => UserName)
    expect(names).not.toContain('second')
    expect(names).not.toContain('third')
    // What the first call may have changed is recorded, as it is when the instance dies in between.
    for (const name of names) expect([name, records.get(name)]).toEqual([name, ['CreateUser']])
    const key = parseVerifierKey(instance.auditKey)
    expect(await verifyAuditLog({ folder: audit, keys: key === undefined ? [] : [key] })).toMatchObject({ status: 'intact', damage: [] })
  },
)

const prlimit = requirement('prlimit', () => spawnSync('prlimit', ['--version']).status === 0 || 'there is no `prlimit` command')

/** No file of the process grows beyond so many bytes. */
function limitFiles({ pid }: RunningInstance, bytes: number | 'unlimited'): void {
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

function iamOf(instance: RunningInstance) {
  return iamClient(instance.url, instance.rootKey())
}

/** Names of the successful changes of each user, and how many records were appended after a crash. */
async function recordsOf(
  folder: string,
): Promise<{ readonly records: ReadonlyMap<string, readonly string[]>; readonly recovered: number }> {
  const records = new Map<string, string[]>()
  let recovered = 0
  await withSegments(folder, async (segments) => {
    for await (const { record } of search(segments, {}, 'oldest')) {
      if (record.errorCode !== undefined || record.readOnly) continue
      if (record.additionalEventData['isRecovered'] === true) recovered++
      const { userName } = record.requestParameters as { readonly userName?: string }
      if (userName !== undefined) records.set(userName, [...(records.get(userName) ?? []), record.eventName])
    }
  })
  return { records, recovered }
}

/** Each change that took effect is recorded once, and none that did not. A recovered record stands later than it happened. */
function faultsIn({ life, stage = 0 }: Found, recorded: readonly string[]): readonly string[] {
  const want = stages.slice(0, stage).map(({ event }) => event)
  const isSame = want.toSorted().join() === recorded.toSorted().join()
  return isSame ? [] : [`${life.name}: happened ${want.join()}; recorded ${recorded.join()}`]
}
