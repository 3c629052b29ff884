/**
 * Commands that ask an instance over HTTP, as clients like any other: with the caller's own credentials, from where every AWS client has
 * them. What goes wrong is told with the next command to type.
 */
import { defaultProvider } from '@aws-sdk/credential-provider-node'
import { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } from '@smithy/core/config'
import type { AwsCredentialIdentityProvider } from '@smithy/types'
import type { ExitCode, Io } from './io.ts'
import { UsageError } from './usage-error.ts'

/** What an SDK client of any service is made with: `new ECSClient(settings)`. */
export interface ClientSettings {
  /** Always there: a client without one would call AWS. */
  readonly endpoint: string
  readonly region: string
  readonly credentials: AwsCredentialIdentityProvider
  readonly maxAttempts: number
}

/** What an instance answered a call with that is no success. The SDK's exceptions look the same. */
export class CallRefused extends Error {
  readonly $metadata: { readonly requestId: string | undefined }

  /** @param code as the service writes it, for example `AccessDeniedException` */
  constructor(code: string, message: string, requestId: string | undefined) {
    super(message)
    this.name = code
    this.$metadata = { requestId }
  }
}

/**
 * Does what a command does with an instance. What the instance refuses, and that it does not answer, becomes words and exit code 1; missing
 * settings are a `UsageError`.
 * @example
 * run: ({ flags }, io) => asClient(io, async (settings) => { const ecs = new ECSClient(settings); … return 0 })
 */
export async function asClient(io: Io, work: (settings: ClientSettings) => Promise<ExitCode>): Promise<ExitCode> {
  const settings = await clientSettings()
  try {
    return await work(settings)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (error.name === 'CredentialsProviderError') throw noCredentials(error)
    const refused = refusal(error)
    if (refused !== undefined) {
      for (const line of refused) io.note(line)
      return 1
    }
    if (!isUnreachable(error)) throw error
    io.note(`error: nothing answers at ${settings.endpoint}`)
    io.note('next: tidegate status')
    return 1
  }
}

async function clientSettings(): Promise<ClientSettings> {
  const endpoint = await loadConfig<string>({
    environmentVariableSelector: (environment) => environment['AWS_ENDPOINT_URL'],
    configFileSelector: (profile) => profile['endpoint_url'],
    default: '',
  })()
  if (!/^https?:\/\/[^/]/.test(endpoint)) {
    const problem = endpoint === '' ? 'AWS_ENDPOINT_URL is not set' : `\`${endpoint}\` is no endpoint`
    throw new UsageError(`${problem}: it is where the instance is`, 'eval "$(tidegate env)", or set AWS_PROFILE')
  }
  const region = await loadConfig<string>({ ...NODE_REGION_CONFIG_OPTIONS, default: 'us-east-1' }, NODE_REGION_CONFIG_FILE_OPTIONS)()
  // A machine that is none of AWS's has no metadata service; whoever has one gets a second to answer.
  return { endpoint, region, credentials: defaultProvider({ timeout: 1000, maxRetries: 0 }), maxAttempts: 1 }
}

function noCredentials({ message }: Error): UsageError {
  const [first = ''] = message.split('\n')
  return new UsageError(`there are no AWS credentials (${first})`, 'eval "$(tidegate env)", or set AWS_PROFILE')
}

/** Undefined for what no instance answered. */
function refusal(error: Error): readonly string[] | undefined {
  const { $metadata: answer } = error as { readonly $metadata?: { readonly requestId?: string | undefined } }
  if (answer?.requestId === undefined) return undefined
  const isDenied = /^AccessDenied(?:Exception)?$/.test(error.name)
  return [`error: ${error.name}: ${error.message}`, ...(isDenied ? [`next: tidegate explain ${answer.requestId}`] : [])]
}

function isUnreachable(error: Error): boolean {
  if (error instanceof TypeError && error.message === 'fetch failed') return true
  const codes = [error, error.cause].map((each) => (each as NodeJS.ErrnoException | undefined)?.code)
  return codes.some((code) => code !== undefined && unreachable.has(code))
}

const unreachable: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'TimeoutError',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
])
