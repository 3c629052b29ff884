import { test } from 'vitest'
import type { LogLine, LookupLogLinesInput, LookupLogLinesOutput } from '../api/log-lines.ts'
import { lineJson, linesOf, lineText, type LogSource } from './log-lines.ts'

const taskId = '0123456789abcdef0123456789abcdef'
const line = (Time: number, Message: string): LogLine => ({
  Time,
  LogStreamName: `web/app/${taskId}`,
  Message,
  Principal: 'arn:aws:sts::111122223333:assumed-role/execution/task',
  Actors: [{ Type: 'human', Issuer: 'https://idp.example.com', Subject: '42', Label: 'alice@example.com' }],
})

/** A group whose answers are these, one after the other. */
function source(group: string, ...answers: readonly LookupLogLinesOutput[]): LogSource & { readonly asked: LookupLogLinesInput[] } {
  const asked: LookupLogLinesInput[] = []
  return {
    group,
    asked,
    lookUp: (input) => Promise.resolve(answers[asked.push(input) - 1] ?? { Lines: [], Position: 0 }),
  }
}

const wanted = { actors: ['a'], pattern: 'ERROR', since: 5, isFollowed: false }
const noPause = (): Promise<void> => Promise.resolve()

async function messages(sources: readonly LogSource[], more: Partial<typeof wanted> = {}, atMost = Infinity): Promise<string[][]> {
  const found: string[][] = []
  for await (const lines of linesOf(sources, { ...wanted, ...more }, noPause)) {
    found.push(lines.map(({ Message }) => Message))
    if (found.length >= atMost) break
  }
  return found
}

test('a group is read page by page, also across pages without a line', async ({ expect }) => {
  const group = source(
    'g',
    { Lines: [line(1, 'a')], NextToken: 't', Position: 7 },
    { Lines: [], NextToken: 'u', Position: 7 },
    { Lines: [line(2, 'b')], Position: 7 },
  )
  expect(await messages([group])).toEqual([['a'], [], ['b'], []])
  expect(group.asked.map(({ NextToken }) => NextToken)).toEqual([undefined, 't', 'u'])
  expect(group.asked[0]).toEqual({ LogGroupName: 'g', Actors: ['a'], FilterPattern: 'ERROR', StartTime: 5, NextToken: undefined })
})

test('lines of several groups come in the order of time', async ({ expect }) => {
  const groups = [source('g', { Lines: [line(1, 'a'), line(3, 'c')], Position: 7 }), source('h', { Lines: [line(2, 'b')], Position: 7 })]
  expect(await messages(groups)).toEqual([['a', 'b', 'c']])
})

test('what is followed goes on where the last answer ended', async ({ expect }) => {
  const group = source(
    'g',
    { Lines: [line(1, 'a')], Position: 7 },
    { Lines: [line(9, 'b')], Position: 8 },
    { Lines: [line(8, 'late')], Position: 9 },
  )
  expect(await messages([group], { isFollowed: true }, 4)).toEqual([['a'], [], ['b'], ['late']])
  expect(group.asked.map(({ Position }) => Position)).toEqual([undefined, 7, 8])
})

test('a line never moves the cursor of a terminal', ({ expect }) => {
  expect(lineText(line(0, 'a\u001b[2J "b" \\ \tc\n'))).toBe(String.raw`1970-01-01T00:00:00.000Z  app/01234567  a\u001b[2J "b" \ ` + '\tc')
})

test('lines of one event stay together', ({ expect }) => {
  expect(lineText(line(0, 'Error\n  at x'))).toBe('1970-01-01T00:00:00.000Z  app/01234567  Error\n      at x')
})

test('a stream that is not of a container is named in full', ({ expect }) => {
  expect(lineText({ ...line(0, 'm'), LogStreamName: 'some/other' })).toBe('1970-01-01T00:00:00.000Z  some/other  m')
})

test('for programs a line is an object with everybody behind it', ({ expect }) => {
  expect(JSON.parse(lineJson({ ...line(0, 'm'), group: 'g' }))).toEqual({
    time: '1970-01-01T00:00:00.000Z',
    group: 'g',
    stream: `web/app/${taskId}`,
    message: 'm',
    principal: 'arn:aws:sts::111122223333:assumed-role/execution/task',
    actors: [{ type: 'human', issuer: 'https://idp.example.com', subject: '42', label: 'alice@example.com' }],
  })
})
