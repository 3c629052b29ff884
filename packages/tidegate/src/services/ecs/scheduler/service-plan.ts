/**
 * What a service does next, from how many tasks it has and wants. Pure arithmetic: a rolling deployment is this, asked again and again.
 *
 * INVARIANT: at no time does a plan take more tasks than `most`, nor leave fewer healthy ones than `fewest`, unless there were fewer before.
 */

/** Tasks of a deployment that are to run, by how far they are. */
export interface Counts {
  /** Not running yet. */
  readonly pending: number
  /** Running, and not known to be healthy yet. */
  readonly settling: number
  readonly healthy: number
}

export interface Situation {
  readonly desired: number
  /** Percent of the desired count, as `deploymentConfiguration` has them. */
  readonly minimumHealthyPercent: number
  readonly maximumPercent: number
  /** What is to stay. */
  readonly primary: Counts
  /** What it takes the place of. */
  readonly old: Counts
  /** Told to stop, and not stopped yet: they still take up room. */
  readonly stopping: number
  /** Whether tasks may be started now: not while the last ones failed and it waits, and not for a deployment that failed. */
  readonly mayStart: boolean
}

export interface Plan {
  readonly start: number
  /** How many of the old tasks stop: those that are not healthy first. */
  readonly stopOld: number
  readonly stopPrimary: number
  /** All that is wanted is there and healthy, and nothing else is. */
  readonly isSteady: boolean
}

export function planService({ desired, primary, old, stopping, mayStart, ...limits }: Situation): Plan {
  const most = Math.max(Math.floor((desired * limits.maximumPercent) / 100), 0)
  const fewest = Math.ceil((desired * limits.minimumHealthyPercent) / 100)
  const ofPrimary = total(primary)
  const ofOld = total(old)
  const missing = Math.max(0, desired - ofPrimary)
  const surplus = Math.max(0, ofPrimary - desired)
  const room = Math.max(0, most - ofPrimary - ofOld - stopping)
  const start = mayStart ? Math.min(missing, room) : 0
  // Old tasks go as new ones are healthy. Where there is no room for new ones, as many as may be missed go first.
  const healthy = primary.healthy + old.healthy
  const spare = Math.max(0, healthy - fewest)
  const replaced = Math.max(0, primary.healthy + ofOld - desired)
  const needed = mayStart ? Math.max(0, missing - room) : 0
  const unhealthyOld = old.pending + old.settling
  const wanted = Math.min(ofOld, Math.max(replaced, needed))
  const stopOld = desired === 0 ? ofOld : Math.min(wanted, unhealthyOld + spare)
  return {
    start,
    stopOld,
    stopPrimary: surplus,
    isSteady: primary.healthy === desired && ofPrimary === desired && ofOld === 0 && stopping === 0,
  }
}

const total = ({ pending, settling, healthy }: Counts): number => pending + settling + healthy
