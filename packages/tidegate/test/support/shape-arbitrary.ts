/** Values that fit a shape, for round trips through real clients. */
import fc from 'fast-check'
import type { Member, Shape, StructureShape } from '../../src/wire/shape.ts'

export interface Alphabet {
  readonly text: fc.Arbitrary<string>
  /** Whether numbers may have a fraction. */
  readonly hasFractions: boolean
}

/** An input or output with its required members and some of the others. */
export function structureArbitrary(shape: StructureShape, alphabet: Alphabet, depth = 0): fc.Arbitrary<Record<string, unknown>> {
  if (shape.members.length === 0) return fc.constant({})
  if (shape.isUnion) return fc.oneof(...shape.members.map((member) => record([member], [member.name], alphabet, depth)))
  const required = shape.members.filter(({ isRequired }) => isRequired).map(({ name }) => name)
  const optional = shape.members.filter(({ isRequired }) => !isRequired)
  // Structures may contain themselves. Below the fourth level only what is required is left, and at least one member:
  // a form has no way to write a structure without any.
  const kept = depth < 4 ? optional : optional.filter(({ shape: { type } }) => type !== 'structure' && type !== 'list').slice(0, 1)
  const members = shape.members.filter((member) => member.isRequired || kept.includes(member))
  const first = required.length > 0 || members.length === 0 ? required : [members[0]?.name ?? '']
  return record(members, depth === 0 ? required : first, alphabet, depth)
}

function record(
  members: readonly Member[],
  requiredKeys: string[],
  alphabet: Alphabet,
  depth: number,
): fc.Arbitrary<Record<string, unknown>> {
  const model = Object.fromEntries(members.map(({ name, shape }) => [name, valueArbitrary(shape, alphabet, depth + 1)]))
  return fc.record(model, { requiredKeys, noNullPrototype: true })
}

function valueArbitrary(shape: Shape, alphabet: Alphabet, depth: number): fc.Arbitrary<unknown> {
  switch (shape.type) {
    case 'structure':
      return structureArbitrary(shape, alphabet, depth)
    case 'list':
      return fc.array(valueArbitrary(shape.item, alphabet, depth), { maxLength: 3 })
    case 'map':
      return fc.dictionary(
        fc.oneof(alphabet.text, fc.constant('__proto__'), fc.constant('constructor')),
        valueArbitrary(shape.value, alphabet, depth),
        {
          minKeys: 1,
          maxKeys: 3,
          noNullPrototype: false,
        },
      )
    case 'string':
      return alphabet.text
    case 'number':
      return alphabet.hasFractions
        ? fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }).map(positiveZero))
        : fc.maxSafeInteger()
    case 'boolean':
      return fc.boolean()
    case 'blob':
      return fc.uint8Array({ maxLength: 50 })
    case 'timestamp':
      return fc.date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true })
    case 'document':
      return fc.jsonValue()
  }
}

/** Any text that is Unicode. */
export const anyText = fc.string({ unit: 'grapheme', maxLength: 20 })

/**
 * Text that an XML answer carries unharmed to the SDK for JavaScript. Its reader drops texts of nothing but white space, and XML has no
 * place for most control characters.
 */
export const xmlText = fc
  .oneof(fc.string({ unit: 'binary', maxLength: 20 }), anyText, fc.constantFrom('<&>"\'', 'a\r\nb', ']]>', '&amp;'))
  .filter(
    (text) =>
      // oxlint-disable-next-line no-control-regex -- those are what XML has no place for
      !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text) && text.isWellFormed() && (text === '' || text.trim() !== ''),
  )

/** The one number that JSON writers do not keep. */
function positiveZero(value: number): number {
  return value === 0 ? 0 : value
}
