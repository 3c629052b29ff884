/** Gives records to others, as a stream: memory does not grow with the log. */
import { ocsfEvent } from './ocsf.ts'
import type { FoundRecord } from './query.ts'
import { jsonText } from './record-text.ts'

export const exportFormats = ['cloudtrail', 'ocsf'] as const
export type ExportFormat = (typeof exportFormats)[number]

/**
 * `cloudtrail`: one JSON text `{"Records":[…]}` as in CloudTrail's files, a record a line, each byte for byte as it was hashed.
 * `ocsf`: a line of JSON for each record.
 */
export async function* exportRecords(records: AsyncIterable<FoundRecord>, format: ExportFormat): AsyncGenerator<string> {
  if (format === 'ocsf') {
    for await (const { record } of records) yield `${jsonText(ocsfEvent(record))}\n`
    return
  }
  let separator = '{"Records":[\n'
  for await (const { text } of records) {
    yield separator + text
    separator = ',\n'
  }
  yield separator.startsWith('{') ? '{"Records":[]}\n' : '\n]}\n'
}
