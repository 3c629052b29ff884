/**
 * What a call would be judged by, so that a button can tell before the click. These are the checks that the gateway makes for the operation;
 * where both differ, the gateway's answer to the call is what counts.
 */
import type { WireService, WireTask } from './ecs.ts'

export interface Check {
  readonly action: string
  /** ARNs; an Allow on one of them is enough, an explicit Deny on one of them too many. */
  readonly resources: readonly string[]
  /** Condition keys of the request. */
  readonly context: Readonly<Record<string, readonly string[]>>
  /** Keys that the request does not have beside those, in lower case; `*` at the end for all that begin so. Others are not known. */
  readonly absent: readonly string[]
}

/** One member of UpdateService; a count that is not chosen yet is `undefined`. */
export type ServiceChange = { readonly forceNewDeployment: true } | { readonly desiredCount: number | undefined }

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html#amazonelasticcontainerservice-UpdateService */
export function updateServiceCheck(service: WireService, change: ServiceChange): Check {
  const isScaling = 'desiredCount' in change
  return {
    action: 'ecs:UpdateService',
    resources: [service.serviceArn ?? ''],
    context: {
      'ecs:cluster': [service.clusterArn ?? ''],
      ...tagKeys(service.tags),
      'tidegate:ChangedFields': Object.keys(change),
      ...(isScaling &&
        change.desiredCount !== undefined && {
          'tidegate:DesiredCount': [String(change.desiredCount)],
          'tidegate:DesiredCountDelta': [String(change.desiredCount - (service.desiredCount ?? 0))],
        }),
    },
    absent: isScaling ? absent : [...absent, 'tidegate:desiredcount*'],
  }
}

/** A task is stopped by an Allow on itself or on the task definition that it runs. */
export function stopTaskCheck(task: WireTask): Check {
  return {
    action: 'ecs:StopTask',
    resources: [task.taskArn ?? '', task.taskDefinitionArn ?? ''],
    context: { 'ecs:cluster': [task.clusterArn ?? ''], ...tagKeys(task.tags) },
    absent: [...absent, 'tidegate:desiredcount*', 'tidegate:changedfields'],
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

/** All tags are in the context, nothing is tagged, and no other member is set that ECS has a key for. */
const absent = ['aws:resourcetag/*', 'aws:requesttag/*', 'aws:tagkeys', 'ecs:*', 'tidegate:task*', 'aws:referer']
