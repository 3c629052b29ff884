import { describe, test } from 'vitest'
import { memoryIo } from '../../test/support/memory-io.ts'
import { commands } from './commands.ts'
import { dispatch } from './dispatch.ts'

test('names are a noun and a verb, or one word for what is about the whole instance, and none is there twice', ({ expect }) => {
  const names = commands.map(({ name }) => name)
  expect(names.filter((name) => !/^[a-z][a-z0-9]*(-[a-z]+)*( [a-z]+(-[a-z]+)*)?$/.test(name))).toEqual([])
  expect([...new Set(names)]).toEqual(names)
  expect(names.length).toBeGreaterThan(0)
})

test('the list of all fits a terminal', async ({ expect }) => {
  const io = memoryIo()
  expect(await dispatch(commands, ['--help'], io)).toBe(0)
  expect(
    io
      .out()
      .split('\n')
      .filter((line) => line.length > 100),
  ).toEqual([])
})

const loaded = await Promise.all(commands.map(async ({ load, ...listed }) => ({ ...listed, command: await load() })))

describe.for(loaded)('$name', ({ name, summary, command }) => {
  const words = name.split(' ')

  test('refuses a flag that it does not know', async ({ expect }) => {
    const io = memoryIo()
    expect(await dispatch(commands, [...words, '--no-such-flag'], io)).toBe(2)
    expect(io.out()).toBe('')
    expect(io.err()).toContain('unknown flag `--no-such-flag`')
    expect(io.err()).toContain(`next: tidegate ${name} --help`)
  })

  test('says what it does, in the style of all others', ({ expect }) => {
    const summaries = [summary, ...[...Object.values(command.args), ...Object.values(command.flags)].map((each) => each.summary)]
    expect(summaries.filter((summary) => !/^(?:[a-z`-]|[A-Z]{2,}\b).*[^.]$/.test(summary))).toEqual([])
    expect(command.details).toMatch(/^exit: 0 .*1 .*2 /m)
  })

  test('explains itself in plain ASCII that fits a terminal', async ({ expect }) => {
    const io = memoryIo()
    expect(await dispatch(commands, [...words, '--help'], io)).toBe(0)
    expect(io.err()).toBe('')
    expect(io.out()).toContain(command.usage(name))
    expect(io.out()).toContain(summary)
    expect(
      io
        .out()
        .split('\n')
        .filter((line) => line.length > 100 || !/^[\x20-\x7e]*$/.test(line)),
    ).toEqual([])
  })
})
