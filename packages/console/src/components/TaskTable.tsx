import { Link } from 'react-router'
import { serviceOf, type WireTask } from '../api/ecs.ts'
import { Status } from '../ui/Status.tsx'
import { Time } from '../ui/Time.tsx'
import { nameOf } from '../util/arn.ts'
import { usePaths } from './region.ts'

export interface TaskTableProps {
  readonly cluster: string
  readonly tasks: readonly WireTask[]
  /** Of one service, which need not be said for each of them. */
  readonly isOfService?: true
}

export function TaskTable({ cluster, tasks, isOfService }: TaskTableProps) {
  const paths = usePaths()
  return (
    <table className="stacked">
      <thead>
        <tr>
          <th scope="col">Task</th>
          <th scope="col">Status</th>
          <th scope="col">Task definition</th>
          {!isOfService && <th scope="col">Service</th>}
          <th scope="col">Time</th>
        </tr>
      </thead>
      <tbody>
        {tasks.map((task) => {
          const id = nameOf(task.taskArn ?? '')
          return (
            <tr key={task.taskArn}>
              <th scope="row" className="short">
                <Link to={paths.task(cluster, id)} title={task.taskArn} className="mono">
                  {id.slice(0, 12)}
                </Link>
              </th>
              <td data-label="Status">
                <Status word={task.lastStatus} />
                {task.lastStatus !== task.desiredStatus && <span className="faint"> to be {task.desiredStatus}</span>}
                {task.stoppedReason !== undefined && <p className="reason">{task.stoppedReason}</p>}
              </td>
              <td data-label="Task definition" className="name">
                {nameOf(task.taskDefinitionArn ?? '')}
              </td>
              {!isOfService && (
                <td data-label="Service" className="name">
                  <Service of={task} cluster={cluster} />
                </td>
              )}
              <td data-label="Time" className="short">
                <Time at={task.stoppedAt ?? task.startedAt ?? task.createdAt} />
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function Service({ of: task, cluster }: { readonly of: WireTask; readonly cluster: string }) {
  const paths = usePaths()
  const service = serviceOf(task)
  if (service !== undefined) return <Link to={paths.service(cluster, service)}>{service}</Link>
  return <span className="faint">none, run alone{task.startedBy === undefined ? '' : ` by ${task.startedBy}`}</span>
}
