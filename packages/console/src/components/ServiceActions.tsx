import { useState } from 'react'
import { updateServiceCheck } from '../api/checks.ts'
import type { WireService } from '../api/ecs.ts'
import { ActionButton } from './ActionButton.tsx'

export function ServiceActions({ cluster, service }: { readonly cluster: string; readonly service: WireService }) {
  const current = service.desiredCount ?? 0
  const [count, setCount] = useState<number>()
  const desiredCount = count ?? current
  const name = service.serviceName ?? ''
  return (
    <>
      <ActionButton
        label="Restart"
        icon="restart"
        intent={{ service: 'ecs', operation: 'UpdateService', input: { cluster, service: name, forceNewDeployment: true } }}
        check={updateServiceCheck(service, { forceNewDeployment: true })}
      >
        <p>
          A new deployment replaces all {current} tasks of <strong>{name}</strong> with the same task definition.
        </p>
      </ActionButton>
      <ActionButton
        label="Scale"
        icon="scale"
        intent={{ service: 'ecs', operation: 'UpdateService', input: { cluster, service: name, desiredCount } }}
        check={updateServiceCheck(service, { desiredCount: count === current ? undefined : count })}
        onClose={() => setCount(undefined)}
      >
        <label>
          Desired count
          <input
            type="number"
            min={0}
            max={5000}
            required
            value={desiredCount}
            onChange={({ target }) => setCount(Math.max(0, Math.trunc(target.valueAsNumber || 0)))}
          />
        </label>
        <p className="faint">
          It is {current} now
          {desiredCount !== current && `: ${Math.abs(desiredCount - current)} ${desiredCount > current ? 'more' : 'fewer'}`}.
        </p>
      </ActionButton>
    </>
  )
}
