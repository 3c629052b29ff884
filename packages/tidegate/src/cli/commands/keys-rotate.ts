import { existsSync } from 'node:fs'
import { dataFolder, defaultDataFolder } from '../../data-folder.ts'
import { command } from '../command.ts'
import { dataFlag } from '../data-flag.ts'
import { UsageError } from '../usage-error.ts'

export const keysRotate = command({
  args: {},
  flags: {
    data: dataFlag,
    retire: { type: 'boolean', summary: 'retire all older generations: sessions that they sealed end at once' },
    json: { type: 'boolean', summary: 'print an object' },
  },
  details: `
A running instance takes the new generation within a second. Without --retire, sessions that were
issued before stay good until they expire.

exit: 0 rotated, 1 the key ring cannot be written, 2 wrong usage or no key ring

example:
  tidegate keys rotate`,
  async run({ flags }, io) {
    const folder = dataFolder(flags.data ?? defaultDataFolder)
    if (!existsSync(folder.keyRing)) throw new UsageError(`there is no key ring in \`${folder.path}\``, 'tidegate up')
    const { openKeyRing } = await import('../../sessions/open-key-ring.ts')
    const ring = openKeyRing({ path: folder.keyRing })
    try {
      const newest = ring.rotate()
      const retired = flags.retire ? ring.retire(Number.POSITIVE_INFINITY) : []
      if (flags.json) await io.write(`${JSON.stringify({ newest, retired, generations: ring.generations.length })}\n`)
      else await io.write(`generation ${newest} seals from now on${retired.length === 0 ? '' : `; retired: ${retired.join(', ')}`}\n`)
      return 0
    } finally {
      ring.close()
    }
  },
})
