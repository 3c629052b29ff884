import { useParams } from 'react-router'
import { useClusters, useServices, useTasks } from '../api/ecs.ts'
import { Loaded } from '../components/Loaded.tsx'
import { Page } from '../components/Page.tsx'
import { usePaths } from '../components/region.ts'
import { ServiceTable } from '../components/ServiceTable.tsx'
import { TaskTable } from '../components/TaskTable.tsx'
import { Arn } from '../ui/Arn.tsx'
import { Empty } from '../ui/Empty.tsx'
import { Facts } from '../ui/Facts.tsx'
import { Status } from '../ui/Status.tsx'
import { Tags } from '../ui/Tags.tsx'

/** One cluster: its services, and all tasks that run in it or did lately. */
export function ClusterPage() {
  const { cluster = '' } = useParams()
  const paths = usePaths()
  const clusters = useClusters()
  const services = useServices(cluster)
  const running = useTasks(cluster, { desiredStatus: 'RUNNING' })
  const stopped = useTasks(cluster, { desiredStatus: 'STOPPED' })
  const known = clusters.data?.find(({ clusterName }) => clusterName === cluster)
  return (
    <Page title={cluster} kind="Cluster" crumbs={[{ text: 'Services', to: paths.services }]}>
      {known !== undefined && (
        <section className="panel panel-body lined">
          <Facts
            facts={[
              { name: 'ARN', value: <Arn arn={known.clusterArn} /> },
              { name: 'Status', value: <Status word={known.status} /> },
              { name: 'Tags', value: <Tags tags={known.tags} /> },
            ]}
          />
        </section>
      )}
      <section className="panel">
        <header className="panel-head">
          <h2>Services</h2>
        </header>
        <Loaded from={services}>
          {(found) => (found.length === 0 ? <Empty title="No service runs here" /> : <ServiceTable cluster={cluster} services={found} />)}
        </Loaded>
      </section>
      <section className="panel">
        <header className="panel-head">
          <h2>Running tasks</h2>
        </header>
        <Loaded from={running}>
          {(found) =>
            found.length === 0 ? (
              <Empty title="No task runs" next={`aws ecs run-task --cluster ${cluster} --task-definition FAMILY`} />
            ) : (
              <TaskTable cluster={cluster} tasks={found} />
            )
          }
        </Loaded>
      </section>
      <section className="panel">
        <header className="panel-head">
          <h2>Stopped tasks</h2>
          <p className="faint aside">kept for an hour</p>
        </header>
        <Loaded from={stopped}>
          {(found) => (found.length === 0 ? <Empty title="No task stopped lately" /> : <TaskTable cluster={cluster} tasks={found} />)}
        </Loaded>
      </section>
    </Page>
  )
}
