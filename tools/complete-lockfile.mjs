/**
 * Why this exists: `npm ci` refuses a lockfile that lacks an optional package which some package names, and `npm install` leaves out those that the
 * registry at hand does not have, usually binaries for other platforms. This writes the missing entries:
 *
 *   node tools/complete-lockfile.mjs
 *
 * Version and platform come from the package that names them; the integrity is unknown and is filled in by whoever installs them next.
 * `test/dependencies.test.ts` says when it is needed.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { missingOptionals } from './lockfile.mjs'

const file = join(dirname(dirname(fileURLToPath(import.meta.url))), 'package-lock.json')
const lockfile = JSON.parse(readFileSync(file, 'utf8'))
const missing = missingOptionals(lockfile.packages)

for (const { name, version, isDev } of missing) {
  lockfile.packages[`node_modules/${name}`] = { version, ...platformOf(name), ...(isDev ? { dev: true } : {}), optional: true }
}
// npm's own order, so that its next write changes nothing.
lockfile.packages = Object.fromEntries(Object.entries(lockfile.packages).sort(([a], [b]) => a.localeCompare(b, 'en')))
if (missing.length > 0) writeFileSync(file, `${JSON.stringify(lockfile, undefined, 2)}\n`)
process.stdout.write(`${missing.length} entries added\n`)

/**
 * '@oxlint/binding-linux-x64-musl' is for Linux on x64 with musl.
 * @param {string} name
 */
function platformOf(name) {
  const [, os, cpu, abi] = /(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-([a-z]+))?$/.exec(name) ?? []
  if (os === undefined || cpu === undefined) throw new Error(`cannot tell the platform of ${name}: add it by hand`)
  const libc = os !== 'linux' ? undefined : { gnu: 'glibc', musl: 'musl' }[abi ?? '']
  return { cpu: [cpu], ...(libc === undefined ? {} : { libc: [libc] }), os: [os] }
}
