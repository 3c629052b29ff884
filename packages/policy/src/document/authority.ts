/**
 * Who answers for a policy, with which error code and in which words.
 * IAM's words (faults.ts) stand where nothing else is listed. S3 and role trust policies share another parser, with words of its own.
 */
import { tooLong } from './limits.ts'
import { faults } from './faults.ts'
import type { Fault } from './faults.ts'
import type { PolicyKind } from './policy-document.ts'

export interface Authority {
  /** Error code of everything that `codes` does not list. */
  readonly code: string
  readonly codes?: { readonly [F in Fault]?: string }
  readonly texts: Texts
  /** The answer to what `texts` does not list, in place of IAM's words. */
  readonly otherwise?: () => string
}

type Texts = { readonly [F in Fault]?: (value: string) => string }

/** `service` is the service whose resource-based policy it is, by its IAM prefix; without it the words are IAM's. */
export function authorityOf(kind: PolicyKind, service: string | undefined): Authority {
  switch (kind) {
    case 'trust':
      return trust
    case 'scp':
    case 'rcp':
      return organizations
    case 'session':
      return sts
    case 'endpoint':
      return ec2
    case 'resource':
      return (service === undefined ? undefined : services.get(service)) ?? iam
    case 'identity':
    case 'managed':
    case 'boundary':
      return iam
  }
}

const always = (text: string) => (): string => text

/** The same answer for everything but a document that is too large. */
function oneAnswer(code: string, text: string, codes: NonNullable<Authority['codes']> = {}): Authority {
  return { code, codes, texts: { size: faults.size.iam }, otherwise: always(text) }
}

const iam: Authority = {
  code: 'MalformedPolicyDocument',
  codes: { length: 'ValidationError', characters: 'ValidationError', size: 'LimitExceeded' },
  texts: {},
}

const sts: Authority = {
  code: 'MalformedPolicyDocument',
  codes: { length: 'ValidationError', characters: 'ValidationError', size: 'ValidationError' },
  texts: {
    length: () => tooLong('policy', 2048),
    characters: always(
      String.raw`1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u00FF]+`,
    ),
  },
}

const sharedParser: Texts = {
  json: always('This policy contains invalid Json'),
  'element-unknown': (name) => `Unknown field ${name}`,
  'version-invalid': always('The policy must contain a valid version string'),
  'statement-empty': always('Could not parse the policy: Statement is empty!'),
  'effect-missing': always('Missing required field Effect'),
  'effect-invalid': (effect) => `Invalid effect: ${effect}`,
  'effect-case': (effect) => `Invalid effect: ${effect}`,
  'condition-operator': (name) => `Invalid Condition type : ${name}`,
  'sid-duplicate': always('The Statement Ids in the policy are not unique'),
  'action-missing': always('Missing required field Action'),
}

const notSts = always('AssumeRole policy may only specify STS AssumeRole actions.')
const trust: Authority = {
  ...iam,
  texts: { ...sharedParser, 'action-without-vendor': notSts, 'action-colons': notSts, 'action-vendor': notSts },
}

const badS3Action = always('Policy has invalid action')
const badS3Resource = always('Policy has invalid resource')
const s3: Authority = {
  code: 'MalformedPolicy',
  codes: { size: 'PolicyTooLarge' },
  texts: {
    ...sharedParser,
    'element-type': always('Invalid policy syntax.'),
    'elements-combined': always('Invalid policy syntax.'),
    'leading-space': always(`Policies must be valid JSON and the first byte must be '{'`),
    'principal-invalid': always('Invalid principal in policy'),
    'resource-missing': always('Statement is missing required element'),
    'action-without-vendor': badS3Action,
    'action-colons': badS3Action,
    'action-vendor': badS3Action,
    'resource-not-arn': badS3Resource,
    'resource-partition': badS3Resource,
    'resource-vendor': badS3Resource,
    'resource-region-iam': badS3Resource,
    'resource-region-s3': badS3Resource,
    'resource-path-iam': badS3Resource,
    'resource-legacy': badS3Resource,
  },
}

const kms: Authority = {
  code: 'MalformedPolicyDocumentException',
  codes: { size: 'LimitExceededException' },
  texts: { 'principal-invalid': always('Policy contains a statement with one or more invalid principals.') },
}

const badSecretPolicy = always('This resource policy contains a syntax error.')
const badSecretPrincipal = always('This resource policy contains an unsupported principal.')
const secretsmanager: Authority = {
  code: 'MalformedPolicyDocumentException',
  codes: { size: 'ValidationException' },
  texts: {
    json: badSecretPolicy,
    'element-unknown': badSecretPolicy,
    'element-type': badSecretPolicy,
    'elements-combined': badSecretPolicy,
    'condition-operator': badSecretPolicy,
    'effect-missing': badSecretPolicy,
    'effect-invalid': badSecretPolicy,
    'principal-missing': badSecretPolicy,
    'principal-invalid': badSecretPrincipal,
  },
}

const organizations = oneAnswer(
  'MalformedPolicyDocumentException',
  'The provided policy document does not meet the requirements of the specified policy type.',
  { size: 'ConstraintViolationException' },
)
const ec2 = oneAnswer('InvalidPolicyDocument', 'The specified policy document is not a valid JSON policy document.')

const services: ReadonlyMap<string, Authority> = new Map([
  ['s3', s3],
  ['kms', kms],
  ['secretsmanager', secretsmanager],
  ['sqs', oneAnswer('InvalidAttributeValue', 'Invalid value for the parameter Policy.')],
  ['sns', oneAnswer('InvalidParameter', 'Invalid parameter: Policy Error: null')],
  [
    'ecr',
    oneAnswer(
      'InvalidParameterException',
      `Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'`,
    ),
  ],
])
