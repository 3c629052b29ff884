import fc from 'fast-check'
import { test } from 'vitest'
import { RequestContext } from '../request.ts'
import { binaryMatcher } from './binary.ts'
import { parseInstant } from './date.ts'
import { ipMatcher } from './ip.ts'
import { parseNumber } from './numeric.ts'

const nothing = new RequestContext({})

test.for(['', ' 1', '1 ', '0x10', '1,000', '1e', 'e1', '.', '+', '--1', 'NaN', 'Infinity', '1_000', '١'])(
  '%j is no number',
  (text, { expect }) => {
    expect(parseNumber(text)).toBeNaN()
  },
)

test.for<[string, number]>([
  ['0', 0],
  ['-0.5', -0.5],
  ['+3', 3],
  ['.5', 0.5],
  ['.25', 0.25],
  ['5.', 5],
  ['1e3', 1000],
  ['1E-2', 0.01],
  ['1e10', 1e10],
  ['007', 7],
])('%s is a number', ([text, value], { expect }) => {
  expect(parseNumber(text)).toBe(value)
})

test.for([
  '',
  '2024-1',
  '2024-00',
  '2024-13',
  '2024-01-00',
  '2024-02-30',
  '2023-02-29',
  '1900-02-29',
  '2024-04-31',
  '2024-06-31',
  '2024-09-31',
  '2024-11-31',
  '2024-01-01T24:00Z',
  '2024-01-01T10:60Z',
  '2024-01-01T10:00:60Z',
  '2024-01-01T10:00',
  '2024-01-01 10:00Z',
  '2024-01-01T10Z',
  '2024-01-01T10:00:00+24:00',
  '2024-01-01T10:00:00+10:60',
  '2024-01-01T10:00:00.Z',
  'x2024',
  '2024x',
  '1e9',
])('%j is no date', (text, { expect }) => {
  expect(parseInstant(text)).toBeNaN()
})

test.for<[string, string]>([
  ['2024', '2024-01-01T00:00:00Z'],
  ['1970-06', '1970-06-01T00:00:00Z'],
  ['2024-02-29', '2024-02-29T00:00:00Z'],
  ['2000-02-29', '2000-02-29T00:00:00Z'],
  ['1969-12-31T23:59:59Z', '1969-12-31T23:59:59Z'],
  ['2024-12-31T23:59:59.25z', '2024-12-31T23:59:59.250Z'],
  ['2024-05-01t10:30+02:00', '2024-05-01T08:30:00Z'],
  ['2024-05-01T10:30:15-0530', '2024-05-01T16:00:15Z'],
  ['2024-05-01T10:30+23:59', '2024-04-30T10:31:00Z'],
  ['2024-05-01T23:59:59.5-00:00', '2024-05-01T23:59:59.500Z'],
  ['2024-10-31', '2024-10-31T00:00:00Z'],
  ['2024-03-01T00:00:00Z', '2024-03-01T00:00:00Z'],
])('%s is the instant %s', ([text, instant], { expect }) => {
  expect(parseInstant(text)).toBe(Date.parse(instant) / 1000)
})

test('any other number of digits is seconds since 1970', ({ expect }) => {
  expect(parseInstant('0')).toBe(0)
  expect(parseInstant('5.5')).toBe(5.5)
  expect(parseInstant('5.25')).toBe(5.25)
  expect(parseInstant('-5')).toBeNaN()
  expect(parseInstant('+5')).toBeNaN()
  expect(parseInstant('1704067200')).toBe(1_704_067_200)
  expect(parseInstant('20240101')).toBe(20_240_101)
})

test('days count as in the calendar', ({ expect }) => {
  const time = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  fc.assert(
    fc.property(time, (date) => {
      expect(parseInstant(date.toISOString())).toBeCloseTo(date.getTime() / 1000, 3)
    }),
  )
})

const inRange = (range: string, address: string): boolean => ipMatcher([range]).matches(address, nothing)

test.for([
  ['10.0.0.0/8', '11.0.0.0'],
  ['10.0.0.1', '10.0.0.2'],
  ['10.0.0.0/31', '10.0.0.2'],
  ['0.0.0.0/0', '::'],
  ['::/0', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8::/33', '2001:db8:8000::'],
  ['2001:db8::', '2001:db8::1'],
  ['10.0.0.0/', '10.0.0.0'],
  ['10.0.0.0/-1', '10.0.0.0'],
  ['10.0.0.0/8/8', '10.0.0.0'],
  ['10.0.0.0/33', '10.0.0.0'],
  ['10.0.0.0/8 ', '10.0.0.0'],
  ['10.0.0.0/0x8', '10.0.0.0'],
  ['10.0.0.0/8.0', '10.0.0.0'],
  ['/8', '10.0.0.0'],
  ['nowhere', 'nowhere'],
  ['nowhere/0', 'nowhere'],
  ['10.0.0', '10.0.0.0'],
  ['10.0.0.0', '10.0.0.0.0'],
  ['10.0.0.0', '10.0.0.0 '],
  ['10.0.0.0', '10.0.0.'],
  ['10.0.0.0', '10..0.0'],
  ['10.0.0.0', '10.0.0.0000'],
  ['10.0.0.0', '10.0.0.00'],
  ['10.0.0.7', '10.0.0.07'],
  ['10.0.0.0', '10.0.0.a'],
  ['10.0.0.0', '10.0.0.256'],
  ['10.0.0.0', '10.0.0.99999999999'],
  ['10.0.0.0', ''],
  ['::/129', '::'],
  ['::/128', ':::'],
  ['::/0', '1::2::3'],
  ['::/0', '1:2:3:4:5:6:7'],
  ['::/0', '1:2:3:4:5:6:7:8:9'],
  ['::/0', '1:2:3:4:5:6:7:8::'],
  ['::/0', '1:2:3:4:5:6:7:8:'],
  ['::/0', '::1::2'],
  ['::/0', ''],
  ['::/0', '1:'],
  ['::/0', ':1'],
  ['::/0', '12345::'],
  ['::/0', 'g::'],
  ['::/0', '::1.2.3'],
  ['::/0', '::1.2.3.4:5'],
  ['::/0', 'fe80::1%eth0'],
])('the range %s does not hold %j', ([range = '', address = ''], { expect }) => {
  expect(inRange(range, address)).toBe(false)
})

test.for([
  ['10.1.2.3/8', '10.255.0.1'], // host bits of the range do not count
  ['0.0.0.0/0', '255.255.255.255'],
  ['203.0.113.7', '203.0.113.7'],
  ['128.0.0.0/1', '255.0.0.1'],
  ['203.0.113.128/25', '203.0.113.129'],
  ['::/0', 'ffff::'],
  ['2001:DB8::/32', '2001:db8:ffff::1'],
  ['2001:db8::/33', '2001:db8:7fff::'],
  ['::1', '0:0:0:0:0:0:0:1'],
  ['1::', '1:0:0:0:0:0:0:0'],
  ['1:2::7:8/128', '1:2:0:0:0:0:7:8'],
  ['::ffff:10.0.0.1', '::ffff:a00:1'],
  ['1:2:3:4:5:6:7.8.9.10', '1:2:3:4:5:6:708:90a'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
])('the range %s holds %s', ([range = '', address = ''], { expect }) => {
  expect(inRange(range, address)).toBe(true)
})

// Against a range that holds every address, so that none of them is taken for some other address.
test.for([
  '',
  '.',
  '...',
  '10',
  '10.0.0',
  '10.0.0.',
  '.10.0.0.1',
  '10..0.1',
  '10.0.0.1.1',
  '10.0.0.1 ',
  ' 10.0.0.1',
  '10.0.0.a',
  '10.0.0./',
  '10,0,0,1',
  '10.0.0.00',
  '10.0.0.07',
  '10.0.0.256',
  '256.0.0.1',
  '10.0.0.99999999999',
  '10.0.0.1/8',
  'ten',
])('%j is no address', (text, { expect }) => {
  expect(inRange('0.0.0.0/0', text)).toBe(false)
})

test('every part of an address counts', ({ expect }) => {
  const changed = (parts: readonly string[], at: number): readonly string[] => parts.map((part, i) => (i === at ? '99' : part))
  for (const [parts, separator] of [
    [['1', '2', '3', '4'], '.'],
    [['255', '0', '255', '0'], '.'],
    [['1', '2', '3', '4', '5', '6', '7', '8'], ':'],
    [['ffff', '0', 'ffff', '0', '0', 'ffff', '0', 'ffff'], ':'],
  ] as const) {
    const address = parts.join(separator)
    expect(inRange(address, address)).toBe(true)
    for (const at of parts.keys()) expect(inRange(address, changed(parts, at).join(separator)), `${address}, part ${at}`).toBe(false)
  }
})

test('what an address was compared with before does not show', ({ expect }) => {
  const v4 = ipMatcher(['10.0.0.1'])
  const v6 = ipMatcher(['1:2:3:4:5:6:7:8', '10.0.0.1'])
  for (const turn of [1, 2]) {
    expect(v6.matches('1:2:3:4:5:6:7:8', nothing), `turn ${turn}`).toBe(true)
    expect(v4.matches('10.0.0.1', nothing), `turn ${turn}`).toBe(true)
    expect(v6.matches('10.0.0.1', nothing), `turn ${turn}`).toBe(true)
  }
})

test('binary values are compared by their bytes', ({ expect }) => {
  const same = (policy: string, value: string): boolean => binaryMatcher([policy]).matches(value, nothing)
  expect(same('QUJD', 'QUJD')).toBe(true)
  expect(same('QQ==', 'QR==')).toBe(true) // the bits left over do not count
  expect(same('', '')).toBe(true)
  expect(same('/+8=', '/+8=')).toBe(true)
  expect(same('AAAA', 'AAAA')).toBe(true)
  expect(same('QUJD', 'QUJE')).toBe(false)
  expect(same('QUJD', 'QkJD')).toBe(false)
  expect(same('QUJD', 'QUND')).toBe(false)
  expect(same('QUJDRA==', 'QUJDRQ==')).toBe(false)
  expect(same('QQ==QUJD', 'QQ==QUJD')).toBe(false)
  expect(same('QUJD', 'qujd')).toBe(false)
  expect(same('QQ', 'QQ')).toBe(false)
  expect(same('QQ=', 'QQ=')).toBe(false)
  expect(same('Q', 'Q')).toBe(false)
  expect(same('Q UI', 'Q UI')).toBe(false)
  expect(same('_-8=', '_-8=')).toBe(false)
})

test('parsing any text gives a number or none, never an error', ({ expect }) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(parseNumber(text)).toBeTypeOf('number')
      expect(parseInstant(text)).toBeTypeOf('number')
      expect(inRange(text, text)).toBeTypeOf('boolean')
      expect(binaryMatcher([text]).matches(text, nothing)).toBeTypeOf('boolean')
    }),
  )
})
