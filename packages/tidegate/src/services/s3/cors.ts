/**
 * Requests of web pages from other origins: which headers an answer gets by the rules of a bucket.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
 */
import type { CORSRule } from '@aws-sdk/client-s3'
import type { CrossOriginRequest } from '../../kernel/operation.ts'
import { malformedXml, s3Error } from './errors.ts'

export function assertCorsRules(rules: readonly CORSRule[]): void {
  if (rules.length === 0 || rules.length > 100) throw malformedXml('there are 1 to 100 rules')
  for (const { AllowedMethods = [], AllowedOrigins = [], AllowedHeaders = [], ExposeHeaders = [] } of rules) {
    if (AllowedMethods.length === 0 || AllowedOrigins.length === 0) throw malformedXml('a rule has methods and origins')
    const method = AllowedMethods.find((each) => !methods.has(each))
    if (method !== undefined) {
      throw s3Error('InvalidRequest', `Found unsupported HTTP method in CORS config. Unsupported method is ${method.slice(0, 100)}`)
    }
    for (const origin of AllowedOrigins) assertOneWildcard(origin, 'AllowedOrigin')
    for (const header of AllowedHeaders) assertOneWildcard(header, 'AllowedHeader')
    const exposed = ExposeHeaders.find((header) => header.includes('*'))
    if (exposed !== undefined)
      throw s3Error(
        'InvalidRequest',
        `ExposeHeader "${exposed.slice(0, 100)}" contains wildcard. We currently do not support wildcard for ExposeHeader.`,
      )
  }
}

/** Undefined where no rule allows it. */
export function crossOriginHeaders(
  rules: readonly CORSRule[],
  { origin, method, headers, isPreflight }: Omit<CrossOriginRequest, 'bucket'>,
): Record<string, string> | undefined {
  for (const rule of rules) {
    const { AllowedOrigins = [], AllowedMethods = [], AllowedHeaders = [], ExposeHeaders = [], MaxAgeSeconds } = rule
    const matched = AllowedOrigins.find((pattern) => matches(pattern, origin))
    if (matched === undefined || !AllowedMethods.includes(method)) continue
    if (!headers.every((header) => AllowedHeaders.some((pattern) => matches(pattern.toLowerCase(), header.toLowerCase())))) continue
    return {
      'access-control-allow-origin': matched === '*' ? '*' : origin,
      'access-control-allow-methods': AllowedMethods.join(', '),
      ...(headers.length > 0 && { 'access-control-allow-headers': headers.map((header) => header.toLowerCase()).join(', ') }),
      ...(ExposeHeaders.length > 0 && { 'access-control-expose-headers': ExposeHeaders.join(', ') }),
      ...(isPreflight && MaxAgeSeconds !== undefined && { 'access-control-max-age': String(MaxAgeSeconds) }),
      ...(matched !== '*' && { 'access-control-allow-credentials': 'true' }),
      vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
    }
  }
  return undefined
}

function matches(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*')
  if (star < 0) return pattern === text
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)]
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after)
}

function assertOneWildcard(text: string, element: string): void {
  if (text.split('*').length <= 2) return
  throw s3Error('InvalidRequest', `${element} "${text.slice(0, 100)}" can not have more than one wildcard.`)
}

const methods: ReadonlySet<string> = new Set(['GET', 'PUT', 'POST', 'DELETE', 'HEAD'])
