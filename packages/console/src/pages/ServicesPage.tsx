import { Link } from 'react-router'
import { useClusters, useServices, type WireCluster } from '../api/ecs.ts'
import { Loaded } from '../components/Loaded.tsx'
import { Page } from '../components/Page.tsx'
import { usePaths } from '../components/region.ts'
import { ServiceTable } from '../components/ServiceTable.tsx'
import { Empty } from '../ui/Empty.tsx'
import { Status } from '../ui/Status.tsx'

/** All clusters of the region with their services. */
export function ServicesPage() {
  const clusters = useClusters()
  return (
    <Page title="Services">
      <Loaded from={clusters}>
        {(found) =>
          found.length === 0 ? (
            <Empty title="There is no cluster in this region" next="aws ecs create-cluster --cluster-name main" />
          ) : (
            found.map((cluster) => <ClusterSection key={cluster.clusterArn} cluster={cluster} />)
          )
        }
      </Loaded>
    </Page>
  )
}

function ClusterSection({ cluster }: { readonly cluster: WireCluster }) {
  const paths = usePaths()
  const { clusterName = '', status, runningTasksCount = 0, pendingTasksCount = 0 } = cluster
  const services = useServices(clusterName)
  return (
    <section className="panel">
      <header className="panel-head">
        <h2>
          <Link to={paths.cluster(clusterName)}>{clusterName}</Link>
        </h2>
        <Status word={status} />
        <p className="faint counts">
          {countText(services.data?.length, 'service')} · {countText(runningTasksCount, 'task')} running
          {pendingTasksCount > 0 && ` · ${pendingTasksCount} pending`}
        </p>
      </header>
      <Loaded from={services}>
        {(found) =>
          found.length === 0 ? (
            <Empty
              title="No service runs here"
              next={`aws ecs create-service --cluster ${clusterName} --service-name web --task-definition FAMILY --desired-count 2`}
            />
          ) : (
            <ServiceTable cluster={clusterName} services={found} />
          )
        }
      </Loaded>
    </section>
  )
}

function countText(count: number | undefined, noun: string): string {
  return count === undefined ? `… ${noun}s` : `${count} ${noun}${count === 1 ? '' : 's'}`
}
