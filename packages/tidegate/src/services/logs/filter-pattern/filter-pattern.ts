/**
 * The filter patterns of CloudWatch Logs: terms, fields of JSON, columns between spaces.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
import { columnsPattern } from './columns.ts'
import { jsonPattern } from './json.ts'
import { PatternError } from './reader.ts'
import { termsPattern } from './terms.ts'

/** Whether a message matches. */
export type Matcher = (message: string) => boolean

/** Throws `PatternError` for what is no pattern. Matching takes time in the length of the message, whatever the pattern. */
export function filterPattern(pattern: string): Matcher {
  if (pattern.length > longest) throw new PatternError(`it is longer than ${longest} characters`)
  const text = pattern.trim()
  if (text === '') return () => true
  if (text.startsWith('{')) return jsonPattern(text)
  return text.startsWith('[') ? columnsPattern(text) : termsPattern(text)
}

const longest = 1024
