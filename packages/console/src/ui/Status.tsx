/** A state in ECS's own word, with a mark whose shape tells it too. */
export function Status({ word }: { readonly word: string | undefined }) {
  const text = word ?? 'UNKNOWN'
  return (
    <span className="status" data-kind={kinds[text] ?? 'moving'}>
      <svg className="mark" viewBox="0 0 10 10" aria-hidden="true">
        <path d={marks[kinds[text] ?? 'moving']} />
      </svg>
      {text}
    </span>
  )
}

const kinds: Readonly<Record<string, Kind>> = {
  ACTIVE: 'good',
  RUNNING: 'good',
  HEALTHY: 'good',
  COMPLETED: 'good',
  PRIMARY: 'good',
  STOPPED: 'ended',
  INACTIVE: 'ended',
  UNKNOWN: 'ended',
  FAILED: 'bad',
  UNHEALTHY: 'bad',
}

type Kind = 'good' | 'moving' | 'ended' | 'bad'

/** Full disk, half disk, ring, triangle. */
const marks: Readonly<Record<Kind, string>> = {
  good: 'M5 1a4 4 0 1 1 0 8 4 4 0 0 1 0-8z',
  moving: 'M5 1a4 4 0 1 0 0 8zM5 1a4 4 0 0 1 0 8V8a3 3 0 0 0 0-6z',
  ended: 'M5 1a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM5 2.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  bad: 'M5 .5L9.7 9H.3z',
}
