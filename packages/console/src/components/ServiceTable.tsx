import { Link } from 'react-router'
import type { WireService } from '../api/ecs.ts'
import { Status } from '../ui/Status.tsx'
import { Tags } from '../ui/Tags.tsx'
import { nameOf } from '../util/arn.ts'
import { usePaths } from './region.ts'

export function ServiceTable({ cluster, services }: { readonly cluster: string; readonly services: readonly WireService[] }) {
  const paths = usePaths()
  return (
    <table className="stacked">
      <caption className="hidden">Services of the cluster {cluster}</caption>
      <thead>
        <tr>
          <th scope="col">Service</th>
          <th scope="col">Tasks running</th>
          <th scope="col">Task definition</th>
          <th scope="col">Deployment</th>
          <th scope="col">Tags</th>
        </tr>
      </thead>
      <tbody>
        {services.map((service) => (
          <tr key={service.serviceArn}>
            <th scope="row">
              <Link to={paths.service(cluster, service.serviceName ?? '')}>{service.serviceName}</Link>
              {service.status !== 'ACTIVE' && <Status word={service.status} />}
            </th>
            <td data-label="Tasks running">
              <TaskCount service={service} />
            </td>
            <td data-label="Task definition">{nameOf(service.taskDefinition ?? '')}</td>
            <td data-label="Deployment">
              <Rollout service={service} />
            </td>
            <td data-label="Tags">
              <Tags tags={service.tags} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Running of desired, as a bar with its numbers. */
export function TaskCount({ service }: { readonly service: WireService }) {
  const { runningCount = 0, desiredCount = 0, pendingCount = 0 } = service
  return (
    <span className="count">
      <svg className="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect className="bar-track" width="100" height="8" />
        <rect className="bar-fill" width={desiredCount === 0 ? 0 : Math.min(100, (100 * runningCount) / desiredCount)} height="8" />
      </svg>
      <span className="number">
        {runningCount} of {desiredCount}
      </span>
      {pendingCount > 0 && <span className="faint">{pendingCount} pending</span>}
    </span>
  )
}

function Rollout({ service: { deployments = [] } }: { readonly service: WireService }) {
  const primary = deployments.find(({ status }) => status === 'PRIMARY')
  if (primary === undefined) return <span className="faint">none</span>
  return <Status word={primary.rolloutState ?? primary.status} />
}
