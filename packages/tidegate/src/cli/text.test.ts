import { test } from 'vitest'
import { columns, wrapped } from './text.ts'

test('what a terminal would act on is escaped, quotes are not', ({ expect }) => {
  expect(wrapped('on resource: "arn:aws:s3:::a" \u001b[31m \\"', '', '')).toEqual(['on resource: "arn:aws:s3:::a" \\u001b[31m \\"'])
  expect(
    columns([
      ['"a"', '1'],
      ['b\n', '2'],
    ]),
  ).toEqual(['"a"      1', 'b\\u000a  2'])
})

test('lines break between words, and what is longer than a line stands alone', ({ expect }) => {
  const arn = `arn:aws:s3:::${'x'.repeat(100)}`
  expect(wrapped(`not allowed on ${arn} because`, '- ', '  ')).toEqual(['- not allowed on', `  ${arn}`, '  because'])
})
