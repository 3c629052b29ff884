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

/** `eu-central-1`: whether it can be one, not whether there is such a one. */
export function isRegion(text: string): boolean {
  return /^[a-z]{2,3}(?:-[a-z]+)+-\d+$/.test(text)
}

export const DEFAULT_REGION = 'us-east-1'
