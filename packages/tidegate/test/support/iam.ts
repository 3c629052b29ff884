/** An account of the IAM service in memory: operations are judged and run as the gateway does, without any server. */
import { randomBytes } from 'node:crypto'
import { authorize, RequestContext } from '@tidegate/policy'
import type { PolicySet } from '@tidegate/policy'
import type { Caller } from '../../src/kernel/caller.ts'
import type { Check } from '../../src/kernel/operation.ts'
import { iamOperations } from '../../src/services/iam/index.ts'
import type { IamPorts, LastUse, ServiceUse } from '../../src/services/iam/ports.ts'
import { principalsOf } from '../../src/services/iam/principals.ts'
import { newAccessKeyId } from '../../src/sessions/access-key-id.ts'
import { newSecretAccessKey } from '../../src/sessions/secrets.ts'
import { memoryState } from '../../src/store/open-state.ts'
import { awsQuery } from '../../src/wire/aws-query.ts'

export const accountId = '111122223333'

export const ec2Trust = trustIn({ Service: 'ec2.amazonaws.com' })

export function trustIn(principal: unknown, extra: object = {}): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...extra }],
  })
}

export function policy(action: string | readonly string[], resource = '*', extra: object = {}): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: resource, ...extra }] })
}

export function rootOf(account: string): Caller {
  return {
    principal: { kind: 'root', arn: `arn:aws:iam::${account}:root`, account },
    accountId: account,
    context: {},
    policies: [],
    userIdentity: {},
    credential: { kind: 'none' },
    actorChain: [],
  }
}

const wire = awsQuery('https://iam.amazonaws.com/doc/2010-05-08/')

type Output = Record<string, unknown>

export async function iamAccount() {
  let now = Date.UTC(2026, 10, 22, 12)
  const state = await memoryState(() => now)
  const history: { uses: Map<string, LastUse>; services: ServiceUse[] } = { uses: new Map(), services: [] }
  const organization: { policies: PolicySet | undefined } = { policies: undefined }
  const secrets: IamPorts['secrets'] = {
    seal: (secret, owner) => Buffer.from(JSON.stringify([owner, secret])).toString('base64'),
    open(sealed, owner) {
      const [sealedFor, secret] = JSON.parse(Buffer.from(sealed, 'base64').toString()) as [string[], string]
      if (sealedFor.join() !== owner.join()) throw new Error('sealed for somebody else')
      return secret
    },
  }
  const ports: IamPorts = {
    state,
    secrets,
    credentials: { newAccessKeyId: (account) => newAccessKeyId('AKIA', account), newSecretAccessKey, randomBytes },
    accessHistory: {
      lastUses: async (_, ids) => new Map([...history.uses].filter(([id]) => ids.includes(id))),
      servicesUsed: async (_, ids) => history.services.filter(({ entityId }) => ids.includes(entityId)),
    },
    organization: { serviceControlPolicies: () => organization.policies },
  }
  const principals = principalsOf(state, secrets)

  const callOf = (caller: Caller) => ({ ...ports, caller, requestId: 'r', region: 'us-east-1', now, sourceIp: '127.0.0.1' })

  const account = {
    state,
    ports,
    principals,
    history,
    organization,
    get now() {
      return now
    },
    pass(milliseconds: number) {
      now += milliseconds
    },
    /** A user of the account with its policies as they are now. */
    user(name: string): Caller {
      const known = principals.user(accountId, name)
      if (known === undefined) throw new Error(`no user ${name}`)
      return {
        ...rootOf(accountId),
        principal: known.principal,
        context: known.context,
        policies: [principals.policiesOfUser(accountId, name)],
      }
    },
    role(name: string, session = 'session'): Caller {
      const known = principals.role(accountId, name)
      if (known === undefined) throw new Error(`no role ${name}`)
      return { ...rootOf(accountId), principal: known.session(session), policies: [principals.policiesOfRole(accountId, name)] }
    },
    async checks(name: string, input: object = {}, caller = rootOf(accountId)): Promise<readonly Check[]> {
      return operationNamed(name).authorize(input, callOf(caller))
    },
    /** Throws `denied: …` where the policies do not allow the call. */
    async run(name: string, input: object = {}, caller = rootOf(accountId), afterJudgement?: () => Promise<void>): Promise<Output> {
      const operation = operationNamed(name)
      const call = callOf(caller)
      for (const check of await operation.authorize(input, call)) {
        const request = {
          principal: caller.principal,
          action: check.action,
          resource: check.resource,
          resourceAccount: check.accountId ?? caller.accountId,
          context: new RequestContext({ ...caller.context, ...check.context }),
        }
        const { effect } = authorize(request, [...caller.policies, ...(check.resourcePolicy === undefined ? [] : [check.resourcePolicy])])
        if (effect !== 'allow') throw new Error(`denied: ${check.action} on ${check.resource}`)
      }
      await afterJudgement?.()
      const output = (await operation.invoke(input, call)) as Output
      wire.writeOutput(operation.schema, output, { requestId: 'r', request: { method: 'POST', path: '/', headers: [] } }) // throws for what does not fit
      return output
    },
    /** Code and text of the error, or `undefined` where there is none. */
    async refusal(
      name: string,
      input: object = {},
      caller = rootOf(accountId),
      afterJudgement?: () => Promise<void>,
    ): Promise<string | undefined> {
      try {
        await account.run(name, input, caller, afterJudgement)
        return undefined
      } catch (error) {
        return error instanceof Error ? ('code' in error ? `${String(error.code)}: ${error.message}` : error.message) : String(error)
      }
    },
  }
  return account
}

function operationNamed(name: string) {
  const operation = iamOperations.find((each) => each.name === name)
  if (operation === undefined) throw new Error(`no operation ${name}`)
  return operation
}
