import { useParams } from 'react-router'
import { type Paths, pathsIn } from '../util/paths.ts'

/** The region of this page: the first part of its path. */
export function useRegion(): string {
  return useParams()['region'] ?? DEFAULT_REGION
}

/** For links of this page's region. */
export function usePaths(): Paths {
  return pathsIn(useRegion())
}

export const DEFAULT_REGION = 'us-east-1'
