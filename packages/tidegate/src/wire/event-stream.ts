/**
 * Answers that go on: a message for each event, as `application/vnd.amazon.eventstream` frames them.
 * @see https://smithy.io/2.0/aws/amazon-eventstream.html
 */
import { EventStreamCodec } from '@smithy/core/event-streams'
import { jsonOutput } from './json-output.ts'
import { misfit } from './misfit.ts'
import type { Member, StructureShape } from './shape.ts'

export const eventStreamType = 'application/vnd.amazon.eventstream'

/** The member of an output that is a stream of events, where it has one. */
export function eventStreamOf({ members }: StructureShape): Member | undefined {
  return members.find(({ shape }) => shape.type === 'structure' && shape.isUnion && shape.traits.streaming === 1)
}

/** First a message with what the output has beside the stream, which for the operations that there are is nothing. */
export async function* eventStreamBody(member: Member, output: unknown): AsyncGenerator<Uint8Array> {
  const union = member.shape
  const events: unknown = typeof output === 'object' && output !== null ? Reflect.get(output, member.name) : undefined
  if (union.type !== 'structure' || !isStream(events)) throw misfit(union, events)
  yield message('initial-response', '{}')
  for await (const event of events) {
    const [name, value, ...others] = Object.entries(event).flat() as [string?, unknown?, ...unknown[]]
    const shape = union.members.find((each) => each.name === name)?.shape
    if (name === undefined || shape === undefined || others.length > 0) throw misfit(union, event)
    yield message(name, jsonOutput(shape, value))
  }
}

function message(type: string, body: string): Uint8Array {
  return codec.encode({
    headers: {
      ':message-type': { type: 'string', value: 'event' },
      ':event-type': { type: 'string', value: type },
      ':content-type': { type: 'string', value: 'application/json' },
    },
    body: Buffer.from(body),
  })
}

function isStream(value: unknown): value is AsyncIterable<object> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')),
  (text) => Buffer.from(text),
)
