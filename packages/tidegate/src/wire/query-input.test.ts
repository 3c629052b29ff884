import fc from 'fast-check'
import { describe, test } from 'vitest'
import { everything } from '../../test/support/schemas.ts'
import { AwsError } from '../kernel/aws-error.ts'
import { parseForm } from './form.ts'
import { readQueryInput } from './query-input.ts'
import { structureOf } from './shape.ts'

const shape = structureOf(everything)
const read = (text: string) => readQueryInput(shape, parseForm(text))
const refusal = (text: string) => {
  try {
    return { parsed: read(text) }
  } catch (error) {
    if (error instanceof AwsError) return error.code
    throw error
  }
}

describe('parameters', () => {
  test.for([
    ['a name twice', 'Text=a&Text=b'],
    ['a name twice, once encoded', 'Text=a&%54ext=b'],
    ['an empty name twice', '=a&=b'],
    ['too many', Array.from({ length: 10_001 }, (_, i) => `${i}=`).join('&')],
  ])('with %s are refused (T-09)', ([, text], { expect }) => {
    expect(refusal(text ?? '')).toBe('InvalidQueryParameter')
  })

  test.for(['Text=%', 'Text=%4', 'Text=%zz', 'Text=%c0%af', 'Text=%ff', 'Text=%ed%a0%80', '%=1'])(
    'with the broken escape %s are refused',
    (text, { expect }) => {
      expect(refusal(text)).toBe('MalformedQueryString')
    },
  )

  test('are decoded once, plus signs are spaces, the second equals sign is text', ({ expect }) => {
    expect(read('&&Text=a+%2B%2541=%26%00&')).toEqual({ Text: 'a +%41=&\0' })
  })
})

describe('a query input', () => {
  test('has the types of the SDK', ({ expect }) => {
    const text =
      'Text=&Number=-12&Flag=true&Blob=AP8%3D&Time=2025-01-02T03:04:05.678Z&List.member.1=a&List.member.2=&Nested.Required=x&Nested.Again.Required=y' +
      '&Map.entry.1.key=a&Map.entry.1.value=b&Union.A=a&Nesteds.member.1.Required=1&F.1=f&F.2=g&Named.Item.1=n&FlatMap.1.Name=k&FlatMap.1.Value=v' +
      '&ListMap.entry.1.key=k&ListMap.entry.1.value.member.1=v&Day=Thu,+02+Jan+2025+03:04:05+GMT'
    expect(read(text)).toEqual({
      Text: '',
      Number: -12,
      Flag: true,
      Blob: new Uint8Array([0, 255]),
      Time: new Date('2025-01-02T03:04:05.678Z'),
      List: ['a', ''],
      Nested: { Required: 'x', Again: { Required: 'y' } },
      Map: { a: 'b' },
      Union: { A: 'a' },
      Nesteds: [{ Required: '1' }],
      Flat: ['f', 'g'],
      Named: ['n'],
      FlatMap: { k: 'v' },
      ListMap: { k: ['v'] },
      Day: new Date('2025-01-02T03:04:05Z'),
    })
  })

  test('ignores what no member claims', ({ expect }) => {
    expect(read('Action=X&Version=Y&X-Amz-Signature=Z&Text.More=1&text=2&Nested.Required=a&Nested.Other.1=b')).toEqual({
      Nested: { Required: 'a' },
    })
  })

  test('has empty lists and maps', ({ expect }) => {
    expect(read('List=&Map=&F=')).toEqual({ List: [], Map: {}, Flat: [] })
  })

  test('orders a list by its numbers and closes gaps', ({ expect }) => {
    expect(read('List.member.10=c&List.member.999999999=d&List.member.2=a&List.member.9=b')).toEqual({ List: ['a', 'b', 'c', 'd'] })
  })

  test.for([
    'List.member.0=a',
    'List.member.01=a',
    'List.member.1=a&List.member.01=b',
    'List.member.-1=a',
    'List.member.1e3=a',
    'List.member.x=a',
    'List.member.=a',
    'List.member.9999999999=a',
    'List.member=a',
    'List=a',
    'List=&List.member.1=a',
    'List.1=a',
    'List.item.1=a',
    'List.member.1=a&List.other.1=b',
    'F.member.1=a',
    'Nested=a',
    'Nested=a&Nested.Required=b',
    'Nesteds.member.1=a',
    'Map.entry.1.key=a',
    'Map.entry.1.value=a',
    'Map.entry.1=a',
    'Map.1.key=a&Map.1.value=b',
    'Map.entry.1.key=a&Map.entry.1.value=b&Map.entry.2.key=a&Map.entry.2.value=c',
    'Union.A=a&Union.B=b',
    'Union=',
    'Number=',
    'Number=1.5',
    'Number=+1',
    'Number=0x1',
    'Number=%EF%BC%91',
    'Number=9007199254740993',
    'Number=99999999999999999999999',
    'Number=1+',
    'Flag=',
    'Flag=True',
    'Flag=1',
    'Blob=a',
    'Time=1700000000',
    'Time=2025-01-01',
    'Time=2025-13-01T00:00:00Z',
    'Time=2025-01-01T00:00:00',
    `${'Nested.Again.'.repeat(40)}Required=a`,
  ])('%s is refused', (text, { expect }) => {
    expect(refusal(text)).toBe('MalformedInput')
  })

  test('T-53 has keys that are nothing but keys', ({ expect }) => {
    const input = read('__proto__.Text=x&constructor=y&Map.entry.1.key=__proto__&Map.entry.1.value=p')
    expect(Reflect.get(input, 'Text')).toBeUndefined()
    const map: unknown = Reflect.get(input, 'Map')
    expect(Object.getPrototypeOf(map)).toBeNull()
    expect(Object.entries(map as object)).toEqual([['__proto__', 'p']])
  })

  test('law: any text gives an input or an AwsError', ({ expect }) => {
    const part = fc.constantFrom(
      'List',
      'member',
      '1',
      '2',
      'Map',
      'entry',
      'key',
      'value',
      'Nested',
      'Again',
      'Required',
      'F',
      '__proto__',
      '',
      '=',
      '.',
      '&',
      '%',
      '+',
      'a',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(part, { maxLength: 40 }).map((parts) => parts.join('')),
        ),
        (text) => {
          expect(refusal(text)).toBeDefined()
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('takes time in proportion to its length', ({ expect }) => {
    const names = Array.from({ length: 9_000 }, (_, i) => `Nesteds.member.${9_000 - i}.Required=${'x'.repeat(100)}`)
    const texts = [
      names.join('&'),
      `Text=${'+%41'.repeat(200_000)}`,
      '&'.repeat(1_000_000),
      `${'.'.repeat(1_000_000)}=`,
      `${'a.'.repeat(15)}=&`.repeat(1),
    ]
    // In more than that, this test would not end in its time.
    for (const text of texts) expect(refusal(text)).toBeDefined()
  })
})
