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
  /** Spreads actions over hash tables; no two have the same. */
  readonly number: number
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
    number: count++,
    isUnderRcps: rcpServices.has(service) && name !== 'kms:retiregrant',
    isOfIdentityService: service === 'sts' || service === 'iam',
  }
}

/** @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services */
const rcpServices: ReadonlySet<string> = new Set(
  `aoss appconfig appstream autoscaling autoscaling-plans budgets clouddirectory cloudfront cloudsearch cloudtrail-data
    codeartifact codebuild codecommit codepipeline cognito-identity cognito-idp comprehend comprehendmedical
    compute-optimizer cost-optimization-hub dax dsql dynamodb ecr ecr-public events firehose fis fms gamelift health
    inspector-scan kendra kinesisvideo kms logs memorydb networkmonitor notifications opensearch pca-connector-ad
    personalize polly pricing resource-groups rolesanywhere s3 secretsmanager servicediscovery signin sqs sts support swf
    textract timestream-influxdb transcribe transfer translate wafv2 workspaces xray`.split(/\s+/),
)

const actions = new InternTable<Action>(8192)
let count = 0
