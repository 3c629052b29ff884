import { test } from 'vitest'
import type { DescribedLayer } from '../../../tidegate/src/api/describe-decision.ts'
import { gatesOf } from './funnel.ts'

const layer = (PolicyType: string, Outcome: string, Level?: number): DescribedLayer => ({
  PolicyType,
  Outcome,
  ...(Level !== undefined && { Level }),
  Statements: [],
  OtherStatements: 0,
})
const need = (PolicyType: string, Level?: number) => ({ PolicyType, ...(Level !== undefined && { Level }), Need: 'allow', Options: [] })
const shown = (...given: Parameters<typeof gatesOf>) =>
  gatesOf(...given).map(({ layer: { PolicyType, Level }, isShut, isDeciding, isBehind }) =>
    [PolicyType, Level, isShut && 'shut', isDeciding && 'deciding', isBehind && 'behind'].filter(Boolean).join(' '),
  )

test('caps come before what grants, whatever order they are told in', ({ expect }) => {
  const Layers = ['resource', 'identity', 'session', 'boundary', 'rcp', 'scp'].map((type) => layer(type, 'allows'))
  const gates = shown({ Effect: 'allow', Layers, Requirements: [] })
  expect(gates).toEqual(['scp', 'rcp', 'boundary', 'session', 'identity', 'resource'])
})

test('the gate that decided is marked, and what comes after it was not reached', ({ expect }) => {
  const Layers = [layer('scp', 'allows', 1), layer('scp', 'denies', 2), layer('identity', 'allows')]
  const gates = shown({ Effect: 'explicit-deny', PolicyType: 'scp', Layers, Requirements: [need('scp', 2)] })
  expect(gates).toEqual(['scp 1', 'scp 2 shut deciding', 'identity behind'])
})

test('every gate that is in the way is shut, though one decided', ({ expect }) => {
  const Layers = [layer('boundary', 'allows-nothing'), layer('identity', 'denies')]
  const gates = shown({
    Effect: 'explicit-deny',
    PolicyType: 'identity',
    Layers,
    Requirements: [need('boundary'), need('identity')],
  })
  expect(gates).toEqual(['boundary shut', 'identity shut deciding behind'])
})

test('a policy that is not there can be what decided', ({ expect }) => {
  const gates = shown({
    Effect: 'implicit-deny',
    PolicyType: 'identity',
    Layers: [layer('scp', 'allows')],
    Requirements: [need('identity')],
  })
  expect(gates).toEqual(['scp', 'identity shut deciding'])
})

test('a grant that was not needed is not in the way', ({ expect }) => {
  const Layers = [layer('identity', 'allows'), layer('resource', 'allows-nothing')]
  expect(shown({ Effect: 'allow', Layers, Requirements: [] })).toEqual(['identity', 'resource'])
})
