/** Decisions as the audit log has them: what decided by name, and for what was denied the sealed trace of that moment. */
import type { Decision, StatementRef, Trace } from '@tidegate/policy'
import { denialCodes } from './audit/filter.ts'
import type { AuditLog } from './audit/log.ts'
import type { AuditRecord } from './audit/record.ts'
import type { Decisions, RecordedDecision } from './services/tidegate/ports.ts'
import { openMessage } from './sessions/authorization-message.ts'
import type { Keys } from './sessions/key-ring.ts'

export function decisionsIn(audit: AuditLog, keys: Keys): Decisions {
  return {
    async ofRequest(requestId) {
      const { records } = await audit.query({ requestId }, { limit: 1 })
      return records[0] && decisionIn(records[0].record, keys)
    },
    async lastDenialOf({ principal, actorChain }) {
      if (!('arn' in principal)) return undefined
      const [actor] = actorChain
      const filter = {
        principalArn: principal.arn,
        errorCode: denialCodes,
        ...(actor && { actor: `${actor.issuer}|${actor.subject}` }),
      }
      for await (const { record } of audit.search(filter)) {
        if (record.eventName === 'DescribeDecision' || decisionOf(record) === undefined) continue
        // The filter finds sessions by the name of their role too.
        if (record.userIdentity.arn === principal.arn) return decisionIn(record, keys)
      }
      return undefined
    },
  }
}

function decisionIn(record: AuditRecord, keys: Keys): RecordedDecision {
  const { userIdentity, eventSource, eventName, resources = [], recipientAccountId, additionalEventData, errorCode, errorMessage } = record
  const decision = decisionOf(record)
  const service = userIdentity['invokedBy']
  // A service calls for the account whose resource it uses.
  const accountId = userIdentity.accountId ?? (service === undefined ? '' : recipientAccountId)
  const trace = traceOf(record, accountId, keys)
  return {
    requestId: record.requestID,
    eventId: record.eventID,
    time: record.eventTime,
    principal: userIdentity.arn ?? text(service),
    accountId,
    resourceAccountId: recipientAccountId,
    actorChain: additionalEventData.actorChain ?? [],
    action: trace?.action ?? `${eventSource.replace(/\.amazonaws\.com$/, '')}:${eventName}`,
    resource: trace?.resource ?? resources[0]?.ARN,
    effect: decision?.effect ?? 'none',
    policyType:
      decision?.effect === 'explicit-deny' ? decision.policyType : decision?.effect === 'implicit-deny' ? decision.missing : undefined,
    by: statementsOf(decision),
    reason: errorCode === undefined ? undefined : (errorMessage ?? errorCode),
    trace,
  }
}

/** What `Exchange.record` wrote. */
function decisionOf({ additionalEventData }: AuditRecord): Decision | undefined {
  const decision = additionalEventData['decision'] as Decision | undefined
  return typeof decision?.effect === 'string' ? decision : undefined
}

function statementsOf(decision: Decision | undefined): readonly StatementRef[] {
  return decision !== undefined && 'by' in decision ? decision.by : []
}

/** Undefined where there is none, and where its key is gone. */
function traceOf({ additionalEventData }: AuditRecord, accountId: string, keys: Keys): Trace | undefined {
  const sealed = additionalEventData['sealedTrace']
  if (typeof sealed !== 'string') return undefined
  try {
    return JSON.parse(openMessage(sealed, accountId, keys)) as Trace
  } catch {
    return undefined
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
