/** How long a document may be, per kind, and the answer to a longer one. */
import type { Findings } from './faults.ts'
import type { PolicyKind } from './policy-document.ts'

/** What an inline policy belongs to: the limits differ. AWS counts all inline policies of one owner together; here one document counts. */
export type InlineOwner = 'user' | 'group' | 'role'

export interface Limited {
  readonly kind: PolicyKind
  readonly service: string | undefined
  readonly owner: InlineOwner
  readonly name: string
}

interface SizeLimit {
  readonly most: number
  /** IAM does not count white space outside strings. */
  readonly isWhiteSpaceFree: boolean
  readonly text: string
}

/** Longest parameter that IAM takes. Nothing in a longer text is looked at. */
export const longestParameter = 131072

export function checkSize(text: string, document: Limited, findings: Findings): void {
  const limit = limitOf(document)
  if (limit === undefined || text.length <= limit.most) return
  const size = limit.isWhiteSpaceFree ? sizeWithoutWhiteSpace(text) : text.length
  if (size > limit.most) findings.add('size', 0, `the document has ${size} characters, ${size - limit.most} more than allowed`, limit.text)
}

function limitOf({ kind, service, owner, name }: Limited): SizeLimit | undefined {
  switch (kind) {
    case 'managed':
    case 'boundary':
      return { most: 6144, isWhiteSpaceFree: true, text: 'Cannot exceed quota for PolicySize: 6144' }
    case 'identity': {
      const most = inlineLimits[owner]
      return { most, isWhiteSpaceFree: true, text: `Maximum policy size of ${most} bytes exceeded for ${owner} ${name}`.trimEnd() }
    }
    case 'trust':
      return { most: 2048, isWhiteSpaceFree: true, text: 'Cannot exceed quota for ACLSizePerRole: 2048' }
    case 'session':
      return { most: 2048, isWhiteSpaceFree: false, text: tooLong('policy', 2048) }
    case 'scp':
      return { most: 10240, isWhiteSpaceFree: false, text: tooLargeForOrganizations }
    case 'rcp':
      return { most: 5120, isWhiteSpaceFree: false, text: tooLargeForOrganizations }
    case 'endpoint':
      return { most: 20480, isWhiteSpaceFree: false, text: 'The policy document exceeds the maximum size of 20480 characters.' }
    case 'resource':
      return service === undefined ? undefined : serviceLimits.get(service)
  }
}

/** Characters of a JSON text without the white space between its tokens. */
export function sizeWithoutWhiteSpace(text: string): number {
  let size = 0
  let isInString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (isInString && code === BACKSLASH) {
      size += 2
      i++
      continue
    }
    if (code === QUOTE) isInString = !isInString
    if (isInString || !(code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09)) size++
  }
  return size
}

export const tooLong = (parameter: string, most: number): string =>
  `1 validation error detected: Value at '${parameter}' failed to satisfy constraint: Member must have length less than or equal to ${most}`

const BACKSLASH = 0x5c
const QUOTE = 0x22

const inlineLimits: Readonly<Record<InlineOwner, number>> = { user: 2048, group: 5120, role: 10240 }
const tooLargeForOrganizations = 'You have exceeded the maximum policy size.'
const serviceLimits: ReadonlyMap<string, SizeLimit> = new Map([
  ['s3', { most: 20480, isWhiteSpaceFree: true, text: 'Normalized policy document exceeds the maximum allowed size of 20480 bytes.' }],
  ['kms', { most: 32768, isWhiteSpaceFree: false, text: 'Key policy exceeds the maximum size of 32768 bytes.' }],
  ['secretsmanager', { most: 20480, isWhiteSpaceFree: false, text: tooLong('resourcePolicy', 20480) }],
  ['ecr', { most: 10240, isWhiteSpaceFree: false, text: tooLong('policyText', 10240) }],
])
