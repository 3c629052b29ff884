/** What ECS needs of the rest of the instance. */
import type { State } from '../../kernel/state.ts'
import type { Where } from './arn.ts'
import type { Runtime } from './runtime-port.ts'

export interface EcsPorts {
  readonly state: State
  /** Told after each commit that gives the scheduler something to do. */
  readonly scheduling: Scheduling
  readonly runtime: Pick<Runtime, 'attributes'>
  /** A new one each time, 32 hexadecimal digits. */
  readonly newId: () => string
}

export interface Scheduling {
  taskChanged(where: Where, task: { readonly cluster: string; readonly id: string }): void
  serviceChanged(where: Where, service: { readonly cluster: string; readonly name: string }): void
}
