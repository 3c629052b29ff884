/** Calls of the API of our own as somebody. */
import type { StaticOperationSchema } from '@smithy/types'
import { callTidegate } from '../../src/cli/tidegate-client.ts'
import { identityOf } from './clients.ts'
import type { Credentials } from './instance.ts'

export function callOwnApi<Output>(endpoint: string, who: Credentials, operation: StaticOperationSchema, input: object): Promise<Output> {
  return callTidegate<Output>(
    { endpoint, region: 'us-east-1', credentials: () => Promise.resolve(identityOf(who)), maxAttempts: 1 },
    operation,
    input,
  )
}
