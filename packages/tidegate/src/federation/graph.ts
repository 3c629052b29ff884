/**
 * The groups of a person at Microsoft Graph. A token of Entra ID has at most 200 groups; with more it has none and names an address to ask
 * instead. That address is of an interface that is gone and comes with the token: asked is what the configuration names.
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference#groups-overage-claim
 */
import { tokenError } from './errors.ts'
import type { ManyGroups } from './people.ts'
import { FetchError, fetchJson, type SafeFetchOptions } from './safe-fetch.ts'
import { parseStrictObject } from './strict-json.ts'

export interface GraphOptions extends Pick<SafeFetchOptions, 'allowLoopback' | 'privateHosts'> {
  readonly url: string
  readonly tokenUrl: string
  readonly clientId: string
  /** Asked each time, so that a rotated secret is used. */
  readonly clientSecret: () => string
}

/** Each sign-in asks anew: a group that was taken away counts at once. */
export function groupsAtGraph(options: GraphOptions): ManyGroups {
  return async (subject) => {
    try {
      const accessToken = await accessTokenOf(options)
      const path = `/v1.0/users/${encodeURIComponent(subject)}/transitiveMemberOf/microsoft.graph.group?$select=id&$top=999`
      const groups: string[] = []
      for (let next: string | undefined = `${options.url}${path}`, pages = 0; next !== undefined; pages++) {
        if (pages >= maxPages || !next.startsWith(`${options.url}/`))
          throw new FetchError('the list of groups does not end, or goes on elsewhere')
        const page = await ask(next, options, { authorization: `Bearer ${accessToken}` })
        groups.push(...idsIn(page['value']))
        const link = page['@odata.nextLink']
        next = typeof link === 'string' ? link : undefined
      }
      return groups
    } catch (error) {
      if (!(error instanceof FetchError)) throw error
      throw tokenError('IDPCommunicationError', 'The groups of the person could not be asked for', { detail: error.message, cause: error })
    }
  }
}

async function accessTokenOf(options: GraphOptions): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: options.clientId,
    client_secret: options.clientSecret(),
    scope: `${options.url}/.default`,
  })
  const answer = await ask(options.tokenUrl, options, {}, form)
  const token = answer['access_token']
  if (typeof token !== 'string') throw new FetchError('the answer holds no access token')
  return token
}

async function ask(
  url: string,
  { allowLoopback = false, privateHosts = [] }: GraphOptions,
  headers: Readonly<Record<string, string>>,
  form?: URLSearchParams,
): Promise<Readonly<Record<string, unknown>>> {
  const text = await fetchJson(url, { allowLoopback, privateHosts, headers }, form)
  const answer = parseStrictObject(text)
  if (answer === undefined) throw new FetchError('the answer is no object')
  return answer
}

function idsIn(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new FetchError('the answer holds no list')
  return value.map((each: unknown) => {
    const id: unknown = Reflect.get(Object(each), 'id')
    if (typeof id !== 'string') throw new FetchError('a group has no id')
    return id
  })
}

const maxPages = 20
