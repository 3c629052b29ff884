/** The services that an instance serves, each with what it needs of the others. */
import { randomBytes } from 'node:crypto'
import { accessHistoryFrom } from './access-history.ts'
import { activityIn } from './activity.ts'
import type { AuditLog } from './audit/log.ts'
import { lookupEvents } from './audit/lookup-events.ts'
import type { Organization } from './configuration/organization.ts'
import { decisionsIn } from './decisions.ts'
import { nameOf } from './kernel/arn.ts'
import type { FrontDoor } from './kernel/front-door.ts'
import { type Service, withPorts } from './kernel/operation.ts'
import type { State } from './kernel/state.ts'
import { logLinesFrom } from './log-lines.ts'
import { cloudTrailService } from './services/cloudtrail/index.ts'
import { ecsService } from './services/ecs/index.ts'
import type { EcsPorts } from './services/ecs/ports.ts'
import { iamService } from './services/iam/index.ts'
import type { People } from './people.ts'
import type { Principals } from './services/iam/principals.ts'
import type { Secrets } from './services/iam/ports.ts'
import { logsService } from './services/logs/index.ts'
import type { LogEvents } from './services/logs/ports.ts'
import type { ObjectStore } from './services/s3/object-store.ts'
import { s3Service } from './services/s3/index.ts'
import { stsService } from './services/sts/index.ts'
import type { Mfa } from './services/sts/ports.ts'
import { tidegateService } from './services/tidegate/index.ts'
import { accountIdOfAccessKey, newAccessKeyId } from './sessions/access-key-id.ts'
import { openMessage } from './sessions/authorization-message.ts'
import type { Keys } from './sessions/key-ring.ts'
import { areActorsRevoked, type RevocationTable } from './sessions/revocation.ts'
import { newSecretAccessKey } from './sessions/secrets.ts'
import { sealSession } from './sessions/session-token.ts'
import { subjectsIn } from './subjects.ts'

export interface Parts {
  readonly state: State
  readonly keys: Keys
  readonly secrets: Secrets
  readonly audit: AuditLog
  readonly organization: Organization
  readonly principals: Principals
  readonly people: People
  readonly revocations: () => RevocationTable
  readonly logEvents: LogEvents
  /** Aborted when the instance closes. */
  readonly closing: AbortSignal
  /** For calls of services to each other. */
  readonly frontDoor: FrontDoor
  readonly objects: ObjectStore
  readonly ecs: Omit<EcsPorts, 'state'>
}

export function servicesOf({
  state,
  keys,
  secrets,
  audit,
  organization,
  principals,
  people,
  revocations,
  logEvents,
  closing,
  ecs,
  objects,
}: Parts): readonly Service[] {
  const iam = iamService({
    state,
    secrets,
    credentials: { newAccessKeyId: (accountId) => newAccessKeyId('AKIA', accountId), newSecretAccessKey, randomBytes },
    accessHistory: accessHistoryFrom(audit, state),
    organization,
  })
  const sts = stsService({
    roles: principals,
    oidcProviders: principals,
    managedPolicies: principals,
    sealer: {
      seal(session) {
        const accessKeyId = newAccessKeyId('ASIA', session.accountId)
        return sealSession({ ...session, accessKeyId }, keys)
      },
    },
    webIdentity: people,
    revocations: { areRevoked: (actors, issuedAt) => areActorsRevoked(actors, issuedAt, revocations()) },
    mfa: mfaOf(principals),
    authorizationMessages: { open: (encoded, accountId) => openMessage(encoded, accountId, keys) },
    accessKeys: { accountOf: accountIdOfAccessKey },
  })
  const cloudTrail = cloudTrailService({
    lookUpEvents: async (input, where) => {
      const { Events, ...rest } = await lookupEvents(audit, input, where)
      return { Events: Events.map(({ Resources, ...event }) => ({ ...event, Resources: [...Resources] })), ...rest }
    },
  })
  const tidegate = tidegateService({
    decisions: decisionsIn(audit, keys),
    activity: activityIn(audit),
    logLines: logLinesFrom(state, logEvents),
    subjects: subjectsIn({ state, principals, organization, actions: () => actionsOf(services) }),
  })
  const logs = logsService({ state, events: logEvents, closing })
  const s3 = s3Service({ state, objects, newBucketId: () => randomBytes(16).toString('hex') })
  const services = [
    withPorts(tidegate),
    withPorts(iam),
    withPorts(sts),
    withPorts(cloudTrail),
    withPorts(ecsService({ state, ...ecs })),
    withPorts(logs),
    withPorts(s3),
  ]
  return services
}

/** As operations are named; some are judged by other actions. */
function actionsOf(services: readonly Service[]): readonly string[] {
  return services.flatMap(({ name: service, operations }) => operations.map(({ name }) => `${service}:${name}`))
}

/** Devices belong to IAM users; a root user has none here. */
function mfaOf(principals: Principals): Mfa {
  return {
    async verify(serialNumber, code, { principal, accountId }, now) {
      if (principal.kind !== 'user') return false
      const userName = nameOf(principal.arn)
      return principals.verifyTotp(accountId, { userName, serialNumber, code }, now)
    },
  }
}
