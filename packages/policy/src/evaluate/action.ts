/** What evaluation must know about an action besides its name. */
import { InternTable } from '../document/intern.ts'
import { asciiLower } from '../match/fold.ts'

/** One object for each action, whatever the case in which it was asked for. */
export interface Action {
  /** `service:name` in lower case. */
  readonly name: string
  /** Service prefix in lower case. */
  readonly service: string
  /** Resource control policies apply to the action. */
  readonly isUnderRcps: boolean
  /** Of a service whose calls are not decided by policies alone; see outside-policy.ts. */
  readonly isOfIdentityService: boolean
}

export function actionOf(text: string): Action {
  return actions.get(text) ?? remember(text)
}

function remember(text: string): Action {
  const name = asciiLower(text)
  const action = actions.get(name) ?? read(name)
  actions.set(name, action)
  actions.set(text, action)
  return action
}

function read(name: string): Action {
  const service = name.slice(0, Math.max(0, name.indexOf(':')))
  return {
    name,
    service,
    isUnderRcps: rcpServices.has(service) && name !== 'kms:retiregrant',
    isOfIdentityService: service === 'sts' || service === 'iam',
  }
}

/** @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services */
const rcpServices: ReadonlySet<string> = new Set([
  'aoss',
  'cognito-identity',
  'cognito-idp',
  'dynamodb',
  'ecr',
  'kms',
  'logs',
  's3',
  'secretsmanager',
  'sqs',
  'sts',
])

const actions = new InternTable<Action>(8192)
