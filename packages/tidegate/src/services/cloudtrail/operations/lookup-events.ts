import { LookupEvents$, type LookupEventsCommandInput, type LookupEventsCommandOutput } from '@aws-sdk/client-cloudtrail'
import { operation } from '../../../kernel/operation.ts'
import type { CloudTrailPorts } from '../ports.ts'

/** Management events of the caller's account in the Region that is asked, newest first. */
export const lookupEvents = operation<LookupEventsCommandInput, Omit<LookupEventsCommandOutput, '$metadata'>, CloudTrailPorts>(
  LookupEvents$,
  {
    authorize: () => [{ action: 'cloudtrail:LookupEvents', resource: '*' }],
    invoke: (input, { lookUpEvents, caller: { accountId }, region }) => lookUpEvents(input, { accountId, region }),
  },
)
