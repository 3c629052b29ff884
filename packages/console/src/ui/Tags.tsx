import type { Tag } from '@aws-sdk/client-ecs'

export function Tags({ tags }: { readonly tags: readonly Tag[] | undefined }) {
  if (tags === undefined || tags.length === 0) return <span className="faint">no tags</span>
  return (
    <ul className="tags">
      {tags.map(({ key = '', value = '' }) => (
        <li key={key}>
          <span className="tag-key">{key}</span>
          <span className="tag-value">{value === '' ? '""' : value}</span>
        </li>
      ))}
    </ul>
  )
}
