/**
 * What ECS says of services, as it says it.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
 */
const list = (ids: readonly string[]): string => ids.map((id) => `(task ${id})`).join(' ')

export const startedTasks = (service: string, ids: readonly string[]) =>
  `(service ${service}) has started ${ids.length} tasks: ${list(ids)}.`
export const stoppedTasks = (service: string, ids: readonly string[]) =>
  `(service ${service}) has stopped ${ids.length} running tasks: ${list(ids)}.`
export const steadyState = (service: string) => `(service ${service}) has reached a steady state.`
export const deploymentCompleted = (service: string, id: string) => `(service ${service}) (deployment ${id}) deployment completed.`
export const deploymentFailed = (service: string, id: string) =>
  `(service ${service}) (deployment ${id}) deployment failed: tasks failed to start.`
export const rollingBack = (service: string, id: string) => `(service ${service}) rolling back to deployment ${id}.`
export const taskUnhealthy = (service: string, id: string) => `(service ${service}) (task ${id}) failed container health checks.`
export const failedToLaunch = (service: string, reason: string) => `(service ${service}) failed to launch a task with (error ${reason}).`
export const cannotStartConsistently = (service: string) =>
  `(service ${service}) is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the ` +
  'Amazon ECS Developer Guide.'

export const scalingActivity = (deployment: string) => `Scaling activity initiated by (deployment ${deployment})`

export const inProgress = (id: string) => `ECS deployment ${id} in progress.`
export const completed = (id: string) => `ECS deployment ${id} completed.`
export const circuitBroken = 'ECS deployment circuit breaker: tasks failed to start.'
export const circuitRollback = (id: string) => `ECS deployment circuit breaker: rolling back to deploymentId ${id}.`
export const stoppedByUser = 'Service deployment stopped by user.'
export const userRollback = (id: string) => `Service deployment stopped by user: rolling back to deploymentId ${id}.`
