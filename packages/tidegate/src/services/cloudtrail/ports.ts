/** What CloudTrail needs of the rest of the instance: the audit log, as its event history. */
import type { LookupEventsCommandInput, LookupEventsCommandOutput } from '@aws-sdk/client-cloudtrail'

export interface CloudTrailPorts {
  /** Throws the errors of LookupEvents. */
  readonly lookUpEvents: (
    input: LookupEventsCommandInput,
    where: { readonly accountId: string; readonly region: string },
  ) => Promise<Omit<LookupEventsCommandOutput, '$metadata'>>
}
