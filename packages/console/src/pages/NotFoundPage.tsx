import { Link } from 'react-router'
import { Page } from '../components/Page.tsx'
import { usePaths } from '../components/region.ts'

export function NotFoundPage() {
  const paths = usePaths()
  return (
    <Page title="There is no such page">
      <p>
        <Link to={paths.services}>To the services</Link>
      </p>
    </Page>
  )
}
