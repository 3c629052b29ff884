/** What ECS refuses in any request that has the member. */
import { ecsError } from './errors.ts'
import { assertTags } from './tags.ts'

export function assertInput(input: { readonly tags?: unknown; readonly maxResults?: unknown; readonly tagKeys?: unknown }): void {
  if (Array.isArray(input.tags)) assertTags(input.tags as readonly { readonly key?: string; readonly value?: string }[])
  if (typeof input.maxResults === 'number' && (input.maxResults < 1 || input.maxResults > 100))
    throw ecsError('InvalidParameterException', 'maxResults must be between 1 and 100.')
}
