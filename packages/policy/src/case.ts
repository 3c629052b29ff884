/**
 * Evaluation cases: one request with all its policies as one JSON value, the language-neutral shape of `vectors/policy/evaluation*.jsonl`
 * and of `tidegate policy evaluate`.
 */
import { type JsonNode, memberOf, readJson } from './document/json.ts'
import type { PolicyDocument, PolicyKind } from './document/policy-document.ts'
import { readPolicy } from './document/read-policy.ts'
import { compilePolicies, type PolicySet } from './evaluate/policy-set.ts'
import { accountOf } from './match/arn.ts'
import { type AuthorizationRequest, type Principal, RequestContext } from './request.ts'

export interface EvaluationCase {
  /** Absent when the case has none that is a string. */
  readonly id: string | undefined
  readonly description: string | undefined
  readonly request: AuthorizationRequest
  readonly policies: PolicySet
}

export type CaseResult =
  | { readonly ok: true; readonly case: EvaluationCase }
  | { readonly ok: false; readonly id: string | undefined; readonly message: string }

/**
 * Reads a case; members beyond `id`, `description`, `request` and `policies` are ignored. Policies are read, not validated: they are taken as documents
 * that some service has accepted. Never throws.
 */
export function readCase(text: string): CaseResult {
  const json = readJson(text)
  if (!json.ok) return { ok: false, id: undefined, message: `${json.problem.message} (at character ${json.problem.offset + 1})` }
  const id = optionalText(json.node, 'id')
  const reader = new CaseReader()
  const request = reader.request(memberOf(json.node, 'request'))
  const policies = reader.policies(memberOf(json.node, 'policies'))
  if (reader.problem !== undefined || request === undefined) return { ok: false, id, message: reader.problem ?? 'the case has no request' }
  return { ok: true, case: { id, description: optionalText(json.node, 'description'), request, policies } }
}

/** Collects the first problem instead of throwing. */
class CaseReader {
  problem: string | undefined

  request(node: JsonNode | undefined): AuthorizationRequest | undefined {
    if (node?.type !== 'object') return this.#fail('`request` must be an object')
    const action = this.#text(node, 'action')
    const resource = this.#text(node, 'resource')
    const principal = this.#principal(node)
    const context = this.#context(memberOf(node, 'context'))
    if (action === undefined || resource === undefined || principal === undefined || context === undefined) return undefined
    const own = 'account' in principal ? principal.account : ''
    const resourceAccount = optionalText(node, 'resourceAccount') || accountOf(resource) || own
    return { principal, action, resource, resourceAccount, context }
  }

  policies(node: JsonNode | undefined): PolicySet {
    const list = (name: string, kind: PolicyKind): PolicyDocument[] =>
      itemsOf(node && memberOf(node, name)).flatMap((item, i) => this.#document(item, kind, `${name} ${i + 1}`))
    const levels = (name: 'scp' | 'rcp'): PolicyDocument[][] =>
      itemsOf(node && memberOf(node, name)).map((level, l) =>
        itemsOf(level).flatMap((item, i) => this.#document(item, name, `${name} ${l + 1}.${i + 1}`)),
      )
    return compilePolicies({
      identity: list('identity', 'identity'),
      resource: list('resource', 'resource')[0],
      boundary: list('boundary', 'boundary')[0],
      session: unlessEmpty(list('session', 'session')),
      scp: unlessEmpty(levels('scp')),
      rcp: unlessEmpty(levels('rcp')),
      endpoint: unlessEmpty([...list('vpce', 'endpoint'), ...list('endpoint', 'endpoint')]),
    })
  }

  #document(node: JsonNode, kind: PolicyKind, name: string): PolicyDocument[] {
    const read = readPolicy(node, kind, { name })
    if (read.ok) return [read.document]
    const [problem] = read.problems
    this.#fail(`policy ${name}: ${problem?.message ?? 'malformed'}${problem === undefined ? '' : ` (${problem.pointer || '/'})`}`)
    return []
  }

  #principal(node: JsonNode): Principal | undefined {
    const arn = this.#text(node, 'principal')
    const kind = this.#text(node, 'principalType')
    if (arn === undefined || kind === undefined) return undefined
    const account = accountOf(arn)
    const id = optionalText(node, 'principalId')
    const common = { arn, account, id }
    switch (kind) {
      case 'user': {
        const temporary = optionalText(node, 'principalTemporary')
        return { kind, ...common, temporary: temporary === 'with-mfa' || temporary === 'without-mfa' ? temporary : undefined }
      }
      case 'role-session': {
        const roleArn = optionalText(node, 'principalRoleArn') ?? parentArn(arn, 'role')
        return { kind, ...common, roleArn }
      }
      case 'federated-user': {
        const userArn = optionalText(node, 'principalUserArn') ?? parentArn(arn, 'user')
        return { kind, ...common, userArn }
      }
      case 'root':
        return { kind, ...common }
      case 'service':
        return { kind, name: arn }
      case 'federated':
        return { kind, provider: arn }
      case 'anonymous':
        return { kind }
      default:
        return this.#fail(
          `\`principalType\` \`${kind}\` is not one of user, role-session, federated-user, root, service, federated, anonymous`,
        )
    }
  }

  #context(node: JsonNode | undefined): RequestContext | undefined {
    const entries: [string, string | string[]][] = []
    if (node !== undefined && node.type !== 'object') return this.#fail('`context` must be an object')
    for (const { name, value } of node?.members ?? []) {
      if (value.type === 'null') continue
      const values = value.type === 'array' ? value.items : [value]
      const texts = values.flatMap((item) => ('value' in item && item.type !== 'null' ? [item.value] : []))
      if (texts.length < values.length) return this.#fail(`context key \`${name}\` must be a string or a list of strings`)
      entries.push([name, value.type === 'array' ? texts : (texts[0] ?? '')])
    }
    return new RequestContext(Object.fromEntries(entries))
  }

  #text(node: JsonNode, name: string): string | undefined {
    return optionalText(node, name) ?? this.#fail(`\`request.${name}\` must be a string`)
  }

  #fail(message: string): undefined {
    this.problem ??= message
    return undefined
  }
}

/** The role or user that a session's ARN is made from, where it has no path. */
function parentArn(sessionArn: string, type: 'role' | 'user'): string {
  const [, partition = '', , , account = '', resource = ''] = sessionArn.split(':')
  return `arn:${partition}:iam::${account}:${type}/${resource.split('/')[1] ?? ''}`
}

const optionalText = (node: JsonNode, name: string): string | undefined => {
  const member = memberOf(node, name)
  return member?.type === 'string' ? member.value : undefined
}

/** In a case an empty list means that the type takes no part. */
const unlessEmpty = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined)

/** Members of a list; a single value stands for a list of one, `null` and nothing for none. */
function itemsOf(node: JsonNode | undefined): readonly JsonNode[] {
  if (node === undefined || node.type === 'null') return []
  return node.type === 'array' ? node.items : [node]
}
