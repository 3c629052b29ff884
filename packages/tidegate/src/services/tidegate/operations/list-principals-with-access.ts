import {
  ListPrincipalsWithAccess$,
  type ListPrincipalsWithAccessInput,
  type ListPrincipalsWithAccessOutput,
  type PrincipalWithAccess,
} from '../../../api/access.ts'
import { operation } from '../../../kernel/operation.ts'
import { tidegateError } from '../errors.ts'
import type { KnownResource, ListedSubject, NamedPrincipal, Subject, TidegatePorts } from '../ports.ts'
import { answer, type Asked, assertRequest, known, verdict } from '../question.ts'

/** Who may do something: every principal of the account, and whom else the policy of the resource names. */
export const listPrincipalsWithAccess = operation<ListPrincipalsWithAccessInput, ListPrincipalsWithAccessOutput, TidegatePorts>(
  ListPrincipalsWithAccess$,
  {
    authorize: ({ Resource }) => [{ action: 'tidegate:ListPrincipalsWithAccess', resource: Resource }],
    invoke(input, { subjects, caller: { accountId }, now }) {
      const { Action, Resource, MaxResults = 500, NextToken } = input
      if (!Number.isInteger(MaxResults) || MaxResults < 1 || MaxResults > 1000) {
        throw tidegateError('ValidationException', 'MaxResults is 1 to 1000.')
      }
      const request = { Action, Resource }
      assertRequest(request)
      const resource = subjects.resource(Resource, Action, accountId)
      const common = { request, resource, known: known(input, now), accountId }
      const all = subjects.list(accountId)
      const rest = NextToken === undefined ? all : all.filter(({ arn }) => arn > arnOfToken(NextToken))
      const page = rest.slice(0, MaxResults)
      const own = page.flatMap((listed) => withAccess(listed, subjects.find(listed.arn, accountId), common))
      const others = NextToken === undefined ? othersWithAccess(resource, common) : []
      const last = page.at(-1)
      return {
        Principals: [...others, ...own],
        Evaluated: page.length,
        ...(last !== undefined && page.length < rest.length && { NextToken: Buffer.from(last.arn).toString('base64url') }),
      }
    },
  },
)

type Common = Omit<Asked, 'subject'>

function withAccess({ arn, kind }: ListedSubject, subject: Subject | undefined, common: Common): PrincipalWithAccess[] {
  return subject === undefined ? [] : ifAny(arn, kind, subject, common)
}

function ifAny(principal: string, kind: string, subject: Subject, common: Common): PrincipalWithAccess[] {
  const given = answer({ ...common, subject })
  return given.effect === 'deny' ? [] : [{ Principal: principal, Kind: kind, ...verdict(given, true) }]
}

/** Services, identity providers, other accounts and everyone, as far as the policy of the resource names them. */
function othersWithAccess({ named }: KnownResource, common: Common): PrincipalWithAccess[] {
  const entries = new Map(named.map((entry) => [`${entry.type} ${entry.value}`, entry]))
  return [...entries.values()].flatMap((entry) => otherWithAccess(entry, common))
}

function otherWithAccess({ type, value }: NamedPrincipal, common: Common): PrincipalWithAccess[] {
  const outside = { policies: [], context: {}, absentKeys: [], isAnySession: false }
  switch (type) {
    case 'Service':
      return ifAny(value, 'service', { ...outside, principal: { kind: 'service', name: value } }, common)
    case 'Federated':
      return ifAny(value, 'provider', { ...outside, principal: { kind: 'federated', provider: value } }, common)
    case 'AWS': {
      if (value === '*') return ifAny('*', 'everyone', { ...outside, principal: { kind: 'anonymous' } }, common)
      const account = /^(?:arn:[^:]+:[^:]+::)?(\d{12})(?::|$)/.exec(value)?.[1]
      if (account === undefined || account === common.accountId) return []
      return fromAccount(value, account, common)
    }
    case 'CanonicalUser':
      return []
  }
}

/** Somebody of another account, whose own policies decide too and are not known here. */
function fromAccount(value: string, account: string, common: Common): PrincipalWithAccess[] {
  const arn = value.startsWith('arn:') && !value.endsWith(':root') ? value : `arn:aws:iam::${account}:user/?`
  const session = /^arn:aws:sts::\d{12}:assumed-role\/([^/]+)\//.exec(arn)
  const role = /^arn:aws:iam::\d{12}:role\/(?:.*\/)?([^/]+)$/.exec(arn)
  const principal =
    session === null && role === null
      ? ({ kind: 'user', arn, account } as const)
      : ({
          kind: 'role-session',
          account,
          arn: session === null ? `arn:aws:sts::${account}:assumed-role/${role?.[1]}/?` : arn,
          roleArn: session === null ? arn : `arn:aws:iam::${account}:role/${session[1]}`,
        } as const)
  // What the resource grants, as if the other account granted all.
  const subject: Subject = { principal, policies: [], context: {}, absentKeys: [], isAnySession: session === null }
  const given = answer({ ...common, subject, resource: { ...common.resource, accountId: common.accountId } })
  const isGranted = given.effect !== 'deny' || (given.decision.effect === 'implicit-deny' && given.decision.missing === 'identity')
  return isGranted
    ? [{ Principal: value, Kind: 'account', ...verdict({ ...given, effect: 'conditional', otherAccount: account }, true) }]
    : []
}

function arnOfToken(token: string): string {
  const arn = Buffer.from(token, 'base64url').toString()
  if (!arn.startsWith('arn:')) throw tidegateError('ValidationException', 'NextToken is not of a call with the same parameters.')
  return arn
}
