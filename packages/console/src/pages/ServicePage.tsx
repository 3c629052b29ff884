import { useParams } from 'react-router'
import { useService, useTaskDefinition, useTasks, type WireService } from '../api/ecs.ts'
import { LastActors } from '../components/LastActors.tsx'
import { Loaded } from '../components/Loaded.tsx'
import { Page } from '../components/Page.tsx'
import { usePaths } from '../components/region.ts'
import { ServiceActions } from '../components/ServiceActions.tsx'
import { ServiceEvents } from '../components/ServiceEvents.tsx'
import { TaskCount } from '../components/ServiceTable.tsx'
import { TaskTable } from '../components/TaskTable.tsx'
import { Arn } from '../ui/Arn.tsx'
import { Empty } from '../ui/Empty.tsx'
import { Facts } from '../ui/Facts.tsx'
import { Status } from '../ui/Status.tsx'
import { Tags } from '../ui/Tags.tsx'
import { Time } from '../ui/Time.tsx'
import { nameOf } from '../util/arn.ts'

/** One service: what it is to run, what runs, and who changed it. */
export function ServicePage() {
  const { cluster = '', service: name = '' } = useParams()
  const paths = usePaths()
  const service = useService(cluster, name)
  return (
    <Page
      title={name}
      kind="Service"
      crumbs={[
        { text: 'Services', to: paths.services },
        { text: cluster, to: paths.cluster(cluster) },
      ]}
      actions={service.data && <ServiceActions cluster={cluster} service={service.data} />}
    >
      <Loaded from={service}>
        {(found) =>
          found === undefined ? (
            <Empty title="There is no such service in this cluster" next={`aws ecs list-services --cluster ${cluster}`} />
          ) : (
            <Details cluster={cluster} service={found} />
          )
        }
      </Loaded>
    </Page>
  )
}

function Details({ cluster, service }: { readonly cluster: string; readonly service: WireService }) {
  const serviceName = service.serviceName ?? ''
  const running = useTasks(cluster, { serviceName, desiredStatus: 'RUNNING' })
  const stopped = useTasks(cluster, { serviceName, desiredStatus: 'STOPPED' })
  return (
    <div className="columns">
      <div>
        <section className="panel">
          <header className="panel-head">
            <h2>Tasks</h2>
            <div className="aside">
              <TaskCount service={service} />
            </div>
          </header>
          <Loaded from={running}>
            {(found) =>
              found.length === 0 ? (
                <Empty title={service.desiredCount === 0 ? 'It is scaled to 0' : 'No task runs'} />
              ) : (
                <TaskTable cluster={cluster} tasks={found} isOfService />
              )
            }
          </Loaded>
        </section>
        <Deployments service={service} />
        <ServiceEvents events={service.events ?? []} />
        {stopped.data !== undefined && stopped.data.length > 0 && (
          <section className="panel">
            <header className="panel-head">
              <h2>Stopped tasks</h2>
              <p className="faint aside">kept for an hour</p>
            </header>
            <TaskTable cluster={cluster} tasks={stopped.data} isOfService />
          </section>
        )}
      </div>
      <ServiceFacts service={service} />
    </div>
  )
}

function Deployments({ service: { deployments = [] } }: { readonly service: WireService }) {
  return (
    <section className="panel">
      <header className="panel-head">
        <h2>Deployments</h2>
      </header>
      <table className="stacked">
        <thead>
          <tr>
            <th scope="col">Task definition</th>
            <th scope="col">State</th>
            <th scope="col">Running</th>
            <th scope="col">Failed</th>
            <th scope="col">Begun</th>
          </tr>
        </thead>
        <tbody>
          {deployments.map((deployment) => (
            <tr key={deployment.id}>
              <th scope="row">{nameOf(deployment.taskDefinition ?? '')}</th>
              <td data-label="State">
                <Status word={deployment.rolloutState ?? deployment.status} /> <span className="faint">{deployment.status}</span>
                {deployment.rolloutStateReason !== undefined && <p className="reason">{deployment.rolloutStateReason}</p>}
              </td>
              <td data-label="Running" className="number">
                {deployment.runningCount ?? 0} of {deployment.desiredCount ?? 0}
              </td>
              <td data-label="Failed" className="number">
                {deployment.failedTasks ?? 0}
              </td>
              <td data-label="Begun">
                <Time at={deployment.createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function ServiceFacts({ service }: { readonly service: WireService }) {
  const { data: definition } = useTaskDefinition(service.taskDefinition)
  const breaker = service.deploymentConfiguration?.deploymentCircuitBreaker
  return (
    <aside aria-label="About this service">
      <section className="panel panel-body lined">
        <Facts
          facts={[
            { name: 'Status', value: <Status word={service.status} /> },
            { name: 'Service', value: <Arn arn={service.serviceArn} /> },
            { name: 'Task definition', value: <Arn arn={service.taskDefinition} /> },
            ...(definition?.containerDefinitions ?? []).map(({ name = '', image = '' }) => ({ name: `Image of ${name}`, value: image })),
            { name: 'Task role', value: definition && <Arn arn={definition.taskRoleArn} /> },
            { name: 'Execution role', value: definition && <Arn arn={definition.executionRoleArn} /> },
            { name: 'Launch type', value: service.launchType },
            { name: 'Tags of tasks', value: service.propagateTags === 'NONE' ? 'not propagated' : `from ${service.propagateTags}` },
            { name: 'Circuit breaker', value: breaker?.enable === true ? (breaker.rollback === true ? 'rolls back' : 'stops') : 'off' },
            { name: 'Created by', value: service.createdBy && <Arn arn={service.createdBy} /> },
            { name: 'Created', value: <Time at={service.createdAt} /> },
          ]}
        />
      </section>
      <section className="panel panel-body lined">
        <h2>Tags</h2>
        <Tags tags={service.tags} />
      </section>
      <LastActors resource={service.serviceArn ?? ''} />
    </aside>
  )
}
