/** What is said of a credential that is not for this service, region or day. */
import type { Target } from './authentication.ts'
import type { ScopeFault, SignedCredential } from './credential-scope.ts'
import { type Dialect, incompleteSignature, quoted, signatureMismatch } from './errors.ts'

/** What the services other than S3 say of a credential scope that is not theirs. */
export function scopeMismatch(
  fault: ScopeFault,
  { date, terminator }: SignedCredential,
  { service, dialect }: Pick<Target, 'service' | 'dialect'>,
): Error {
  const texts = {
    date: `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${quoted(date)}'.`,
    region: 'Credential should be scoped to a valid region. ',
    service: `Credential should be scoped to correct service: '${service}'. `,
    terminator: `Credential should be scoped with a valid terminator: 'aws4_request', not '${quoted(terminator)}'.`,
  }
  return signatureMismatch(dialect, texts[fault])
}

export function s3ScopeText(fault: ScopeFault, credential: SignedCredential): string {
  const texts = {
    date: `incorrect date format "${quoted(credential.date)}". This date in the credential must be in the format "yyyyMMdd".`,
    region: `the region '${quoted(credential.region)}' is wrong`,
    service: `incorrect service "${quoted(credential.service)}". This endpoint belongs to "s3".`,
    terminator: `incorrect terminal "${quoted(credential.terminator)}". This endpoint uses "aws4_request".`,
  }
  return texts[fault]
}

export function dateMismatch({ date }: SignedCredential, timestamp: string, dialect: Dialect): Error {
  const day = timestamp.slice(0, 8)
  if (dialect === 's3')
    return incompleteSignature(dialect, '', `Invalid credential date "${date}". This date is not the same as X-Amz-Date: "${day}".`)
  const message = `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${day}', from '${timestamp}'.`
  return signatureMismatch(dialect, message)
}

export const unsupportedMechanism = 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.'
export const s3MalformedCredential = 'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
