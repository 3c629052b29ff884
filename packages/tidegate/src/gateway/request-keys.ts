/**
 * Condition keys that every request has, whoever makes it and whatever it asks for.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
import { isoSeconds } from '../kernel/iso-seconds.ts'
import { headerOf, type WireRequest } from '../kernel/wire-request.ts'

export function requestKeys(request: WireRequest, region: string, now: number): Record<string, string> {
  const userAgent = headerOf(request, 'user-agent')
  const referer = headerOf(request, 'referer')
  return {
    'aws:SourceIp': request.remoteAddress,
    'aws:SecureTransport': String(request.isTls),
    ...timeKeys(now),
    'aws:RequestedRegion': region,
    'aws:ViaAWSService': 'false',
    'tidegate:SourceChannel': 'api',
    ...(userAgent === undefined ? {} : { 'aws:UserAgent': userAgent }),
    ...(referer === undefined ? {} : { 'aws:Referer': referer }),
  }
}

/** @param now milliseconds since 1970 */
export function timeKeys(now: number): Record<'aws:CurrentTime' | 'aws:EpochTime', string> {
  return { 'aws:CurrentTime': isoSeconds(now), 'aws:EpochTime': String(Math.floor(now / 1000)) }
}
