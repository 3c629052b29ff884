/** Schemas made by hand: every kind of member, and what the services that are installed do not have. */
import type { StaticListSchema, StaticMapSchema, StaticOperationSchema, StaticStructureSchema, StaticUnionSchema } from '@smithy/types'

const nested: StaticStructureSchema = [3, 'test', 'Nested', 0, ['Required', 'Again'], [0, () => nested], 1]
const union: StaticUnionSchema = [4, 'test', 'Union', 0, ['A', 'B'], [0, 0]]
const nestedList: StaticListSchema = [1, 'test', 'NestedList', 0, () => nested]
const listMap: StaticMapSchema = [2, 'test', 'ListMap', 0, 0, 64]
const namedItems: StaticListSchema = [1, 'test', 'NamedItems', 0, [0, { xmlName: 'Item' }]]
const namedEntries: StaticMapSchema = [2, 'test', 'NamedEntries', 0, [0, { xmlName: 'Name' }], [0, { xmlName: 'Value' }]]

export const everything: StaticStructureSchema = [
  3,
  'test',
  'Everything',
  0,
  ['Text', 'Number', 'Flag', 'Blob', 'Time', 'List', 'Nested', 'Map', 'Union', 'Nesteds', 'ListMap', 'Flat', 'Named', 'FlatMap', 'Day'],
  [
    0,
    1,
    2,
    21,
    4,
    64,
    () => nested,
    128,
    () => union,
    () => nestedList,
    () => listMap,
    [64, { xmlFlattened: 1, xmlName: 'F' }],
    () => namedItems,
    [() => namedEntries, { xmlFlattened: 1 }],
    6,
  ],
]

const required: StaticStructureSchema = [3, 'test', 'Required', 0, ['RoleArn', 'MFAToken', 'Tags'], [0, 0, () => nestedList], 2]
export const doEverything: StaticOperationSchema = [9, 'test', 'DoEverything', 0, () => everything, () => everything]
export const doRequired: StaticOperationSchema = [9, 'test', 'DoRequired', 0, () => required, 'unit']
