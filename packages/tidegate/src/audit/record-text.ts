/**
 * The bytes of a record: the JSON that is stored, hashed and exported. One record is one line, for every reader's idea of a line, and
 * nothing in it moves a terminal's cursor: control characters, line and paragraph separators and marks that turn the direction of writing
 * are written as `\uXXXX` (JSON itself allows some of them as they are).
 */
import type { AuditRecord } from './record.ts'

export function recordText(record: AuditRecord): string {
  return jsonText(record)
}

/** JSON that is one line to everybody. */
export function jsonText(value: object): string {
  return escaped(JSON.stringify(value))
}

/** A string as it stands in the text of a record, without the quotes: what to look for before parsing. */
export function textInRecord(value: string): string {
  return escaped(JSON.stringify(value)).slice(1, -1)
}

/** The cast is true for text that `recordText` made; the log checks that before it gets here. */
export function parseRecord(text: string): AuditRecord {
  return JSON.parse(text) as AuditRecord
}

function escaped(json: string): string {
  // Of ASCII only DEL is to be escaped; to see that there is nothing else is much quicker than the expression.
  if (Buffer.byteLength(json) === json.length && !json.includes(del)) return json
  return unsafe.test(json) ? json.replaceAll(everyUnsafe, escape) : json
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

// DEL and C1 controls (U+0085 is a line break, U+009B starts terminal sequences), U+2028/2029, bidirectional marks, byte order mark.
const unsafe = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/
const del = '\u007f'
const everyUnsafe = new RegExp(unsafe, 'g')
