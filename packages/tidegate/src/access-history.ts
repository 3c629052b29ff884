/** Who used what, told from the audit log. */
import type { AuditFilter } from './audit/filter.ts'
import type { AuditLog } from './audit/log.ts'
import type { AuditRecord } from './audit/record.ts'
import type { State } from './kernel/state.ts'
import { arnOf } from './services/iam/arn.ts'
import type { AccessHistory, LastUse, ServiceUse } from './services/iam/ports.ts'
import { roles, users } from './services/iam/state.ts'

export function accessHistoryFrom(audit: AuditLog, state: State): AccessHistory {
  const filterOf = (accountId: string, id: string): AuditFilter | undefined => {
    if (id.startsWith('AKIA')) return { accessKeyId: id }
    const arn = arnOfId(state, accountId, id)
    return arn === undefined ? undefined : { principalArn: arn }
  }
  return {
    async lastUses(accountId, ids) {
      const uses = new Map<string, LastUse>()
      for (const id of ids) {
        const filter = filterOf(accountId, id)
        const { records } = filter === undefined ? { records: [] } : await audit.query(filter, { limit: 1 })
        const [found] = records
        if (found !== undefined) uses.set(id, useOf(found.record))
      }
      return uses
    },
    async servicesUsed(accountId, entityIds) {
      const uses: ServiceUse[] = []
      for (const entityId of entityIds) {
        const filter = filterOf(accountId, entityId)
        if (filter !== undefined) uses.push(...(await servicesIn(audit, filter, entityId)))
      }
      return uses
    },
  }
}

/** One entry for each service, newest use first; of denied calls there is no use. */
async function servicesIn(audit: AuditLog, filter: AuditFilter, entityId: string): Promise<ServiceUse[]> {
  const services = new Map<string, LastUse & { readonly actions: Map<string, { name: string; at: number; region: string }> }>()
  for await (const { record } of audit.search(filter)) {
    if (record.errorCode !== undefined) continue
    const use = useOf(record)
    const known = services.get(use.service) ?? { ...use, actions: new Map() }
    if (!known.actions.has(record.eventName))
      known.actions.set(record.eventName, { name: record.eventName, at: use.at, region: use.region })
    services.set(use.service, known)
  }
  return [...services.values()].map(({ actions, ...use }) => ({ ...use, entityId, actions: [...actions.values()] }))
}

function useOf({ eventTime, awsRegion, eventSource }: AuditRecord): LastUse {
  return { at: Date.parse(eventTime), region: awsRegion, service: eventSource.replace(/\.amazonaws\.com$/, '') }
}

function arnOfId(state: State, accountId: string, id: string): string | undefined {
  return state.read((view) => {
    const user = view.list(users, accountId).find(({ value }) => value.id === id)
    if (user !== undefined) return arnOf('user', accountId, user.value)
    const role = view.list(roles, accountId).find(({ value }) => value.id === id)
    return role && arnOf('role', accountId, role.value)
  })
}
