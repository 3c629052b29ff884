import { Fragment } from 'react'
import { Copy } from './Copy.tsx'

/** A line for a shell, to be read and copied. */
export function Command({ line, label = 'The same as a command' }: { readonly line: string; readonly label?: string }) {
  return (
    <div className="command">
      <code tabIndex={0} aria-label={label}>
        {line.split(' ').map((word, i) => (
          <Fragment key={i}>
            {i > 0 && ' '}
            <span className={word.length < LONG ? 'word' : undefined}>{word}</span>
          </Fragment>
        ))}
      </code>
      <Copy text={line} label="Copy the command" />
    </div>
  )
}

/** Characters of a word that may be broken. */
const LONG = 32
