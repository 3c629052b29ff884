/** A request of a task, and the answer to it. */
export interface EndpointRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: string
  readonly host: string | undefined
  readonly authorization: string | undefined
  /** Names of headers that only come from a browser or from somebody in between. */
  readonly foreignHeaders: readonly string[]
  readonly body: string
  readonly remoteAddress: string
}

export interface EndpointAnswer {
  readonly status: number
  readonly body: string
  readonly type: 'application/json' | 'text/plain'
  readonly location?: string
}

export const json = (value: unknown, status = 200): EndpointAnswer => ({ status, body: JSON.stringify(value), type: 'application/json' })

export const plain = (text: string, status: number): EndpointAnswer => ({ status, body: `${text}\n`, type: 'text/plain' })
