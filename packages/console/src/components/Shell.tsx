import { useState } from 'react'
import { Navigate, NavLink, Outlet, useLocation, useNavigate } from 'react-router'
import { useSession } from '../session/store.ts'
import { SignIn } from '../session/SignIn.tsx'
import { Gate } from '../ui/Gate.tsx'
import { Icon, type IconName } from '../ui/Icon.tsx'
import { ActingAs } from './ActingAs.tsx'
import { LiveContext } from './live.ts'
import { DEFAULT_REGION, isRegion, usePaths, useRegion } from './region.ts'

/** What stands around every page. Without a session the same address asks for one and then shows what it names. */
export function Shell() {
  const session = useSession()
  const [isLive, setLive] = useState(true)
  const region = useRegion()
  const { pathname, search } = useLocation()
  // An address that was typed, or shortened: what is there without a region is there in the usual one.
  if (!isRegion(region)) return <Navigate to={`/${DEFAULT_REGION}${pathname}${search}`} replace />
  if (session === undefined) return <SignIn />
  return (
    <LiveContext value={{ isLive, setLive }}>
      <div className="shell">
        <a className="skip" href="#content">
          Skip to the content
        </a>
        <Rail isLive={isLive} setLive={setLive} />
        <div className="stage">
          <header className="top">
            <Region />
            <ActingAs session={session} />
          </header>
          {session.isEnded ? <SignIn reason="The session has ended. Sign in again: this page stays." /> : <Outlet />}
        </div>
      </div>
    </LiveContext>
  )
}

function Rail({ isLive, setLive }: { readonly isLive: boolean; readonly setLive: (isLive: boolean) => void }) {
  const paths = usePaths()
  const places: readonly { readonly name: string; readonly to: string; readonly icon: IconName }[] = [
    { name: 'Services', to: paths.services, icon: 'services' },
    { name: 'Explain', to: paths.explain(), icon: 'explain' },
    { name: 'Activity', to: paths.activity(), icon: 'activity' },
  ]
  return (
    <div className="rail">
      <p className="brand">
        <Gate />
        Tidegate
      </p>
      <nav aria-label="Pages">
        <ul>
          {places.map(({ name, to, icon }) => (
            <li key={name}>
              <NavLink to={to}>
                <Icon name={icon} />
                {name}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <button type="button" className="live quiet" aria-pressed={isLive} onClick={() => setLive(!isLive)}>
        <Icon name={isLive ? 'pause' : 'play'} />
        {isLive ? 'Live' : 'Paused'}
      </button>
    </div>
  )
}

function Region() {
  const region = useRegion()
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const known = regions.includes(region) ? regions : [region, ...regions]
  const [, , page = 'services'] = pathname.split('/')
  return (
    <label className="region">
      <span className="hidden">Region</span>
      <select value={region} onChange={({ target }) => void navigate(`/${target.value}/${page}`)}>
        {known.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  )
}

/** Regions of the partition `aws` that are on in every account. */
const regions = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ca-central-1',
  'sa-east-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
]
