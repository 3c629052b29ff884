/** Why a call failed, in AWS's words. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** AWS's error code; `NetworkError` where nothing answered. */
  readonly code: string
  /** Names the request in the audit log and in Explain. */
  readonly requestId: string | undefined

  constructor(
    code: string,
    message: string,
    { requestId, cause }: { readonly requestId?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.code = code
    this.requestId = requestId
  }

  get isDenied(): boolean {
    return this.code === 'AccessDeniedException' || this.code === 'AccessDenied'
  }

  /** Whether signing in again helps. */
  get isExpired(): boolean {
    return endedSessions.has(this.code)
  }
}

/** The error of an answer: JSON as ECS writes it, XML as STS does. */
export function apiErrorOf({ status, headers }: Pick<Response, 'status' | 'headers'>, text: string): ApiError {
  const requestId = headers.get('x-amzn-requestid') ?? undefined
  const { code, message } = jsonError(text) ?? xmlError(text) ?? {}
  return new ApiError(code ?? `HTTP ${status}`, message ?? 'The gateway answered with an error that it did not explain.', { requestId })
}

function jsonError(text: string): { code: string | undefined; message: string | undefined } | undefined {
  try {
    const value = JSON.parse(text) as Readonly<Record<string, unknown>>
    const message = value['message'] ?? value['Message']
    return { code: textOf(value['__type'])?.replace(/^.*#/, ''), message: textOf(message) }
  } catch {
    return undefined
  }
}

function xmlError(text: string): { code: string | undefined; message: string | undefined } | undefined {
  const code = xmlText(text, 'Code')
  return code === undefined ? undefined : { code, message: xmlText(text, 'Message') }
}

/**
 * The text of the first element of a name. Enough for the flat answers of STS; reading them as a document would ask the browser to parse
 * markup, which the page forbids.
 */
export function xmlText(xml: string, name: string): string | undefined {
  const [, text] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml) ?? []
  return text?.replaceAll(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, entity?: string) => {
    if (entity !== undefined) return entities[entity] ?? whole
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const endedSessions = new Set(['ExpiredTokenException', 'ExpiredToken', 'InvalidClientTokenId', 'UnrecognizedClientException'])
