/** `AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request`: whose key signed, and what the derived key is good for. */

export interface SignedCredential {
  readonly accessKeyId: string
  /** `YYYYMMDD`. */
  readonly date: string
  readonly region: string
  readonly service: string
  readonly terminator: string
  /** All five parts as sent. */
  readonly text: string
  /** Without the access key id. */
  readonly scope: string
}

/** Undefined when it has not exactly five parts or an access key id is missing or not readable. */
export function parseCredential(text: string): SignedCredential | undefined {
  const parts = text.split('/')
  const [accessKeyId = '', date = '', region = '', service = '', terminator = ''] = parts
  if (parts.length !== 5 || !accessKeyIdPattern.test(accessKeyId)) return undefined
  return { accessKeyId, date, region, service, terminator, text, scope: text.slice(accessKeyId.length + 1) }
}

export type ScopeFault = 'date' | 'region' | 'service' | 'terminator'

/** The first part that can't be right for a service, whatever the signature. */
export function scopeFault({ date, region, service, terminator }: SignedCredential, expectedService: string): ScopeFault | undefined {
  if (!datePattern.test(date)) return 'date'
  if (!regionPattern.test(region)) return 'region'
  if (service !== expectedService) return 'service'
  if (terminator !== 'aws4_request') return 'terminator'
  return undefined
}

const accessKeyIdPattern = /^[!-~]{1,128}$/
const datePattern = /^\d{8}$/
/** Of partition `aws`: `us-east-1`, `ap-southeast-2`, `me-central-1`. */
const regionPattern = /^(?!cn-|us-gov-|us-iso)[a-z]{2}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/
