import type { SignatureFacts } from '../wire/sigv4/verified-signature.ts'

/**
 * The condition keys that a signature determines; S3 is the only service that has any.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html
 */
export function signatureContext({ service, version, authType, age, contentSha256 }: SignatureFacts): Record<string, string> {
  if (service !== 's3') return {}
  return {
    's3:authType': authType,
    's3:signatureversion': version,
    ...(age === undefined ? {} : { 's3:signatureAge': String(age) }),
    ...(contentSha256 === undefined ? {} : { 's3:x-amz-content-sha256': contentSha256 }),
  }
}
