/** One-time passwords that come with a request: `SerialNumber` and `TokenCode`. */
import { stsError } from './errors.ts'
import type { StsCall } from './sts-operation.ts'

export interface MfaInput {
  readonly SerialNumber?: string | undefined
  readonly TokenCode?: string | undefined
}

/**
 * When MFA was used, in seconds; `undefined` where the request brings no one-time password. Throws `AccessDenied`, in the same words
 * whether the device is another's or the code is wrong.
 */
export async function verifiedMfa({ SerialNumber, TokenCode }: MfaInput, call: StsCall): Promise<number | undefined> {
  if (SerialNumber === undefined && TokenCode === undefined) return undefined
  if (SerialNumber === undefined || TokenCode === undefined) {
    throw stsError('AccessDenied', 'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.')
  }
  const { caller, mfa, now } = call
  const { kind } = caller.principal
  const isVerified = (kind === 'user' || kind === 'root') && (await mfa.verify(SerialNumber, TokenCode, caller, now))
  if (!isVerified) throw stsError('AccessDenied', 'MultiFactorAuthentication failed with invalid MFA one time pass code. ')
  return Math.floor(now / 1000)
}

/** Condition keys of a request that brought a one-time password. */
export function mfaContext(authenticatedAt: number | undefined): Record<string, string> {
  return authenticatedAt === undefined ? {} : { 'aws:MultiFactorAuthPresent': 'true', 'aws:MultiFactorAuthAge': '0' }
}
