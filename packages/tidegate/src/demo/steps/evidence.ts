import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Step } from '../guide.ts'
import { reports } from '../policies.ts'
import type { World } from '../world.ts'

export const evidence = (world: World): Step => ({
  title: 'who wrote this object? The audit log answers, and proves that it is whole',
  async run(guide) {
    const object = `arn:aws:s3:::${reports}/${world.found.reportKey ?? ''}`
    guide.types('carol', `tidegate audit grep --event PutObject --resource ${object}`)
    const grep = await world.terminals.carol.run([
      'audit',
      'grep',
      '--data',
      world.data,
      '--event',
      'PutObject',
      '--resource',
      object,
      '--json',
    ])
    const [line = '{}'] = grep.stdout.split('\n')
    const { eventID = '', userIdentity } = JSON.parse(line) as { eventID?: string; userIdentity?: { arn?: string } }
    guide.answers(userIdentity?.arn ?? grep.stderr)
    guide.holds(eventID !== '', 'the call is recorded')
    guide.types('carol', `tidegate trace ${eventID}`)
    const trace = await world.terminals.carol.run(['trace', eventID], 'demo-staging-auditor')
    guide.answers(`${trace.stdout}${trace.stderr}`, 24)
    for (const part of ['alice', 's3:PutObject']) guide.holds(trace.stdout.includes(part), `the chain names \`${part}\``)

    guide.types('carol', 'tidegate audit verify --key ...')
    const verify = (folder: string) => world.terminals.carol.run(['audit', 'verify', '--data', folder, '--key', world.auditKey])
    const whole = await verify(world.data)
    guide.answers(whole.stdout, 3)
    guide.holds(whole.code === 0, 'the log is whole')

    guide.types('carol', 'cp -r .tidegate copy    # and one byte of it is changed')
    const copy = join(world.scratch, 'copy')
    rmSync(copy, { recursive: true, force: true })
    cpSync(join(world.data, 'audit'), join(copy, 'audit'), { recursive: true })
    flipByte(join(copy, 'audit'))
    const broken = await verify(copy)
    guide.answers(`${broken.stdout}${broken.stderr}`, 4)
    guide.holds(broken.code !== 0, 'the changed byte is found')
  },
})

/** One digit of the first record becomes another. */
function flipByte(folder: string): void {
  const [name] = readdirSync(folder)
    .filter((file) => /\.jsonl$|^segment/.test(file))
    .toSorted()
  if (name === undefined) throw new Error('the log has no segment')
  const path = join(folder, name)
  const bytes = readFileSync(path)
  const at = bytes.indexOf('"eventTime":"2') + '"eventTime":"2'.length
  bytes[at] = bytes[at] === 0x30 ? 0x31 : 0x30
  writeFileSync(path, bytes)
}
