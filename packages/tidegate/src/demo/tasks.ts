/** Tasks of the demonstration: the program in `report.ts`, as a process of this machine or in a container. */
import {
  DescribeTasksCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type Task,
  type TaskDefinition,
  waitUntilTasksStopped,
} from '@aws-sdk/client-ecs'
import { extname, join } from 'node:path'
import process from 'node:process'
import { region } from './organization.ts'
import { cluster, logGroup, role } from './policies.ts'

/** Where the program runs, and as what. */
export interface Program {
  readonly image: string
  /** What stands before the arguments of the program. */
  readonly command: readonly string[]
  /** Folders of this machine that a container sees, at the same place. */
  readonly mounts: readonly string[]
}

export const asProcess: Program = {
  image: 'reports',
  command: [process.execPath, ...process.execArgv, join(import.meta.dirname, `report${extname(import.meta.filename)}`)],
  mounts: [],
}

/** Registers the next revision of a family. A command of its own takes the place of the program. */
export async function define(
  ecs: ECSClient,
  family: string,
  { image, command, mounts }: Program,
  args: readonly string[],
): Promise<TaskDefinition> {
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      taskRoleArn: role('reports-task'),
      executionRoleArn: role('reports-execution'),
      volumes: mounts.map((sourcePath, n) => ({ name: `mount-${n}`, host: { sourcePath } })),
      containerDefinitions: [
        {
          name: family,
          image,
          memory: 256,
          command: args[0] === 'exit' ? ['/bin/sh', '-c', `exit ${args[1] ?? '1'}`] : [...command, ...args],
          stopTimeout: 5,
          mountPoints: mounts.map((containerPath, n) => ({ sourceVolume: `mount-${n}`, containerPath, readOnly: true })),
          logConfiguration: {
            logDriver: 'awslogs',
            options: { 'awslogs-group': logGroup, 'awslogs-region': region, 'awslogs-stream-prefix': 'demo', mode: 'blocking' },
          },
        },
      ],
    }),
  )
  if (taskDefinition === undefined) throw new Error('no task definition came back')
  return taskDefinition
}

/** Runs a task to its end. */
export async function runToEnd(ecs: ECSClient, taskDefinition: string): Promise<Task> {
  const { tasks = [], failures = [] } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition }))
  const taskArn = tasks[0]?.taskArn
  if (taskArn === undefined) throw new Error(`the task was not started: ${JSON.stringify(failures)}`)
  await waitUntilTasksStopped({ client: ecs, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { cluster, tasks: [taskArn] })
  const { tasks: ended = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [taskArn] }))
  const [task] = ended
  if (task === undefined) throw new Error('the task is gone')
  return task
}

export const idOf = ({ taskArn = '' }: Task): string => taskArn.slice(taskArn.lastIndexOf('/') + 1)
