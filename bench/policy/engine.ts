import type { LabelledRequest, Verdict, World, WorldPrincipal } from './world.ts'

/** One way to decide the requests of a world. */
export interface Engine {
  readonly name: string
  /** `requests` are those of `principals`, in the order in which they are to be decided. */
  load(world: World, principals: Iterable<WorldPrincipal>, requests: readonly LabelledRequest[]): LoadedEngine | Promise<LoadedEngine>
}

export interface LoadedEngine {
  readonly requests: number
  /** Builds indexes at the first request that needs them; all requests are asked once before anything is measured. */
  readonly isLazy?: boolean
  /**
   * Decides `count` requests from position `from` on, around the end; returns the number of allows. The loop is the engine's own, so that
   * calls in it stay monomorphic.
   */
  run(from: number, count: number): number
  /** `denied` from engines that do not tell the two kinds of denial apart. */
  verdict(position: number): Verdict | 'denied'
}

export function agrees(verdict: Verdict | 'denied', want: Verdict): boolean {
  return verdict === want || (verdict === 'denied' && want !== 'allow')
}
