/**
 * A task and its containers as the metadata endpoint shows them, version 4.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
 */
import type { ContainerView, TaskView } from '../services/ecs/runtime-port.ts'

export function containerResponse(container: ContainerView, task: TaskView): object {
  const { name, arn, image, lastStatus, started, exit, health, labels, logDriver, logOptions, mounts } = container
  return present({
    DockerId: started?.runtimeId ?? '',
    Name: name,
    DockerName: `ecs-${task.taskId}-${name}`,
    Image: image,
    ImageID: started?.imageDigest ?? '',
    Ports: filled(
      started?.ports.map(({ containerPort, hostPort, protocol, bindIp }) => ({
        ContainerPort: containerPort,
        Protocol: protocol,
        HostPort: hostPort,
        HostIp: bindIp,
      })),
    ),
    Labels: labels,
    DesiredStatus: task.desiredStatus,
    KnownStatus: lastStatus,
    ExitCode: exit?.exitCode,
    // The agent shows at least 2: Docker's least share.
    Limits: { CPU: Math.max(2, container.cpuUnits ?? 0), Memory: container.memoryMiB ?? 0 },
    CreatedAt: timeOf(started?.at),
    StartedAt: timeOf(started?.at),
    FinishedAt: timeOf(exit?.at),
    Type: 'NORMAL',
    Health: health && { status: health.status, statusSince: timeOf(health.since) },
    Volumes: filled(
      mounts.map(({ volume, hostPath, containerPath }) => present({ DockerName: volume, Source: hostPath, Destination: containerPath })),
    ),
    LogDriver: logDriver,
    LogOptions: Object.keys(logOptions).length === 0 ? undefined : logOptions,
    ContainerARN: arn,
    Networks: started?.address === undefined ? undefined : [{ NetworkMode: 'bridge', IPv4Addresses: [started.address] }],
  })
}

export function taskResponse(task: TaskView, { withTags }: { readonly withTags: boolean }): object {
  const isFargate = task.launchType === 'FARGATE'
  return present({
    // As AWS has it: its own name for Fargate, the name that the agent was given on EC2.
    Cluster: isFargate ? task.clusterArn : task.clusterArn.slice(task.clusterArn.lastIndexOf('/') + 1),
    TaskARN: task.taskArn,
    Family: task.family,
    Revision: String(task.revision),
    ServiceName: task.serviceName,
    DesiredStatus: task.desiredStatus,
    KnownStatus: task.lastStatus,
    Limits:
      task.cpuUnits === undefined && task.memoryMiB === undefined
        ? undefined
        : present({ CPU: task.cpuUnits === undefined ? undefined : task.cpuUnits / 1024, Memory: task.memoryMiB }),
    PullStartedAt: timeOf(task.pullStartedAt),
    PullStoppedAt: timeOf(task.pullStoppedAt),
    ExecutionStoppedAt: timeOf(task.stoppingAt),
    AvailabilityZone: `${task.region}a`,
    TaskTags: withTags ? task.tags : undefined,
    ContainerInstanceTags: withTags ? {} : undefined,
    LaunchType: task.launchType,
    Group: task.group,
    Containers: task.containers.map((container) => containerResponse(container, task)),
    FaultInjectionEnabled: false,
  })
}

/** Without what is not there: the agent leaves it out too. */
function present(members: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

const filled = <T>(list: readonly T[] | undefined): readonly T[] | undefined => (list?.length === 0 ? undefined : list)

const timeOf = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString())
