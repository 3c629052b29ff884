import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { test } from 'vitest'
import { pauseProgram } from './pause-image.ts'

const ours = process.arch === 'x64' ? 'amd64' : 'arm64'

test('a machine that there is no program for is refused by name', ({ expect }) => {
  expect(() => pauseProgram('riscv64')).toThrow('there is no program here that owns the network of a task on riscv64')
})

test.for(['amd64', 'arm64'])('the program for %s is one segment, entered where its code begins', (architecture, { expect }) => {
  const file = Buffer.from(pauseProgram(architecture))
  expect(file.toString('latin1', 0, 4)).toBe('\x7fELF')
  expect(Number(file.readBigUInt64LE(24) - file.readBigUInt64LE(64 + 16))).toBe(120)
  expect(Number(file.readBigUInt64LE(64 + 32))).toBe(file.length)
})

test.skipIf(process.platform !== 'linux')('it runs until it is told to end', async (context) => {
  const { expect } = context
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-pause-'))
  context.onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'pause')
  writeFileSync(path, pauseProgram(ours), { mode: 0o755 })
  const running = spawn(path)
  const ended = once(running, 'exit')
  await once(running, 'spawn')
  // What it was not made for, it does not end for either: a signal that is ignored wakes it once.
  running.kill('SIGCONT')
  running.kill('SIGTERM')
  await expect(ended).resolves.toEqual([null, 'SIGTERM'])
})
