/** Which question a principal asks so that the answer is a given one, by whichever policy type. */
import { bucketOf, grantedPrincipals, guardOf, hasSession, isUser, sessionAllows } from './layers.ts'
import type { Random } from './random.ts'
import { ask, mfa, type Unit } from './unit.ts'
import type { Ask, Caller, ContextRecord, Verdict } from './world.ts'

export type Question = Ask & { readonly about: string }
export type Draw = (list: 'hits' | 'misses') => Ask | undefined

/** Questions of the first, `general` units make up a fifth, whatever the number of the others. */
export function drawing(units: readonly Unit[], general: number, random: Random): Draw {
  return (list) => {
    const chosen = random.chance(0.2) && general > 0 ? units[random.below(general)] : units[general + random.below(units.length - general)]
    const asks = chosen?.[list] ?? []
    return asks.length > 0 ? random.pick(asks) : undefined
  }
}

export function question(want: Verdict, caller: Caller, units: readonly Unit[], draw: Draw, random: Random): Question {
  if (want === 'allow') return permitted(caller, draw, random)
  return want === 'implicit-deny' ? nearMiss(caller, draw, random) : denied(caller, units, draw, random)
}

function permitted({ index }: Caller, draw: Draw, random: Random): Question {
  if (index < grantedPrincipals && random.chance(0.1)) {
    const arn = `arn:aws:s3:::${bucketOf(index)}`
    if (isUser(index)) return about('bucket policy', ask('s3:GetObjectTagging', `${arn}/shared/logo.svg`))
    return about('bucket policy', ask('s3:GetObject', `${arn}/roles/config.json`))
  }
  for (;;) {
    const asked = draw('hits')
    if (asked && (!hasSession(index) || sessionAllows(asked.action))) return about('hit', asked)
  }
}

function nearMiss({ index }: Caller, draw: Draw, random: Random): Question {
  const bucket = `arn:aws:s3:::${bucketOf(index)}`
  if (random.chance(0.08)) return about('the account is granted, not the caller', ask('s3:GetObject', `${bucket}/account/plan.csv`))
  if (index < grantedPrincipals && !isUser(index) && random.chance(0.1)) {
    return about('the boundary caps a grant to a role', ask('s3:GetObjectTagging', `${bucket}/roles/a`))
  }
  for (let attempts = hasSession(index) && random.chance(0.3) ? 20 : 0; attempts > 0; attempts--) {
    const asked = draw('hits')
    if (asked && !sessionAllows(asked.action)) return about('the session policy caps', asked)
  }
  for (;;) {
    const asked = draw('misses')
    if (asked) return about('near miss', asked)
  }
}

function denied(caller: Caller, units: readonly Unit[], draw: Draw, random: Random): Question {
  const traps = random.chance(0.5) ? units.filter((unit) => unit.traps.length > 0) : []
  if (traps.length > 0) return about('identity policy denies', random.pick(random.pick(traps).traps))
  const hit = permitted(caller, draw, random)
  const way = random.below(3)
  if (way === 0 && guardOf(hit.resource) !== 'none') return about('no TLS', overlay(hit, { 'aws:SecureTransport': 'false' }))
  if (way === 1) {
    const put = ask('s3:PutObject', `arn:aws:s3:::${bucketOf(caller.index)}/inbox/1`, {
      's3:x-amz-server-side-encryption': 'AES256',
      ...mfa,
    })
    return about('bucket policy denies', put)
  }
  if (/:(Update|Create)Service$|:RunTask$/.test(hit.action)) {
    return about('SCP denies execute command', overlay(hit, { 'ecs:enable-execute-command': 'true' }))
  }
  if (hit.action === 'iam:PassRole') return denied(caller, units, draw, random)
  return about('SCP denies the region', overlay(hit, { 'aws:RequestedRegion': 'ap-southeast-2' }))
}

function overlay(asked: Ask, context: ContextRecord): Ask {
  return { ...asked, context: { ...asked.context, ...context } }
}

function about(text: string, { action, resource, context }: Ask): Question {
  return { action, resource, context, about: text }
}
