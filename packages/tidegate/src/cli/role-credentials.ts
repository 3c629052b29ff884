/** Credentials of a role for who is signed in. They are never kept: what is dead stays dead, and another is a few milliseconds away. */
import type { SignedIn, SignedInRole } from '../people-routes.ts'
import { type Context, contextFlag } from './contexts.ts'
import { goodTokens, noAnswer, whoIs } from './signed-in.ts'
import { UsageError } from './usage-error.ts'
import { assumeRoleWithWebIdentity, type GivenCredentials, StsRefusal } from './web-identity.ts'

export interface RoleCredentials extends GivenCredentials {
  readonly roleArn: string
}

/** The flags of every command that takes a role. */
export const roleFlags = {
  role: { type: 'string', value: 'ROLE', summary: 'ARN, name, or ACCOUNT/NAME of the role' },
  ttl: { type: 'string', value: 'SECONDS', summary: 'how long the session lives; an hour by default, or less where a binding says so' },
  context: contextFlag,
} as const

/** Throws `NotSignedIn`, and a `UsageError` that says where to ask for the role of who may not be it. */
export async function credentialsFor(context: Context, wanted: string | undefined, ttl: string | undefined): Promise<RoleCredentials> {
  if (wanted === undefined) throw new UsageError('`--role` is missing: which role?', 'tidegate whoami')
  const seconds = secondsOf(ttl)
  const tokens = await goodTokens(context)
  const person = await whoIs(context, tokens)
  const { arn, maxDurationSeconds } = roleOf(wanted, person)
  // Of a role that is in no binding the instance alone knows how long.
  if (seconds !== undefined && seconds > maxDurationSeconds && person.roles.some((role) => role.arn === arn)) {
    throw new UsageError(`\`--ttl\` cannot be \`${seconds}\`; sessions of ${arn} live ${maxDurationSeconds} seconds at most`)
  }
  const durationSeconds = seconds ?? Math.min(3600, maxDurationSeconds)
  try {
    const given = await assumeRoleWithWebIdentity(context.url, {
      roleArn: arn,
      sessionName: person.sessionName,
      idToken: tokens.idToken,
      durationSeconds,
    })
    return { roleArn: arn, ...given }
  } catch (error) {
    if (!(error instanceof StsRefusal)) throw noAnswer(context)
    throw refused(`${person.label ?? person.subject} may not be ${arn} now: ${error.message}`, person)
  }
}

/** As AWS's tools write times. */
export function expirationText({ expiration }: RoleCredentials): string {
  return expiration.toISOString().replace(/\.\d+Z$/, 'Z')
}

function roleOf(wanted: string, person: SignedIn): Pick<SignedInRole, 'arn' | 'maxDurationSeconds'> {
  // A role that trusts the provider in its own policy is in no binding.
  if (wanted.startsWith('arn:')) return person.roles.find(({ arn }) => arn === wanted) ?? { arn: wanted, maxDurationSeconds: 3600 }
  const [account, name] = wanted.includes('/') ? wanted.split('/', 2) : [undefined, wanted]
  const found = person.roles.filter(
    (role) => role.name === name && (account === undefined || role.accountId === account || role.accountName === account),
  )
  const [first, second] = found
  if (first === undefined) {
    const have = person.roles.map(({ accountName, name: each }) => `${accountName}/${each}`).join(', ')
    throw refused(`${person.label ?? person.subject} has no role \`${wanted}\`${have === '' ? '' : `; there is ${have}`}`, person)
  }
  if (second === undefined) return first
  throw new UsageError(
    `there are several roles \`${wanted}\`: say ${found.map(({ accountName, name: each }) => `${accountName}/${each}`).join(' or ')}`,
  )
}

/** A sentence for whoever may not be a role, and where to ask. */
function refused(message: string, { askForAccess }: SignedIn): UsageError {
  return new UsageError(askForAccess === undefined ? message : `${message}; ask for it at ${askForAccess}`, 'tidegate whoami')
}

function secondsOf(ttl: string | undefined): number | undefined {
  if (ttl === undefined) return undefined
  if (!/^\d{3,5}$/.test(ttl)) throw new UsageError(`\`--ttl\` cannot be \`${ttl}\`; it is a number of seconds from 900 to 43200`)
  return Number(ttl)
}
