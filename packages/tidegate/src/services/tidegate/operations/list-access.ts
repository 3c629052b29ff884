import { setImmediate } from 'node:timers/promises'
import { type Dependency, matchesAction } from '@tidegate/policy'
import { type GrantedAccess, ListAccess$, type ListAccessInput, type ListAccessOutput } from '../../../api/access.ts'
import { operation } from '../../../kernel/operation.ts'
import { tidegateError } from '../errors.ts'
import type { Subject, TidegatePorts } from '../ports.ts'
import { answer, describedDependency, known } from '../question.ts'
import { checkOf, nameOf, narrowed, subjectOf } from './simulate-access.ts'

/**
 * What a principal may do: for each action of a service that is served here and each pattern of resources in its statements, and each role
 * that it may assume. What only the policy of a resource grants is not listed: ask about the resource.
 */
export const listAccess = operation<ListAccessInput, ListAccessOutput, TidegatePorts>(ListAccess$, {
  authorize: (input, call) => [checkOf('tidegate:ListAccess', input.Who, call)],
  async invoke(input, { subjects, caller, now }) {
    if (input.Service !== undefined && !/^[a-z0-9-]+$/.test(input.Service)) {
      throw tidegateError('ValidationException', `${input.Service} is no service: a prefix of actions, as in ecs.`)
    }
    const { accountId } = caller
    const subject = narrowed(subjectOf(input.Who, caller, subjects), input.SessionPolicies)
    const wanted = (action: string): boolean => input.Service === undefined || action.startsWith(`${input.Service}:`)
    const actions = [...new Set([...subjects.actions(), ...literalActions(subject)])].filter(wanted).toSorted()
    const given = known(input, now)
    const roles = subjects.list(accountId).filter(({ kind }) => kind === 'role')
    const found = new Map<string, Found>()
    let evaluated = 0
    for (const action of actions) {
      const resources = action === ASSUME_ROLE ? roles.map(({ arn }) => arn) : patternsFor(action, subject)
      for (const Resource of resources) {
        evaluated += 1
        if (evaluated > MOST_EVALUATED) throw tidegateError('ValidationException', 'That is too much for one answer: ask for one Service.')
        if (evaluated % 64 === 0) await setImmediate()
        const request = { Action: action, Resource }
        const resource = subjects.resource(Resource, action, accountId)
        const { effect, dependsOn } = answer({ subject, request, resource, known: given, accountId, isPattern: action !== ASSUME_ROLE })
        if (effect !== 'deny') add(found, { resource: Resource, effect, dependsOn }, action)
      }
    }
    return {
      Principal: nameOf(subject),
      Access: [...found.values()].map((each) => granted(each, actions)),
      NotEvaluated: unmatched(subject, actions, wanted),
    }
  },
})

interface Found {
  readonly resource: string
  readonly effect: 'allow' | 'conditional'
  readonly dependsOn: readonly Dependency[]
  readonly actions: string[]
}

function add(found: Map<string, Found>, { resource, effect, dependsOn }: Omit<Found, 'actions'>, action: string): void {
  const key = JSON.stringify([resource, effect, dependsOn])
  const group = found.get(key)
  if (group === undefined) found.set(key, { resource, effect, dependsOn, actions: [action] })
  else group.actions.push(action)
}

function granted({ resource, effect, dependsOn, actions }: Found, all: readonly string[]): GrantedAccess {
  return { Resource: resource, Actions: shortened(actions, all), Effect: effect, DependsOn: dependsOn.map(describedDependency) }
}

/** `service:*` for all actions of a service. AssumeRole is listed by itself, so it is not missing among them. */
function shortened(actions: readonly string[], all: readonly string[]): readonly string[] {
  const services = new Set(actions.map(serviceOf))
  return [...services].flatMap((service) => {
    const own = actions.filter((action) => serviceOf(action) === service)
    const every = all.filter((action) => serviceOf(action) === service && action !== ASSUME_ROLE)
    return own.length > 1 && every.every((action) => own.includes(action)) ? [`${service}:*`] : own
  })
}

const serviceOf = (action: string): string => action.slice(0, action.indexOf(':'))

/** Of the statements that grant by themselves; the root user needs none. */
function patternsFor(action: string, subject: Subject): readonly string[] {
  if (subject.principal.kind === 'root') return ['*']
  const patterns = allowStatements(subject).flatMap(({ action: element, resource }) => {
    const isAbout = element.patterns.some((pattern) => matches(pattern, action)) !== element.not
    return !isAbout ? [] : resource === undefined || resource.not ? ['*'] : resource.patterns
  })
  return [...new Set(patterns)].toSorted()
}

function allowStatements({ policies }: Subject) {
  return policies
    .flatMap(({ statements }) => statements)
    .filter(({ policyType, source }) => policyType === 'identity' && source.effect === 'Allow')
    .map(({ source }) => source)
}

function literalActions(subject: Subject): readonly string[] {
  return allowStatements(subject).flatMap(({ action }) => (action.not ? [] : action.patterns.filter((pattern) => !/[*?]/.test(pattern))))
}

function unmatched(subject: Subject, actions: readonly string[], wanted: (action: string) => boolean): readonly string[] {
  const patterns = allowStatements(subject).flatMap(({ action }) => (action.not ? [] : action.patterns))
  return [...new Set(patterns)].filter((pattern) => wanted(pattern) && !actions.some((action) => matches(pattern, action)))
}

const matches = (pattern: string, action: string): boolean => matchesAction([pattern], action.toLowerCase())

const ASSUME_ROLE = 'sts:AssumeRole'
/** Pairs of action and resource. */
const MOST_EVALUATED = 20_000
