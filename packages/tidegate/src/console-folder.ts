import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Where the built console lies: beside the code in the published package, in the console's own package in a checkout. */
export function consoleFolder(): string {
  const published = fileURLToPath(new URL('./console/', import.meta.url))
  return existsSync(published) ? published : fileURLToPath(new URL('../../console/dist/', import.meta.url))
}
