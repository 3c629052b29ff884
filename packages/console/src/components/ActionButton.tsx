import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useId, useRef } from 'react'
import type { ApiError } from '../api/api-error.ts'
import type { Check } from '../api/checks.ts'
import type { Input, OperationName, ServiceName } from '../api/operations.ts'
import { useVerdict } from '../api/use-verdict.ts'
import { useCaller } from '../api/use-call.ts'
import { Command } from '../ui/Command.tsx'
import { Icon, type IconName } from '../ui/Icon.tsx'
import { cliCommand } from '../util/cli.ts'
import { shortReason } from '../util/policy-words.ts'
import { useRegion } from './region.ts'
import { Trouble } from './Trouble.tsx'

/** One call that changes something. */
export interface Intent<Service extends ServiceName, Name extends OperationName<Service>> {
  readonly service: Service
  readonly operation: Name
  readonly input: Input<Service, Name>
}

/**
 * A button for one call: whether it is allowed is asked before it can be pressed, what it does is said before it is done, with the command
 * that does the same.
 */
export function ActionButton<Service extends ServiceName, Name extends OperationName<Service>>({
  label,
  icon,
  intent,
  check,
  isDangerous = false,
  onClose,
  children,
}: {
  readonly label: string
  readonly icon: IconName
  readonly intent: Intent<Service, Name>
  readonly check: Check
  readonly isDangerous?: boolean
  readonly onClose?: () => void
  /** What happens, and what there is to choose. */
  readonly children: ReactNode
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const region = useRegion()
  const caller = useCaller()
  const queries = useQueryClient()
  const [titleId, reasonId] = [useId(), useId()]
  const verdict = useVerdict(check)
  const run = useMutation<unknown, ApiError>({
    mutationFn: () => caller(intent.service, intent.operation, intent.input),
    onSuccess: async () => {
      dialog.current?.close()
      await queries.invalidateQueries()
    },
  })
  const isDenied = verdict.state === 'denied'
  return (
    <div className="action">
      <button
        type="button"
        className={isDangerous ? 'danger' : ''}
        aria-disabled={isDenied}
        aria-describedby={verdict.reason === undefined ? undefined : reasonId}
        onClick={() => {
          if (isDenied) return
          run.reset()
          dialog.current?.showModal()
        }}
      >
        <Icon name={isDenied ? 'deny' : icon} />
        {label}
      </button>
      {verdict.reason !== undefined && (
        <p id={reasonId} className={isDenied ? 'action-reason' : 'hidden'} title={verdict.reason}>
          {shortReason(verdict.reason)}
        </p>
      )}
      <dialog ref={dialog} aria-labelledby={titleId} onClose={onClose}>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            run.mutate()
          }}
        >
          <h2 id={titleId}>{label}</h2>
          {children}
          {verdict.reason !== undefined && (
            <p className={isDenied ? 'trouble' : 'faint'}>
              {isDenied && <Icon name="deny" />}
              {verdict.reason}
            </p>
          )}
          {run.error !== null && <Trouble error={run.error} />}
          <h3>The same in a terminal</h3>
          <Command line={cliCommand(intent.service, intent.operation, intent.input, region)} />
          <div className="dialog-actions">
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <button type="submit" className={isDangerous ? 'danger' : 'primary'} disabled={isDenied || run.isPending}>
              {run.isPending ? 'Asking the gateway' : label}
            </button>
          </div>
        </form>
      </dialog>
    </div>
  )
}
