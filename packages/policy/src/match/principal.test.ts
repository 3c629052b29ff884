import { test } from 'vitest'
import type { PrincipalEntry } from '../document/policy-document.ts'
import type { Principal } from '../request.ts'
import { principalMatcher } from './principal.ts'

const account = '111122223333'
const callers = {
  user: { kind: 'user', account, arn: `arn:aws:iam::${account}:user/dev/alice`, id: 'AIDAALICE', canonicalUser: 'c0ffee' },
  session: {
    kind: 'role-session',
    account,
    arn: `arn:aws:sts::${account}:assumed-role/web/task-1`,
    roleArn: `arn:aws:iam::${account}:role/apps/web`,
    id: 'AROAWEB',
  },
  federated: {
    kind: 'federated-user',
    account,
    arn: `arn:aws:sts::${account}:federated-user/bob`,
    userArn: `arn:aws:iam::${account}:user/broker`,
    id: 'AIDABROKER',
  },
  root: { kind: 'root', account, arn: `arn:aws:iam::${account}:root` },
  service: { kind: 'service', name: 'ecs-tasks.amazonaws.com' },
  provider: { kind: 'federated', provider: 'arn:aws:iam::111122223333:oidc-provider/idp.example' },
  anonymous: { kind: 'anonymous' },
} as const satisfies Record<string, Principal>
type CallerName = keyof typeof callers

const aws = (...values: string[]): PrincipalEntry[] => values.map((value) => ({ type: 'AWS', value }))
const grant = (caller: CallerName, entries: readonly PrincipalEntry[]): string | undefined =>
  principalMatcher({ not: false, entries }, 'Allow').match(callers[caller], false)

test.for<[CallerName, string]>([
  ['user', `arn:aws:iam::${account}:user/dev/Alice`],
  ['user', `arn:aws:iam::${account}:user/alice`],
  ['user', `arn:aws:iam::${account}:user/dev/*`],
  ['user', '444455556666'],
  ['user', 'arn:aws:iam::444455556666:root'],
  ['user', 'arn:aws-cn:iam::111122223333:root'],
  ['user', '111122223333:root'],
  ['user', `arn:aws:iam::${account}`],
  ['user', '11112222333'],
  ['user', 'AROAWEB'],
  ['session', `arn:aws:iam::${account}:role/web`],
  ['session', `arn:aws:sts::${account}:assumed-role/web/task-2`],
  ['session', `arn:aws:sts::${account}:assumed-role/web/*`],
  ['federated', `arn:aws:iam::${account}:user/bob`],
  ['root', `arn:aws:iam::${account}:user/root`],
  ['service', account],
  ['anonymous', account],
])('a %s is not named by %s', ([caller, value], { expect }) => {
  expect(grant(caller, aws(value))).toBeUndefined()
})

test.for<[CallerName, string, string]>([
  ['user', '*', 'direct'],
  ['anonymous', '*', 'direct'],
  ['service', '*', 'direct'],
  ['provider', '*', 'direct'],
  ['user', `arn:aws:iam::${account}:user/dev/alice`, 'direct'],
  ['user', 'AIDAALICE', 'direct'],
  ['user', account, 'account'],
  ['user', `arn:aws:iam::${account}:root`, 'account'],
  ['session', `arn:aws:sts::${account}:assumed-role/web/task-1`, 'direct'],
  ['session', `arn:aws:iam::${account}:role/apps/web`, 'role'],
  ['session', 'AROAWEB', 'role'],
  ['session', account, 'account'],
  ['federated', `arn:aws:sts::${account}:federated-user/bob`, 'direct'],
  ['federated', `arn:aws:iam::${account}:user/broker`, 'user'],
  ['federated', 'AIDABROKER', 'user'],
  ['federated', account, 'account'],
  ['root', account, 'direct'],
  ['root', `arn:aws:iam::${account}:root`, 'direct'],
])('a %s is named by %s as %s', ([caller, value, kind], { expect }) => {
  expect(grant(caller, aws(value))).toBe(kind)
})

test('a service, a provider and a canonical user are named by their own types only', ({ expect }) => {
  expect(grant('service', [{ type: 'Service', value: 'ecs-tasks.amazonaws.com' }])).toBe('direct')
  expect(grant('service', [{ type: 'Service', value: 'ecs.amazonaws.com' }])).toBeUndefined()
  expect(grant('service', [{ type: 'Service', value: '*' }])).toBeUndefined()
  expect(grant('service', aws('ecs-tasks.amazonaws.com'))).toBeUndefined()
  expect(grant('provider', [{ type: 'Federated', value: callers.provider.provider }])).toBe('direct')
  expect(grant('provider', [{ type: 'Federated', value: 'idp.example' }])).toBeUndefined()
  expect(grant('provider', aws(callers.provider.provider))).toBeUndefined()
  expect(grant('user', [{ type: 'CanonicalUser', value: 'c0ffee' }])).toBe('account')
  expect(grant('user', [{ type: 'CanonicalUser', value: 'bad' }])).toBeUndefined()
  expect(grant('session', [{ type: 'CanonicalUser', value: 'c0ffee' }])).toBeUndefined()
  expect(grant('user', [{ type: 'Federated', value: callers.user.arn }])).toBeUndefined()
})

test('of several entries the closest counts', ({ expect }) => {
  const [session, role] = [callers.session.arn, callers.session.roleArn]
  expect(grant('session', aws(account, role))).toBe('role')
  expect(grant('session', aws(role, account))).toBe('role')
  expect(grant('session', aws(account, role, session))).toBe('direct')
  expect(grant('session', aws('*', account))).toBe('direct')
  expect(grant('session', aws('444455556666', account))).toBe('account')
  expect(grant('session', [])).toBeUndefined()
})

const denied = (caller: CallerName, entries: readonly PrincipalEntry[], hasBoundary = false): boolean =>
  principalMatcher({ not: true, entries }, 'Deny').match(callers[caller], hasBoundary) !== undefined

test('T-48 Deny with NotPrincipal spares a caller only when all its forms are listed', ({ expect }) => {
  const { user, session, federated } = callers
  expect(denied('user', aws(user.arn))).toBe(true)
  expect(denied('user', aws(account))).toBe(true)
  expect(denied('user', aws(user.arn, account))).toBe(false)
  expect(denied('session', aws(session.roleArn, account))).toBe(true)
  expect(denied('session', aws(session.arn, account))).toBe(true)
  expect(denied('session', aws(session.arn, session.roleArn))).toBe(true)
  expect(denied('session', aws(session.arn, session.roleArn, account))).toBe(false)
  expect(denied('federated', aws(federated.arn, account))).toBe(true)
  expect(denied('federated', aws(federated.arn, federated.userArn, account))).toBe(false)
  expect(denied('root', aws(account))).toBe(false)
  expect(denied('root', aws('444455556666'))).toBe(true)
  expect(denied('service', [{ type: 'Service', value: 'ecs-tasks.amazonaws.com' }])).toBe(false)
  expect(denied('provider', [{ type: 'Federated', value: callers.provider.provider }])).toBe(false)
  expect(denied('anonymous', aws(account))).toBe(true)
})

test('Deny with NotPrincipal "*" denies nobody', ({ expect }) => {
  for (const caller of Object.keys(callers)) expect(denied(caller as CallerName, aws('*'))).toBe(false)
})

test('Deny with NotPrincipal hits users and roles that have a boundary, listed or not', ({ expect }) => {
  const { user, session } = callers
  expect(denied('user', aws(user.arn, account), true)).toBe(true)
  expect(denied('session', aws(session.arn, session.roleArn, account), true)).toBe(true)
  expect(denied('root', aws(account), true)).toBe(false)
})

test('Allow with NotPrincipal leaves out whoever is listed in any form', ({ expect }) => {
  const allowed = (caller: CallerName, entries: readonly PrincipalEntry[]) =>
    principalMatcher({ not: true, entries }, 'Allow').match(callers[caller], false)
  expect(allowed('user', aws(account))).toBeUndefined()
  expect(allowed('session', aws(callers.session.roleArn))).toBeUndefined()
  expect(allowed('user', aws(callers.session.roleArn))).toBe('direct')
  expect(allowed('anonymous', aws(account))).toBe('direct')
})
