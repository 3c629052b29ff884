import { SimulateAccess$, type SimulateAccessInput, type SimulateAccessOutput } from '../../../api/access.ts'
import type { Caller } from '../../../kernel/caller.ts'
import { type Call, type Check, operation } from '../../../kernel/operation.ts'
import { tidegateError } from '../errors.ts'
import type { Subject, Subjects, TidegatePorts } from '../ports.ts'
import { answer, assertRequest, known, sessionPolicies, verdict } from '../question.ts'

/**
 * Whether somebody may do something, by the policies as they are now. Everybody may ask about themselves, and is told the outcome;
 * `tidegate:SimulateAccess` on a principal lets others ask, and shows which statements decide.
 */
export const simulateAccess = operation<SimulateAccessInput, SimulateAccessOutput, TidegatePorts>(SimulateAccess$, {
  authorize: (input, call) => {
    const check = checkOf('tidegate:SimulateAccess', input.Who, call)
    return input.Who === SELF && call.mayAlso?.(check) !== true ? [] : [check]
  },
  invoke(input, call) {
    const { Requests, SessionPolicies } = input
    const { subjects, caller, now } = call
    if (Requests.length < 1 || Requests.length > 100) throw tidegateError('ValidationException', 'Requests are 1 to 100.')
    Requests.forEach(assertRequest)
    const subject = narrowed(subjectOf(input.Who, caller, subjects), SessionPolicies)
    const given = known(input, now)
    const isShown = input.Who !== SELF || call.mayAlso?.(checkOf('tidegate:SimulateAccess', input.Who, call)) === true
    return {
      Principal: nameOf(subject),
      Results: Requests.map((request) => {
        const resource = subjects.resource(request.Resource, request.Action, caller.accountId)
        return { ...request, ...verdict(answer({ subject, request, resource, known: given, accountId: caller.accountId }), isShown) }
      }),
    }
  },
})

/** On the ARN of the principal as the account has it or would have it. */
export function checkOf(action: string, who: string, { caller, subjects }: Call & { readonly subjects: Subjects }): Check {
  const subject = who === SELF ? selfOf(caller) : subjects.find(who, caller.accountId)
  return { action, resource: subject === undefined ? who : nameOf(subject) }
}

/** @throws AwsError `ResourceNotFoundException` */
export function subjectOf(who: string, caller: Caller, subjects: Subjects): Subject {
  const subject = who === SELF ? selfOf(caller) : subjects.find(who, caller.accountId)
  if (subject === undefined)
    throw tidegateError('ResourceNotFoundException', `There is no principal ${who} in account ${caller.accountId}.`)
  return subject
}

export function narrowed(subject: Subject, policies: readonly string[] | undefined): Subject {
  const set = sessionPolicies(policies)
  if (set === undefined) return subject
  if (subject.principal.kind !== 'role-session' && subject.principal.kind !== 'federated-user') {
    throw tidegateError('ValidationException', 'Session policies narrow sessions of roles and federated users only.')
  }
  return { ...subject, policies: [...subject.policies, set] }
}

export function nameOf({ principal, isAnySession }: Subject): string {
  if (principal.kind === 'role-session' && isAnySession) return principal.roleArn
  return 'arn' in principal ? principal.arn : principal.kind === 'service' ? principal.name : ''
}

/** Who asks, with this very session: what it does not have now, its requests do not have. */
function selfOf({ principal, policies, context }: Caller): Subject {
  return { principal, policies, context, absentKeys: ofPrincipals, isAnySession: false }
}

const ofPrincipals = [
  'aws:principal*',
  'aws:username',
  'aws:userid',
  'aws:tokenissuetime',
  'aws:multifactorauth*',
  'aws:sourceidentity',
  'aws:federatedprovider',
  'tidegate:actor*',
  'tidegate:onbehalfof',
]
const SELF = 'SELF'
