/** What ECS needs of the rest of the instance. */
import type { State } from '../../kernel/state.ts'

export interface EcsPorts {
  readonly state: State
}
