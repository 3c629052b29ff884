/** Required members, checked the same way for every protocol once an input is read. */
import { AwsError } from '../kernel/aws-error.ts'
import type { Shape, StructureShape } from './shape.ts'

/** How a service says that a required member is missing. */
export interface MissingStyle {
  readonly code: string | ((paths: readonly string[]) => string)
  readonly message: (paths: readonly string[]) => string
}

/** Throws where a required member, at any depth, is missing. */
export function requireMembers(shape: StructureShape, input: object, style: MissingStyle): void {
  const paths: string[] = []
  collectMissing(shape, input, '', paths)
  if (paths.length === 0) return
  const code = typeof style.code === 'string' ? style.code : style.code(paths)
  throw new AwsError(code, { status: 400, fault: 'client' }, style.message(paths))
}

/**
 * The styles that differ from the common one, by service name.
 * CloudWatch Logs and ECR answer every invalid member with `InvalidParameterException`, ECR in its own words.
 */
export const missingStyles: Readonly<Record<string, MissingStyle>> = {
  logs: { code: 'InvalidParameterException', message: constraintMessage },
  ecr: {
    code: 'InvalidParameterException',
    message: ([path = '']) => `Invalid parameter at '${path}' failed to satisfy constraint: 'must not be null'`,
  },
}

/** AWS's common wording: paths start with a small letter, list items count from 1. */
export function constraintMessage(paths: readonly string[]): string {
  const faults = paths.slice(0, maxShown).map((path) => `Value null at '${path}' failed to satisfy constraint: Member must not be null`)
  return `${paths.length} validation error${paths.length === 1 ? '' : 's'} detected: ${faults.join('; ')}`
}

function collectMissing(shape: Shape, value: unknown, path: string, missing: string[]): void {
  if (typeof value !== 'object' || value === null) return
  if (shape.type === 'structure') {
    for (const { name, isRequired, shape: member } of shape.members) {
      const item: unknown = Reflect.get(value, name)
      const itemPath = `${path}${path === '' ? '' : '.'}${name.charAt(0).toLowerCase()}${name.slice(1)}`
      if (item === undefined) {
        if (isRequired) missing.push(itemPath)
      } else collectMissing(member, item, itemPath, missing)
    }
  } else if (shape.type === 'list' && Array.isArray(value)) {
    for (const [index, item] of value.entries()) collectItem(shape.item, shape.traits.sparse, item, `${path}.${index + 1}.member`, missing)
  } else if (shape.type === 'map') {
    for (const [key, item] of Object.entries(value))
      collectItem(shape.value, shape.traits.sparse, item, `${path}.${key.slice(0, 128)}.member`, missing)
  }
}

function collectItem(shape: Shape, isSparse: 1 | undefined, item: unknown, path: string, missing: string[]): void {
  if (item === null && !isSparse) missing.push(path)
  else collectMissing(shape, item, path, missing)
}

const maxShown = 10
