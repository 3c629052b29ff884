import { Link } from 'react-router'
import type { WireTask } from '../api/ecs.ts'
import { Status } from '../ui/Status.tsx'
import { Time } from '../ui/Time.tsx'
import { nameOf } from '../util/arn.ts'
import { usePaths } from './region.ts'

export function TaskTable({ cluster, tasks }: { readonly cluster: string; readonly tasks: readonly WireTask[] }) {
  const paths = usePaths()
  return (
    <table className="stacked">
      <thead>
        <tr>
          <th scope="col">Task</th>
          <th scope="col">Status</th>
          <th scope="col">Task definition</th>
          <th scope="col">Started by</th>
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
              <td data-label="Started by">{task.startedBy ?? <span className="faint">nobody named</span>}</td>
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
