import { exact, relative } from '../util/time.ts'
import { useNow } from './use-now.ts'

/** How long ago, with the exact time at hand. */
export function Time({ at }: { /** Seconds since 1970. */ readonly at: number | undefined }) {
  const now = useNow()
  if (at === undefined) return <span className="faint">never</span>
  const milliseconds = at * 1000
  return (
    <time dateTime={new Date(milliseconds).toISOString()} title={exact(milliseconds)}>
      {relative(milliseconds, now)}
    </time>
  )
}
