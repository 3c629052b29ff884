/** A record of the audit log as the API of our own shows it. */
import type { ActivityEvent } from './api/activity.ts'
import { denialCodes } from './audit/filter.ts'
import type { AuditRecord } from './audit/record.ts'
import { issuerArnOf } from './audit/terms.ts'
import { describedActor } from './services/tidegate/actors.ts'

export function activityEvent(record: AuditRecord): ActivityEvent {
  const { userIdentity, additionalEventData, resources = [], errorCode, errorMessage } = record
  return {
    EventId: record.eventID,
    RequestId: record.requestID,
    Time: record.eventTime,
    Actors: (additionalEventData.actorChain ?? []).map(describedActor),
    Principal: principalOf(record),
    PrincipalType: userIdentity.type ?? 'Unknown',
    RoleArn: issuerArnOf(record),
    AccessKeyId: userIdentity.accessKeyId,
    Action: actionOf(record),
    Resources: resources.map(({ ARN }) => ARN),
    Outcome: errorCode === undefined ? 'ok' : isDenial(record) ? 'denied' : 'failed',
    ErrorCode: errorCode,
    ErrorMessage: errorMessage,
    PolicyType: deniedBy(record),
    ReadOnly: record.readOnly,
    Region: record.awsRegion,
    SourceIp: record.sourceIPAddress,
    UserAgent: record.userAgent,
    AccountId: record.recipientAccountId,
  }
}

/** ARN, or the name of a service; empty for nobody that is known. */
export function principalOf({ userIdentity: { arn, invokedBy } }: AuditRecord): string {
  return arn ?? (typeof invokedBy === 'string' ? invokedBy : '')
}

/** The action of IAM that the operation is named as. */
export function actionOf({ eventSource, eventName }: AuditRecord): string {
  return `${eventSource.replace(/\.amazonaws\.com$/, '')}:${eventName}`
}

export function isDenial({ errorCode }: AuditRecord): boolean {
  return errorCode !== undefined && denialCodes.includes(errorCode)
}

/** Of what `Exchange` recorded as the decision. */
export function deniedBy({ additionalEventData }: AuditRecord): string | undefined {
  const decision = additionalEventData['decision'] as { readonly policyType?: string; readonly missing?: string } | undefined
  return decision?.policyType ?? decision?.missing
}
