import { useParams } from 'react-router'
import { stopTaskCheck } from '../api/checks.ts'
import { serviceOf, useTask, useTaskDefinition, type WireTask, type WireTaskDefinition } from '../api/ecs.ts'
import { ActionButton } from '../components/ActionButton.tsx'
import { ContainerLogs } from '../components/ContainerLogs.tsx'
import { LastActors } from '../components/LastActors.tsx'
import { Loaded } from '../components/Loaded.tsx'
import { Page } from '../components/Page.tsx'
import { usePaths } from '../components/region.ts'
import { StoppedReason } from '../components/StoppedReason.tsx'
import { Arn } from '../ui/Arn.tsx'
import { Empty } from '../ui/Empty.tsx'
import { Facts } from '../ui/Facts.tsx'
import { Status } from '../ui/Status.tsx'
import { Tags } from '../ui/Tags.tsx'
import { Time } from '../ui/Time.tsx'
import { nameOf } from '../util/arn.ts'

/** One task: its containers, what they may do, and what they wrote. */
export function TaskPage() {
  const { cluster = '', task: id = '' } = useParams()
  const paths = usePaths()
  const task = useTask(cluster, id)
  const service = task.data && serviceOf(task.data)
  return (
    <Page
      title={id}
      kind="Task"
      crumbs={[
        { text: 'Services', to: paths.services },
        { text: cluster, to: paths.cluster(cluster) },
        ...(service === undefined ? [] : [{ text: service, to: paths.service(cluster, service) }]),
      ]}
      actions={task.data && task.data.desiredStatus !== 'STOPPED' && <StopTask cluster={cluster} task={task.data} />}
    >
      <Loaded from={task}>
        {(found) =>
          found === undefined ? (
            <Empty title="There is no such task: stopped tasks are kept for an hour" next={`aws ecs list-tasks --cluster ${cluster}`} />
          ) : (
            <Details task={found} />
          )
        }
      </Loaded>
    </Page>
  )
}

function StopTask({ cluster, task }: { readonly cluster: string; readonly task: WireTask }) {
  const id = nameOf(task.taskArn ?? '')
  return (
    <ActionButton
      label="Stop"
      icon="stop"
      isDangerous
      intent={{ service: 'ecs', operation: 'StopTask', input: { cluster, task: id } }}
      check={stopTaskCheck(task)}
    >
      <p>
        The task gets SIGTERM, and SIGKILL when its stop timeout is over.
        {task.group?.startsWith('service:') === true && ' Its service starts another one.'}
      </p>
    </ActionButton>
  )
}

function Details({ task }: { readonly task: WireTask }) {
  const { data: definition } = useTaskDefinition(task.taskDefinitionArn)
  return (
    <>
      {task.stoppedReason !== undefined && <StoppedReason reason={task.stoppedReason} code={task.stopCode} />}
      <div className="columns">
        <div>
          <Containers task={task} />
          {definition?.containerDefinitions?.map((container) => (
            <ContainerLogs key={container.name} container={container} taskId={nameOf(task.taskArn ?? '')} />
          ))}
        </div>
        <TaskFacts task={task} definition={definition} />
      </div>
    </>
  )
}

function Containers({ task: { containers = [] } }: { readonly task: WireTask }) {
  return (
    <section className="panel">
      <header className="panel-head">
        <h2>Containers</h2>
      </header>
      <table className="stacked">
        <thead>
          <tr>
            <th scope="col">Container</th>
            <th scope="col">Status</th>
            <th scope="col">Image</th>
            <th scope="col">Exit code</th>
          </tr>
        </thead>
        <tbody>
          {containers.map(({ name, containerArn, lastStatus, healthStatus, image, imageDigest, exitCode, reason }) => (
            <tr key={containerArn ?? name}>
              <th scope="row">{name}</th>
              <td data-label="Status">
                <Status word={lastStatus} />
                {healthStatus !== undefined && healthStatus !== 'UNKNOWN' && <Status word={healthStatus} />}
                {reason !== undefined && <p className="reason">{reason}</p>}
              </td>
              <td data-label="Image">
                {image}
                {imageDigest !== undefined && <span className="faint mono digest">{imageDigest}</span>}
              </td>
              <td data-label="Exit code" className="number">
                {exitCode ?? <span className="faint short">none yet</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function TaskFacts({ task, definition }: { readonly task: WireTask; readonly definition: WireTaskDefinition | undefined }) {
  const { overrides } = task
  const service = serviceOf(task)
  // Who runs a task of a service is who changed the service: the task itself was made without a call.
  const changed = service === undefined ? task.taskArn : `${task.clusterArn?.replace(':cluster/', ':service/')}/${service}`
  return (
    <aside aria-label="About this task">
      <section className="panel panel-body lined">
        <Facts
          facts={[
            { name: 'Status', value: <Status word={task.lastStatus} /> },
            { name: 'To be', value: task.desiredStatus !== task.lastStatus && <Status word={task.desiredStatus} /> },
            { name: 'Task', value: <Arn arn={task.taskArn} /> },
            { name: 'Task definition', value: <Arn arn={task.taskDefinitionArn} /> },
            { name: 'Task role', value: definition && <Arn arn={overrides?.taskRoleArn ?? definition.taskRoleArn} /> },
            { name: 'Execution role', value: definition && <Arn arn={overrides?.executionRoleArn ?? definition.executionRoleArn} /> },
            { name: 'Started by', value: service === undefined ? task.startedBy : `the service ${service}` },
            { name: 'Launch type', value: task.launchType },
            { name: 'CPU', value: task.cpu && `${task.cpu} units` },
            { name: 'Memory', value: task.memory && `${task.memory} MiB` },
            { name: 'Created', value: <Time at={task.createdAt} /> },
            { name: 'Started', value: task.startedAt && <Time at={task.startedAt} /> },
            { name: 'Stopped', value: task.stoppedAt && <Time at={task.stoppedAt} /> },
          ]}
        />
      </section>
      <section className="panel panel-body lined">
        <h2>Tags</h2>
        <Tags tags={task.tags} />
      </section>
      <LastActors resource={changed ?? ''} of={service === undefined ? undefined : `the service ${service}`} />
    </aside>
  )
}
