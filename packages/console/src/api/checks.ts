/**
 * What a call would be judged by, so that a button can tell before the click. These are the checks that the gateway makes for the operation;
 * where both differ, the gateway's answer to the call is what counts.
 */
import type { WireService, WireTask } from './ecs.ts'

export interface Check {
  readonly action: string
  /** ARNs; an Allow on one of them is enough. */
  readonly resources: readonly string[]
  /** Condition keys of the request. */
  readonly context: Readonly<Record<string, readonly string[]>>
}

export interface ServiceChange {
  readonly desiredCount?: number
  readonly forceNewDeployment?: boolean
}

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html#amazonelasticcontainerservice-UpdateService */
export function updateServiceCheck(service: WireService, change: ServiceChange): Check {
  const { desiredCount } = change
  return {
    action: 'ecs:UpdateService',
    resources: [service.serviceArn ?? ''],
    context: {
      'ecs:cluster': [service.clusterArn ?? ''],
      ...tagKeys(service.tags),
      'tidegate:ChangedFields': Object.keys(change),
      ...(desiredCount !== undefined && {
        'tidegate:DesiredCount': [String(desiredCount)],
        'tidegate:DesiredCountDelta': [String(desiredCount - (service.desiredCount ?? 0))],
      }),
    },
  }
}

/** A task is stopped by an Allow on itself or on the task definition that it runs. */
export function stopTaskCheck(task: WireTask): Check {
  return {
    action: 'ecs:StopTask',
    resources: [task.taskArn ?? '', task.taskDefinitionArn ?? ''],
    context: { 'ecs:cluster': [task.clusterArn ?? ''], ...tagKeys(task.tags) },
  }
}

function tagKeys(tags: readonly { readonly key?: string | undefined; readonly value?: string | undefined }[] = []): Check['context'] {
  return Object.fromEntries(
    tags.flatMap(({ key = '', value = '' }) => [
      [`aws:ResourceTag/${key}`, [value]] as const,
      [`ecs:ResourceTag/${key}`, [value]] as const,
    ]),
  )
}
