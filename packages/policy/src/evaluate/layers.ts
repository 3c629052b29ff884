/**
 * The layers of an evaluation as bits of one number: each statement that matches adds the bit of what it grants, and the conclusion is
 * drawn from the sum. `resource` has four bits, one for each way in which a statement can name its principal; every SCP level has one.
 */
import type { PolicyType } from '../decision.ts'
import type { GrantKind } from '../match/principal.ts'
import type { PrincipalKind } from '../request.ts'

export const IDENTITY = 1 << 0
export const BOUNDARY = 1 << 1
export const SESSION = 1 << 2
export const ENDPOINT = 1 << 3
export const DIRECT = 1 << 4
export const ROLE = 1 << 5
export const USER = 1 << 6
export const ACCOUNT = 1 << 7
export const RCP = 1 << 8
/** The first of the SCP levels: root, each organizational unit, account. */
const FIRST_SCP = 1 << 9
export const MAX_SCP_LEVELS = 21

export const RESOURCE = DIRECT | ROLE | USER | ACCOUNT
export const SCP = (FIRST_SCP << MAX_SCP_LEVELS) - FIRST_SCP

export const scpLevel = (level: number): number => FIRST_SCP << level

export const grantBit: Readonly<Record<GrantKind, number>> = { direct: DIRECT, role: ROLE, user: USER, account: ACCOUNT }

/** The layers that have a say over a principal of each kind; policies of the others are not looked at. */
export function layersOf(kind: PrincipalKind): number {
  switch (kind) {
    case 'role-session':
    case 'federated-user':
      return SCP | RCP | ENDPOINT | RESOURCE | IDENTITY | BOUNDARY | SESSION
    case 'user':
      return SCP | RCP | ENDPOINT | RESOURCE | IDENTITY | BOUNDARY
    case 'root':
      return SCP | RCP | ENDPOINT | RESOURCE
    case 'service':
    case 'federated':
    case 'anonymous':
      return RCP | ENDPOINT | RESOURCE
  }
}

export const layerBits: Readonly<Record<PolicyType, number>> = {
  scp: SCP,
  rcp: RCP,
  endpoint: ENDPOINT,
  resource: RESOURCE,
  identity: IDENTITY,
  boundary: BOUNDARY,
  session: SESSION,
}
