import { Copy } from './Copy.tsx'

/** A line for a shell, to be read and copied. */
export function Command({ line, label = 'The same as a command' }: { readonly line: string; readonly label?: string }) {
  return (
    <div className="command">
      <code tabIndex={0} aria-label={label}>
        {line.split(' ').map((word, i) => (
          <span key={i} className={word.length < 40 ? 'word' : undefined}>
            {word}{' '}
          </span>
        ))}
      </code>
      <Copy text={line} label="Copy the command" />
    </div>
  )
}
