/**
 * The bucket that a host names, in virtual-hosted style: what stands before a label `s3`, before `localhost`, or before an IPv4 address.
 *
 * It follows from the name alone. Whether such a bucket exists must not matter: who makes a bucket that is called as the first label of
 * somebody's host would be sent the requests for others.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function hostBucketOf(host: string | undefined): string | undefined {
  const name = (host ?? '').toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '')
  if (!/^[a-z0-9._-]+$/.test(name)) return undefined
  const labels = name.split('.')
  const count = bucketLabels(labels)
  return count > 0 ? labels.slice(0, count).join('.') : undefined
}

function bucketLabels(labels: readonly string[]): number {
  if (labels.length > 4 && labels.slice(-4).every((label) => /^\d{1,3}$/.test(label))) return labels.length - 4
  const s3 = labels.findLastIndex((label) => label === 's3' || legacyRegion.test(label))
  if (s3 >= 0) return s3
  return labels.at(-1) === 'localhost' ? labels.length - 1 : 0
}

/** `s3-eu-west-1.amazonaws.com` */
const legacyRegion = /^s3-[a-z]{2}-[a-z]+-\d$/
