import { type ReactNode, useEffect } from 'react'
import { Link } from 'react-router'

export interface Crumb {
  readonly text: string
  readonly to: string
}

/** What every page begins with: where it is, its name, and what can be done. */
export function Page({
  title,
  crumbs = [],
  kind,
  actions,
  children,
}: {
  readonly title: string
  /** What the title names, for example `Service`. */
  readonly kind?: string
  readonly crumbs?: readonly Crumb[]
  readonly actions?: ReactNode
  readonly children: ReactNode
}) {
  useEffect(() => {
    document.title = `${title} - Tidegate`
  }, [title])
  return (
    <main id="content" tabIndex={-1}>
      {crumbs.length > 0 && (
        <nav aria-label="Breadcrumb" className="crumbs">
          <ol>
            {crumbs.map(({ text, to }) => (
              <li key={to}>
                <Link to={to}>{text}</Link>
              </li>
            ))}
          </ol>
        </nav>
      )}
      <header className="page-head">
        <div>
          {kind !== undefined && <p className="kind">{kind}</p>}
          <h1>{title}</h1>
        </div>
        {actions !== undefined && <div className="actions">{actions}</div>}
      </header>
      {children}
    </main>
  )
}
