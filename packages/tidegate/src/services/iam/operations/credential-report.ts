import * as iam from '@aws-sdk/client-iam'
import { rootArn } from '../../../kernel/arn.ts'
import { instanceAccount } from '../../../kernel/state.ts'
import type { View } from '../../../kernel/state.ts'
import { arnOf } from '../arn.ts'
import { check, everything } from '../checks.ts'
import { iamError } from '../errors.ts'
import { iamOperation } from '../iam-operation.ts'
import { settingsOf } from '../lookup.ts'
import type { LastUse } from '../ports.ts'
import { accessKeys, credentialReports, mfaDevices, theOne, users } from '../state.ts'

/** As on AWS, a report serves for four hours. */
export const generateCredentialReport = iamOperation<iam.GenerateCredentialReportCommandInput, iam.GenerateCredentialReportCommandOutput>(
  iam.GenerateCredentialReport$,
  {
    authorize: () => [check('GenerateCredentialReport', everything)],
    async invoke(_, { state, accessHistory, caller: { accountId }, now }) {
      const known = state.read((view) => view.get(credentialReports, accountId, theOne))
      if (known !== undefined && now - known.createdAt < reuseMs) return { State: 'COMPLETE' as const }
      const ids = state.read((view) => [
        ...(settingsOf(view, accountId).rootAccessKeyIds ?? []),
        ...view.list(users, accountId).flatMap(({ value }) => value.accessKeyIds),
      ])
      const uses = ids.length === 0 ? new Map<string, LastUse>() : await accessHistory.lastUses(accountId, ids)
      await state.transact((tx) => {
        tx.put(credentialReports, accountId, theOne, { createdAt: now, content: reportOf(tx, accountId, uses) })
      })
      return { State: 'STARTED' as const, Description: 'No report exists. Starting a new report generation task' }
    },
  },
)

export const getCredentialReport = iamOperation<iam.GetCredentialReportCommandInput, iam.GetCredentialReportCommandOutput>(
  iam.GetCredentialReport$,
  {
    authorize: () => [check('GetCredentialReport', everything)],
    invoke: (_, { state, caller: { accountId } }) =>
      state.read((view) => {
        const report = view.get(credentialReports, accountId, theOne)
        if (report === undefined) throw iamError('ReportNotPresent', 'No report exists.')
        const { content, createdAt } = report
        return { Content: Buffer.from(content), ReportFormat: 'text/csv' as const, GeneratedTime: new Date(createdAt) }
      }),
  },
)

/** Columns as AWS has them. Nobody has a password or a certificate here. */
function reportOf(view: View, accountId: string, uses: ReadonlyMap<string, LastUse>): string {
  const devices = new Set(view.list(mfaDevices, accountId).map(({ value }) => value.user))
  const root = settingsOf(view, accountId).rootAccessKeyIds ?? []
  const rows = [
    [
      '<root_account>',
      rootArn(accountId),
      notSupported,
      notSupported,
      notKnown,
      notSupported,
      notSupported,
      'false',
      ...keyColumns(view, root, uses),
    ],
    ...view
      .list(users, accountId)
      .map(({ key, value: { name, path, createdAt, accessKeyIds } }) => [
        name,
        arnOf('user', accountId, { name, path }),
        dateText(createdAt),
        'false',
        notKnown,
        notKnown,
        notKnown,
        String(devices.has(key)),
        ...keyColumns(view, accessKeyIds, uses),
      ]),
  ]
  return [columns, ...rows.map((row) => row.map(cell).join(','))].join('\n')
}

function keyColumns(view: View, ids: readonly string[], uses: ReadonlyMap<string, LastUse>): readonly string[] {
  const keys = [0, 1].flatMap((i) => {
    const id = ids[i]
    const key = id === undefined ? undefined : view.get(accessKeys, instanceAccount, id)
    if (id === undefined || key === undefined) return ['false', notKnown, notKnown, notKnown, notKnown]
    const use = uses.get(id)
    const used = use === undefined ? [notKnown, notKnown, notKnown] : [dateText(use.at), use.region, use.service]
    return [String(key.isActive), dateText(key.createdAt), ...used]
  })
  return [...keys, 'false', notKnown, 'false', notKnown]
}

function dateText(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, '+00:00')
}

/** Names may hold `=`, `+`, `-`, `@` and commas; spreadsheets take some of these at the start of a cell for a formula. */
function cell(text: string): string {
  const inert = /^[=+\-@]/.test(text) ? `'${text}` : text
  return inert.includes(',') ? `"${inert}"` : inert
}

const notSupported = 'not_supported'
const notKnown = 'N/A'
const reuseMs = 4 * 60 * 60 * 1000
const columns =
  'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,' +
  'access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,' +
  'access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,' +
  'cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated'
