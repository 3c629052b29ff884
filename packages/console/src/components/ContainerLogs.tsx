import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import { useEffect, useRef } from 'react'
import { useCall } from '../api/use-call.ts'
import type { Wire } from '../api/wire.ts'
import { Empty } from '../ui/Empty.tsx'
import { exact } from '../util/time.ts'
import { Loaded } from './Loaded.tsx'

/** What a container wrote, the newest at the end, which stays in sight as long as nobody scrolls up. */
export function ContainerLogs({ container, taskId }: { readonly container: Wire<ContainerDefinition>; readonly taskId: string }) {
  const place = logPlace(container, taskId)
  return (
    <section className="panel">
      <header className="panel-head">
        <h2>Log of {container.name}</h2>
        {place !== undefined && <p className="faint aside">{place.logGroupName}</p>}
      </header>
      {place === undefined ? (
        <Empty title="Its log goes nowhere that can be read here">
          <p className="faint">The task definition has no logConfiguration with the driver awslogs.</p>
        </Empty>
      ) : (
        <Lines {...place} />
      )}
    </section>
  )
}

function Lines({ logGroupName, logStreamName }: LogPlace) {
  const log = useCall('logs', 'GetLogEvents', { logGroupName, logStreamName, limit: SHOWN, startFromHead: false }, { every: 2000 })
  const box = useRef<HTMLOListElement>(null)
  const isAtEnd = useRef(true)
  useEffect(() => {
    if (isAtEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [log.data])
  const follow = (): void => {
    const { scrollTop = 0, clientHeight = 0, scrollHeight = 0 } = box.current ?? {}
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < 40
  }
  return (
    <Loaded from={log}>
      {({ events = [] }) =>
        events.length === 0 ? (
          <Empty title="It wrote nothing yet" />
        ) : (
          <ol className="log" ref={box} onScroll={follow} tabIndex={0} aria-label={`The last ${events.length} lines`}>
            {events.map(({ timestamp = 0, message = '' }, i) => (
              <li key={`${timestamp}-${i}`}>
                <time dateTime={new Date(timestamp).toISOString()} title={exact(timestamp)}>
                  {new Date(timestamp).toISOString().slice(11, 19)}
                </time>
                <span>{message}</span>
              </li>
            ))}
          </ol>
        )
      }
    </Loaded>
  )
}

interface LogPlace {
  readonly logGroupName: string
  readonly logStreamName: string
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html */
function logPlace({ name = '', logConfiguration }: Wire<ContainerDefinition>, taskId: string): LogPlace | undefined {
  const { logDriver, options = {} } = logConfiguration ?? {}
  const logGroupName = options['awslogs-group']
  const prefix = options['awslogs-stream-prefix']
  if (logDriver !== 'awslogs' || logGroupName === undefined || prefix === undefined) return undefined
  return { logGroupName, logStreamName: `${prefix}/${name}/${taskId}` }
}

/** Lines. */
const SHOWN = 500
