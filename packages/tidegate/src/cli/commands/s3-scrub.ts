import { dataFolder, defaultDataFolder } from '../../data-folder.ts'
import { type Damaged, isObjectStore, scrub, type ScrubReport } from '../../objects/scrub.ts'
import { command } from '../command.ts'
import { dataFlag } from '../data-flag.ts'
import type { Io } from '../io.ts'
import { UsageError } from '../usage-error.ts'

export const s3Scrub = command({
  args: {},
  flags: { data: dataFlag, json: { type: 'boolean', summary: 'print one JSON object' } },
  details: `
Every object and part is hashed again. What is damaged or missing is marked, and no longer sent:
a GET of it is an error. A file that was put back is found whole by the next scrub, and sent again.
An instance may run meanwhile; progress is on standard error.

exit: 0 all is whole, 1 something is damaged or missing, 2 wrong usage

example:
  tidegate s3 scrub --json`,
  async run({ flags }, io) {
    const path = flags.data ?? defaultDataFolder
    const { objects } = dataFolder(path)
    if (!isObjectStore(objects)) throw new UsageError(`there are no objects of S3 in \`${path}\``)
    const report = await scrub({ folder: objects, onProgress: progressTo(io) })
    await io.write(flags.json ? `${JSON.stringify(report)}\n` : textOf(report))
    return report.damaged.length + report.missing.length === 0 ? 0 : 1
  },
})

/** A line for each tenth. */
function progressTo(io: Io): Parameters<typeof scrub>[0]['onProgress'] {
  let told = 0
  return ({ done, of, bytes }) => {
    const tenths = Math.floor((done / of) * 10)
    if (tenths <= told) return
    told = tenths
    io.note(`${tenths * 10} %: ${done} of ${of}, ${mebibytes(bytes)}`)
  }
}

function textOf({ inline, files, bytes, damaged, missing, orphans }: ScrubReport): string {
  const state = damaged.length + missing.length === 0 ? 'whole' : 'damaged'
  return [
    `${state}: ${inline} small objects and ${files} files, ${mebibytes(bytes)}`,
    ...damaged.map((each) => `damaged: ${nameOf(each)}`),
    ...missing.map((each) => `missing: ${nameOf(each)}`),
    ...(orphans === 0 ? [] : [`orphans: ${orphans} files that nothing names; the next start removes what a crash has left`]),
    '',
  ].join('\n')
}

/** Keys may hold anything: in JSON's escapes, a line stays a line. */
function nameOf({ bucketId, key, versionId, file }: Damaged): string {
  const place = file === undefined ? 'in the catalogue' : `in ${file}`
  return key === undefined ? `part of an upload, ${place}` : `${JSON.stringify(key)} of bucket ${bucketId}, version ${versionId}, ${place}`
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`
}
