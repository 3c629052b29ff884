/** Why a task does not start, in ECS's words. The id of the refused call is the id of the decision: it names the record that explains it. */
import { RefusedCall } from '../../../kernel/front-door.ts'
import { RuntimeError } from '../runtime-port.ts'

export class LaunchFailure extends Error {
  override readonly name = 'LaunchFailure'
  /** The container that it is about; absent where it is the task's. */
  readonly container: string | undefined

  /** @param stoppedReason as `DescribeTasks` shows it */
  constructor(stoppedReason: string, { container, cause }: { readonly container?: string; readonly cause?: unknown } = {}) {
    super(stoppedReason, { cause })
    this.container = container
  }
}

export function roleFailure(roleArn: string, cause: unknown): LaunchFailure {
  const words =
    `ECS was unable to assume the role '${roleArn}' that was provided for this task. Please verify that the role being passed has the ` +
    'proper trust relationship and permissions and that your IAM user has permissions to pass this role.'
  return new LaunchFailure(`${words}${callId(cause)}`, { cause })
}

export function secretFailure(from: 'asm' | 'ssm', arn: string, cause: unknown): LaunchFailure {
  const what = from === 'asm' ? 'secret from asm' : 'secrets from ssm'
  const where = from === 'asm' ? 'secrets manager' : 'ssm'
  return new LaunchFailure(
    'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ' +
      `${what}: service call has been retried 1 time(s): failed to fetch secret ${arn} from ${where}: ${wordsOf(cause)}`,
    { cause },
  )
}

export function logFailure(container: string, cause: unknown): LaunchFailure {
  const words =
    cause instanceof RuntimeError
      ? `ResourceInitializationError: failed to validate logger args: ${cause.message}`
      : 'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create ' +
        `Cloudwatch log stream: ${wordsOf(cause)}`
  return new LaunchFailure(words, { container, cause })
}

export function containerFailure(container: string, cause: unknown): LaunchFailure {
  if (cause instanceof LaunchFailure) return cause
  if (cause instanceof RuntimeError) return new LaunchFailure(`${cause.kind}: ${cause.message}`, { container, cause })
  return new LaunchFailure('CannotStartContainerError: the runtime failed', { container, cause })
}

/** As the clients that ECS is made with write errors of AWS. */
function wordsOf(cause: unknown): string {
  if (cause instanceof RefusedCall) return `${cause.code}: ${cause.message} status code: ${cause.status}, request id: ${cause.requestId}`
  return 'the call failed'
}

const callId = (cause: unknown): string => (cause instanceof RefusedCall ? ` (request id: ${cause.requestId})` : '')
