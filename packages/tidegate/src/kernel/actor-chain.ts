/**
 * Who is behind a call is a chain and not a name: a person, the service that she deployed, the task of that service. It begins where
 * somebody proves who they are, with a token of an identity provider or with the key of an IAM user, and from there on every part of an
 * instance that makes something for a caller hands it on: sessions seal it, services and tasks keep it.
 *
 * INVARIANT: nothing that a client sends becomes part of a chain or takes something out of it. The only ways to a longer chain are here.
 */
import type { Actor, Caller } from './caller.ts'

/**
 * What a caller creates is made on behalf of these, nearest first. Empty only where nobody is known: anonymous callers, and AWS services
 * that act for nobody in particular.
 */
export function chainBehind({ actorChain, principal }: Pick<Caller, 'actorChain' | 'principal'>): readonly Actor[] {
  if (actorChain.length > 0) return actorChain
  return principal.kind === 'user' || principal.kind === 'root' ? [principalActor(principal.arn)] : []
}

/** An IAM user or the account root. Who uses its key is not known, so it is neither a person nor a machine. */
export function principalActor(arn: string): Actor {
  return { type: 'principal', issuer: 'iam.amazonaws.com', subject: arn }
}

/**
 * A task or service of ECS: its ARN is the identity.
 * @example
 * const chain = chainOf([workloadActor(taskArn), workloadActor(serviceArn)], service.actorChain)
 */
export function workloadActor(arn: string, label?: string): Actor {
  const service = arn.split(':')[2] ?? ''
  return { type: 'workload', issuer: `${service}.amazonaws.com`, subject: arn, ...(label === undefined ? {} : { label }) }
}

/**
 * The chain of actors who act, nearest first, on behalf of a chain. A task may start tasks that start tasks, so that chains would grow
 * without end: of workloads in the middle of a long one the farthest are left out, people, pipelines and agents never.
 */
export function chainOf(acting: readonly Actor[], behind: readonly Actor[]): readonly Actor[] {
  const whole = [...acting, ...behind]
  const chain = [...whole]
  for (let at = chain.length - 2; at >= acting.length && chain.length > longestChain; at--) {
    if (chain[at]?.type === 'workload') chain.splice(at, 1)
  }
  return chain
}

/** Condition keys of who is behind a call; none where nobody is known. */
export function actorContext([actor, ...above]: readonly Actor[]): Readonly<Record<string, string | readonly string[]>> {
  if (actor === undefined) return {}
  return {
    'tidegate:Actor': actorId(actor),
    'tidegate:ActorType': actor.type,
    ...(actor.label === undefined ? {} : { 'tidegate:ActorLabel': actor.label }),
    ...(actor.groups === undefined ? {} : { 'tidegate:ActorGroups': actor.groups }),
    ...(above.length === 0 ? {} : { 'tidegate:OnBehalfOf': above.map(actorId) }),
  }
}

/** Issuer and subject as one text. An issuer has no fragment (OpenID Connect Discovery 1.0, section 3), so no two actors have one text. */
export function actorId({ issuer, subject }: Pick<Actor, 'issuer' | 'subject'>): string {
  return `${issuer}#${subject}`
}

/** As many as an audit record shows. */
export const longestChain = 16
