import { useState } from 'react'
import { Icon } from './Icon.tsx'

/** Copies a text, and says so. */
export function Copy({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }) {
  const [state, setState] = useState<'ready' | 'done' | 'failed'>('ready')
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setState('done'),
      () => setState('failed'),
    )
  }
  return (
    <button type="button" className="quiet icon-button" onClick={copy} onBlur={() => setState('ready')} title={label}>
      <Icon name={state === 'done' ? 'allow' : state === 'failed' ? 'close' : 'copy'} />
      <span className="hidden" role="status">
        {state === 'done' ? 'copied' : state === 'failed' ? 'the browser does not allow copying' : ''}
      </span>
      <span className="hidden">{label}</span>
    </button>
  )
}
