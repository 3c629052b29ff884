import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createBrowserRouter, Navigate, RouterProvider } from 'react-router'
import { ApiError } from './api/api-error.ts'
import { Shell } from './components/Shell.tsx'
import { ActivityPage } from './pages/ActivityPage.tsx'
import { ClusterPage } from './pages/ClusterPage.tsx'
import { EventPage } from './pages/EventPage.tsx'
import { ExplainPage } from './pages/ExplainPage.tsx'
import { NotFoundPage } from './pages/NotFoundPage.tsx'
import { ServicePage } from './pages/ServicePage.tsx'
import { ServicesPage } from './pages/ServicesPage.tsx'
import { TaskPage } from './pages/TaskPage.tsx'
import { Entrance } from './session/Entrance.tsx'
import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/parts.css'
import './styles/pages.css'
import './styles/decisions.css'
import './styles/activity.css'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What was refused is refused again; only a gateway that does not answer is asked once more.
      retry: (count, error) => count < 1 && error instanceof ApiError && error.code === 'NetworkError',
      staleTime: 2000,
    },
  },
})

const router = createBrowserRouter(
  [
    { path: '/', element: <Entrance /> },
    {
      path: '/:region',
      element: <Shell />,
      children: [
        { index: true, element: <Navigate to="services" replace /> },
        { path: 'services', element: <ServicesPage /> },
        { path: 'services/:cluster', element: <ClusterPage /> },
        { path: 'services/:cluster/tasks/:task', element: <TaskPage /> },
        { path: 'services/:cluster/:service', element: <ServicePage /> },
        { path: 'explain', element: <ExplainPage /> },
        { path: 'activity', element: <ActivityPage /> },
        { path: 'activity/:event', element: <EventPage /> },
        { path: '*', element: <NotFoundPage /> },
      ],
    },
  ],
  { basename: '/console' },
)

const root = document.getElementById('root')
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  )
}
