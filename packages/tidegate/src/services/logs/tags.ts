/** Tags of log groups. */
import { logsError } from './errors.ts'

type Tags = Readonly<Record<string, string>>

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html */
export function assertTags(tags: Tags): Tags {
  for (const [key, value] of Object.entries(tags)) {
    if (/^aws:/i.test(key)) throw logsError('InvalidParameterException', 'Tag keys that start with aws: are reserved for system use.')
    if (!isKey.test(key)) throw logsError('InvalidParameterException', `The tag key '${key}' is not valid.`)
    if (!isValue.test(value)) throw logsError('InvalidParameterException', `The value of the tag '${key}' is not valid.`)
  }
  if (Object.keys(tags).length > 50)
    throw logsError('TooManyTagsException', 'The number of tags on the resource exceeds the maximum of 50.')
  return tags
}

/** Condition keys of the tags that a request carries. */
export function requestTags(tags: Tags = {}): Readonly<Record<string, string | readonly string[]>> {
  const keys = Object.keys(tags)
  if (keys.length === 0) return {}
  return { ...Object.fromEntries(keys.map((key) => [`aws:RequestTag/${key}`, tags[key] ?? ''])), 'aws:TagKeys': keys }
}

const isKey = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u
const isValue = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u
