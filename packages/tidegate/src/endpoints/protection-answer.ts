/**
 * Scale-in protection as a task asks for it itself: `$ECS_AGENT_URI/task-protection/v1/state`. Calls ECS with the role of the task.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
 */
import type { GetTaskProtectionCommandOutput, UpdateTaskProtectionCommandOutput } from '@aws-sdk/client-ecs'
import { AwsError } from '../kernel/aws-error.ts'
import { type FrontDoor, RefusedCall } from '../kernel/front-door.ts'
import type { TaskView } from '../services/ecs/runtime-port.ts'
import { type EndpointAnswer, type EndpointRequest, json } from './endpoint-request.ts'
import type { RoleCredentials } from './role-credentials.ts'

export async function protectionAnswer(
  { method, body }: EndpointRequest,
  { taskArn, clusterArn, region }: TaskView,
  credentials: RoleCredentials | undefined,
  frontDoor: FrontDoor,
): Promise<EndpointAnswer> {
  const refuse = (status: number, code: string, message: string, requestId?: string): EndpointAnswer =>
    json({ ...(requestId !== undefined && { requestID: requestId }), error: { Arn: taskArn, Code: code, Message: message } }, status)
  const asked = method === 'PUT' ? readProtection(body) : {}
  if (typeof asked === 'string') return refuse(400, 'InvalidParameterException', asked)
  if (credentials === undefined) return refuse(403, 'AccessDeniedException', 'The task has no task role.')
  const { accessKeyId, sessionToken } = credentials
  try {
    const output = (await frontDoor.call({
      service: 'ecs',
      operation: method === 'PUT' ? 'UpdateTaskProtection' : 'GetTaskProtection',
      input: { cluster: clusterArn, tasks: [taskArn], ...asked },
      region,
      as: { kind: 'credentials', accessKeyId, sessionToken, through: 'ecs-tasks.amazonaws.com' },
    })) as GetTaskProtectionCommandOutput | UpdateTaskProtectionCommandOutput
    const [failure] = output.failures ?? []
    if (failure !== undefined) return json({ failure: { Arn: failure.arn, Reason: failure.reason } }, 400)
    const [protection] = output.protectedTasks ?? []
    const { protectionEnabled = false, expirationDate } = protection ?? {}
    return json({
      protection: {
        ...(expirationDate !== undefined && { ExpirationDate: expirationDate.toISOString() }),
        ProtectionEnabled: protectionEnabled,
        TaskArn: taskArn,
      },
    })
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return refuse(error.status, error.code, error.message, error instanceof RefusedCall ? error.requestId : undefined)
  }
}

/** @returns the input of ECS, or what is wrong */
export function readProtection(body: string): { readonly protectionEnabled: boolean; readonly expiresInMinutes?: number } | string {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return 'The request body is no JSON.'
  }
  const { ProtectionEnabled: isEnabled, ExpiresInMinutes: minutes, ...rest } = isRecord(value) ? value : {}
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) return `Unknown field ${unknown}.`
  if (typeof isEnabled !== 'boolean') return 'ProtectionEnabled is required.'
  if (minutes === undefined || minutes === null) return { protectionEnabled: isEnabled }
  if (!Number.isInteger(minutes)) return 'ExpiresInMinutes is a whole number.'
  return { protectionEnabled: isEnabled, expiresInMinutes: Number(minutes) }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
