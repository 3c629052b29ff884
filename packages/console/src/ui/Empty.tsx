import type { ReactNode } from 'react'
import { Command } from './Command.tsx'

/** Nothing to show, and what to type so that there is. */
export function Empty({ title, children, next }: { readonly title: string; readonly children?: ReactNode; readonly next?: string }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
      {next !== undefined && <Command line={next} label="What to type next" />}
    </div>
  )
}
