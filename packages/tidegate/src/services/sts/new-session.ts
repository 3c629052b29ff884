/** Making a session: its times, and the part of the answer that all operations share. */
import type { Credentials } from '@aws-sdk/client-sts'
import type { Session } from '../../kernel/caller.ts'
import type { UnsealedSession } from './ports.ts'
import type { StsCall } from './sts-operation.ts'

export interface SessionAnswer {
  readonly Credentials: Credentials
  readonly SessionTokenSize: number
  readonly SessionTokenUtilization: number
}

export function newSession(
  session: Omit<UnsealedSession, 'issuedAt' | 'expiresAt'>,
  durationSeconds: number,
  { sealer, now }: Pick<StsCall, 'sealer' | 'now'>,
): SessionAnswer {
  const issuedAt = Math.floor(now / 1000)
  const expiresAt = issuedAt + durationSeconds
  const { accessKeyId, secretAccessKey, sessionToken } = sealer.seal({ ...session, issuedAt, expiresAt })
  return {
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: new Date(expiresAt * 1000),
    },
    SessionTokenSize: sessionToken.length,
    SessionTokenUtilization: Math.min(100, Math.ceil((100 * sessionToken.length) / maxSessionTokenSize)),
  }
}

/** The session that a call is signed with, if it is one. */
export function callingSession({ caller: { credential } }: Pick<StsCall, 'caller'>): Session | undefined {
  return credential.kind === 'session' ? credential.session : undefined
}

const maxSessionTokenSize = 4096
