/**
 * Everything that can be wrong with a document, in the order in which AWS looks, with IAM's words.
 * A row is a fault: the stage of the check, and the text that IAM answers with; `value` is the offending text.
 */

/** Something wrong, and where. Becomes a `Problem` once the kind of policy decides whose words to use. */
export interface Finding {
  readonly fault: Fault
  readonly offset: number
  /** What AWS's text quotes; empty where it quotes nothing. */
  readonly value: string
  readonly hint: string
}

export class Findings {
  readonly list: Finding[] = []

  get isEmpty(): boolean {
    return this.list.length === 0
  }

  add(fault: Fault, offset: number, hint: string, value = ''): void {
    this.list.push({ fault, offset, value, hint })
  }
}

interface FaultRow {
  readonly stage: number
  readonly iam: (value: string) => string
}

const syntax = { stage: 2, iam: () => 'Syntax errors in policy.' } satisfies FaultRow
const legacy = { stage: 4, iam: () => 'The policy failed legacy parsing' } satisfies FaultRow

export const faults = {
  length: {
    stage: 0,
    iam: (limit) =>
      `1 validation error detected: Value at 'policyDocument' failed to satisfy constraint: Member must have length less than or equal to ${limit}`,
  },
  characters: {
    stage: 0,
    iam: () => 'The specified value for policyDocument is invalid. It must contain only printable ASCII characters.',
  },
  json: { ...syntax, stage: 1 },
  'element-unknown': syntax,
  'element-type': syntax,
  'elements-combined': syntax,
  'version-invalid': syntax,
  'statement-empty': syntax,
  'effect-missing': syntax,
  'effect-invalid': syntax,
  'condition-operator': syntax,
  'id-forbidden': syntax,
  'version-old': { stage: 3, iam: () => 'Policy document must be version 2012-10-17 or greater.' },
  'leading-space': legacy,
  'effect-case': legacy,
  date: legacy,
  'resource-legacy': legacy,
  'sid-characters': {
    stage: 5,
    iam: () => 'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
  },
  'sid-duplicate': { stage: 5, iam: () => 'Statement IDs (SID) in a single policy must be unique.' },
  'principal-forbidden': { stage: 6, iam: () => 'Policy document should not specify a principal.' },
  'principal-missing': { stage: 6, iam: () => 'Missing required field Principal' },
  'principal-empty': { stage: 6, iam: () => 'Missing required field Principal cannot be empty!' },
  'principal-invalid': { stage: 6, iam: (principal) => `Invalid principal in policy: ${principal}` },
  'not-principal-allow': { stage: 6, iam: () => 'Allow with NotPrincipal is not allowed.' },
  'not-principal-forbidden': { stage: 6, iam: () => 'AssumeRole policy must not contain NotPrincipal field.' },
  'action-missing': { stage: 7, iam: () => 'Policy statement must contain actions.' },
  'resource-not-arn': { stage: 8, iam: (resource) => `Resource ${resource} must be in ARN format or "*".` },
  'resource-partition': {
    stage: 8,
    iam: (resource) => `Partition "${resource.split(':', 2)[1] ?? ''}" is not valid for resource "${resource}".`,
  },
  'resource-vendor': { stage: 8, iam: () => 'Resource vendor must be fully qualified and cannot contain regexes.' },
  'resource-region-iam': { stage: 8, iam: (resource) => `IAM resource ${resource} cannot contain region information.` },
  'resource-region-s3': { stage: 8, iam: (resource) => `Resource ${resource} can not contain region information.` },
  'resource-path-iam': { stage: 8, iam: (prefixes) => `IAM resource path must either be "*" or start with ${prefixes}.` },
  'resource-foreign': { stage: 8, iam: () => 'Policy has invalid resource' },
  variable: { ...syntax, stage: 8 },
  'action-without-vendor': {
    stage: 9,
    iam: () => 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
  },
  'action-colons': { stage: 9, iam: () => 'Actions/Condition can contain only one colon.' },
  'action-vendor': { stage: 9, iam: (vendor) => `Vendor ${vendor} is not valid` },
  'resource-missing': { stage: 10, iam: () => 'Policy statement must contain resources.' },
  'action-not-sts': { stage: 11, iam: () => 'AssumeRole policy may only specify STS AssumeRole actions.' },
  'resource-forbidden': { stage: 12, iam: () => 'Has prohibited field Resource' },
  'not-resource-forbidden': { stage: 12, iam: () => 'AssumeRole policy must not contain resources.' },
  organization: { stage: 13, iam: () => 'The provided policy document does not meet the requirements of the specified policy type.' },
  size: { stage: 14, iam: (text) => text },
} as const satisfies Record<string, FaultRow>

export type Fault = keyof typeof faults
