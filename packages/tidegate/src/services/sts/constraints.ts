/**
 * The constraints of STS's model, which the SDK's schemas do not carry, with AWS's validation texts.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
 */
import { stsError } from './errors.ts'

/** Throws `ValidationError` for what an operation does not take. All that is wrong is told at once, as AWS does. */
export function checkConstraints(operationName: string, input: object): void {
  const faults = Object.entries(input).flatMap(([member, value]: [string, unknown]) => {
    const rule = exceptions.get(`${operationName}.${member}`) ?? rules.get(member)
    if (rule === undefined || value === undefined) return []
    return rule(value, member.charAt(0).toLowerCase() + member.slice(1))
  })
  if (faults.length === 0) return
  throw stsError('ValidationError', `${faults.length} validation error${faults.length === 1 ? '' : 's'} detected: ${faults.join('; ')}`)
}

/** What is wrong with the value at a path. */
type Rule = (value: unknown, path: string) => readonly string[]

function text(min: number, max: number, pattern?: RegExp): Rule {
  return (value, path) =>
    typeof value === 'string' ? textFaults(value, { min, max, pattern }, path, ` '${value.slice(0, maxShown)}'`) : []
}

/** The value is in no message. */
function secret(min: number, max: number, pattern?: RegExp): Rule {
  return (value, path) => (typeof value === 'string' ? textFaults(value, { min, max, pattern }, path, '') : [])
}

interface TextLimits {
  readonly min: number
  readonly max: number
  readonly pattern: RegExp | undefined
}

function textFaults(value: string, { min, max, pattern }: TextLimits, path: string, shown: string): readonly string[] {
  const fault = (constraint: string): string => `Value${shown} at '${path}' failed to satisfy constraint: Member must ${constraint}`
  return [
    ...(value.length < min ? [fault(`have length greater than or equal to ${min}`)] : []),
    ...(value.length > max ? [fault(`have length less than or equal to ${max}`)] : []),
    // `^(?:` and `)$` are ours: AWS writes the pattern without them.
    ...(pattern === undefined || pattern.test(value) ? [] : [fault(`satisfy regular expression pattern: ${pattern.source.slice(4, -2)}`)]),
  ]
}

function seconds(least: number, most: number): Rule {
  return (value, path) => {
    if (typeof value !== 'number' || (value >= least && value <= most)) return []
    const bound = value < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`
    return [`Value '${value}' at '${path}' failed to satisfy constraint: Member must have value ${bound}`]
  }
}

function list(max: number, members: Readonly<Record<string, Rule>>): Rule {
  return (value, path) => {
    if (!Array.isArray(value)) return []
    if (value.length > max) return [`Value at '${path}' failed to satisfy constraint: Member must have length less than or equal to ${max}`]
    return value.flatMap((item: unknown, i) =>
      Object.entries(members).flatMap(([name, rule]) => {
        const member: unknown = name === '' ? item : Reflect.get(Object(item), name)
        return rule(member, `${path}.${i + 1}.member${name === '' ? '' : `.${name.charAt(0).toLowerCase()}${name.slice(1)}`}`)
      }),
    )
  }
}

const arn = text(20, 2048)
const tagKey = text(1, 128, /^(?:[\p{L}\p{Z}\p{N}_.:/=+\-@]+)$/u)
const tagValue = text(0, 256, /^(?:[\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/u)
const sessionName = text(2, 64, /^(?:[\w+=,.@-]*)$/)

/** By member. */
const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['AccessKeyId', text(16, 128, /^(?:[\w]*)$/)],
  ['DurationSeconds', seconds(900, 43_200)],
  ['EncodedMessage', secret(1, 10_240)],
  ['ExternalId', text(2, 1224, /^(?:[\w+=,.@:/-]*)$/)],
  ['MinimumSessionTokenSize', seconds(0, 4096)],
  ['Name', text(2, 32, /^(?:[\w+=,.@-]*)$/)],
  ['Policy', secret(1, 2048)],
  ['PolicyArns', list(10, { arn })],
  ['ProvidedContexts', list(5, { ProviderArn: arn, ContextAssertion: secret(4, 2048) })],
  ['ProviderId', text(4, 2048)],
  ['RoleArn', arn],
  ['RoleSessionName', sessionName],
  ['SerialNumber', text(9, 256, /^(?:[\w+=/:,.@-]*)$/)],
  ['SourceIdentity', sessionName],
  ['Tags', list(50, { Key: tagKey, Value: tagValue })],
  ['TokenCode', secret(6, 6, /^(?:[\d]*)$/)],
  ['TransitiveTagKeys', list(50, { '': tagKey })],
  ['WebIdentityToken', secret(4, 20_000)],
])

const exceptions: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['GetFederationToken.DurationSeconds', seconds(900, 129_600)],
  ['GetSessionToken.DurationSeconds', seconds(900, 129_600)],
])

const maxShown = 128
