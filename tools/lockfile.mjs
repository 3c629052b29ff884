/** Why this exists: what `npm ci` will refuse can be read off the lockfile, by a test and by the tool that mends it. */

/** @typedef {{ version?: string, dev?: boolean, hasInstallScript?: boolean, resolved?: string, link?: boolean, optionalDependencies?: Record<string, string> }} Entry */

/**
 * Optional packages that an entry names and no entry provides.
 * @param {Record<string, Entry>} packages `packages` of package-lock.json
 */
export function missingOptionals(packages) {
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !isProvided(packages, path, name))
      .map(([name, version]) => ({ name, version, isDev: entry.dev === true })),
  )
}

/**
 * Whether `name` is found from `path` outwards, as Node looks for it.
 * @param {Record<string, Entry>} packages
 * @param {string} path
 * @param {string} name
 * @returns {boolean}
 */
function isProvided(packages, path, name) {
  if (packages[`${path === '' ? '' : `${path}/`}node_modules/${name}`] !== undefined) return true
  if (path === '') return false
  const parent = path.lastIndexOf('/node_modules/')
  return isProvided(packages, parent === -1 ? '' : path.slice(0, parent), name)
}
