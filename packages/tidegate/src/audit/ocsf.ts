/**
 * A record as an event of the Open Cybersecurity Schema Framework: API Activity, class 6003, with the cloud profile.
 * @see https://schema.ocsf.io/classes/api_activity
 */
import type { AuditRecord } from './record.ts'
import { resourceNameOf, usernameOf } from './terms.ts'

export function ocsfEvent(record: AuditRecord): object {
  const { errorCode, errorMessage, resources, additionalEventData } = record
  const { actorChain, ...additional } = additionalEventData
  const [activity, activityName] = activityOf(record)
  const isSuccess = errorCode === undefined
  return {
    category_uid: 6,
    category_name: 'Application Activity',
    class_uid: 6003,
    class_name: 'API Activity',
    activity_id: activity,
    activity_name: activityName,
    type_uid: 600_300 + activity,
    type_name: `API Activity: ${activityName}`,
    severity_id: 1,
    severity: 'Informational',
    status_id: isSuccess ? 1 : 2,
    status: isSuccess ? 'Success' : 'Failure',
    ...(!isSuccess && { status_code: errorCode, status_detail: errorMessage }),
    time: Date.parse(record.eventTime),
    metadata: {
      version: '1.9.0',
      product: { name: 'Tidegate', vendor_name: 'Tidegate' },
      profiles: ['cloud'],
      uid: record.eventID,
      original_event_uid: record.eventID,
      event_code: record.eventName,
      log_name: 'audit',
      log_version: record.eventVersion,
      original_time: record.eventTime,
    },
    cloud: { provider: 'AWS', region: record.awsRegion, account: { uid: record.recipientAccountId } },
    actor: actorOf(record),
    api: {
      operation: record.eventName,
      service: { name: record.eventSource },
      request: { uid: record.requestID, ...(record.requestParameters !== null && { data: record.requestParameters }) },
      response: {
        ...(!isSuccess && { error: errorCode, error_message: errorMessage }),
        ...(record.responseElements !== null && { data: record.responseElements }),
      },
    },
    src_endpoint: { ip: record.sourceIPAddress },
    http_request: { user_agent: record.userAgent },
    ...(resources && {
      resources: resources.map(({ ARN, accountId, type }) => ({
        uid: ARN,
        name: resourceNameOf(ARN),
        ...(type !== undefined && { type }),
        ...(accountId !== undefined && { owner: { account: { uid: accountId } } }),
      })),
    }),
    unmapped: { ...additional, ...(actorChain && { actorChain }), eventType: record.eventType, managementEvent: record.managementEvent },
  }
}

function actorOf(record: AuditRecord): object {
  const { type, arn, principalId, accountId, accessKeyId, sessionContext } = record.userIdentity
  const name = usernameOf(record)
  const [nearest] = record.additionalEventData.actorChain ?? []
  const { creationDate, mfaAuthenticated } = sessionContext?.attributes ?? {}
  const issuer = sessionContext?.sessionIssuer?.['arn']
  const user = {
    ...(name !== undefined && { name }),
    ...(arn !== undefined && { uid: arn }),
    ...(principalId !== undefined && { uid_alt: principalId }),
    ...(accessKeyId !== undefined && { credential_uid: accessKeyId }),
    ...(accountId !== undefined && { account: { uid: accountId } }),
    type: type ?? 'Unknown',
    type_id: type === 'Root' ? 2 : type === 'AWSService' ? 4 : type === undefined ? 0 : nearest?.type === 'human' ? 1 : 99,
    ...(nearest?.type === 'human' && nearest.label?.includes('@') && { email_addr: nearest.label }),
  }
  const session = {
    ...(issuer !== undefined && { issuer }),
    ...(typeof creationDate === 'string' && { created_time: Date.parse(creationDate) }),
    ...(mfaAuthenticated !== undefined && { is_mfa: mfaAuthenticated === true || mfaAuthenticated === 'true' }),
  }
  return {
    user,
    ...(Object.keys(session).length > 0 && { session }),
    ...(nearest && { idp: { name: nearest.issuer, uid: nearest.issuer } }),
  }
}

function activityOf({ readOnly, eventName }: AuditRecord): readonly [number, string] {
  if (readOnly) return [2, 'Read']
  return activities.find(([verbs]) => verbs.test(eventName))?.[1] ?? [99, 'Other']
}

const activities: readonly (readonly [RegExp, readonly [number, string]])[] = [
  [/^(?:Create|Register|Run|Generate|Copy|Import)/, [1, 'Create']],
  [/^(?:Update|Put|Modify|Set|Tag|Untag|Attach|Detach|Enable|Disable|Add|Change|Restore|Rotate)/, [3, 'Update']],
  [/^(?:Delete|Deregister|Remove|Terminate|Schedule.*Deletion)/, [4, 'Delete']],
]
