import type { Shape } from './shape.ts'

/** Our own mistake: an operation answered with something else than its schema says. The value itself may be a secret and is not shown. */
export function misfit(shape: Shape, value: unknown): Error {
  const what = shape.type === 'structure' ? shape.name : shape.type
  return new Error(`an output has ${value === null ? 'null' : typeof value} where its schema has ${what}`)
}
