/**
 * The engine's log stream: frames of an 8-byte head (stream, three zeros, length) and a payload that begins with a timestamp where those
 * were asked for. A long line comes in several frames of 16 KiB, each with a timestamp, and only the last ends with a line feed.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */

export interface DockerLogLine {
  readonly stream: 'stdout' | 'stderr'
  /** Of its last frame, as the engine writes it: RFC 3339 with nanoseconds. */
  readonly timestamp: string
  /** Without the line feed; cut where the line is longer than 256 KiB. */
  readonly text: string
}

export class MalformedLogStream extends Error {
  override readonly name = 'MalformedLogStream'
}

/** Takes the stream in pieces as they come and gives the lines that are complete. */
export class LogFrames {
  #held: Buffer = Buffer.alloc(0)
  readonly #begun = new Map<string, { readonly parts: Buffer[]; bytes: number; timestamp: string }>()

  /** Throws `MalformedLogStream`. */
  push(chunk: Uint8Array): readonly DockerLogLine[] {
    this.#held = this.#held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#held, chunk])
    const lines: DockerLogLine[] = []
    let at = 0
    while (this.#held.length - at >= HEAD_BYTES) {
      const stream = streams[this.#held.readUInt8(at)]
      const length = this.#held.readUInt32BE(at + 4)
      if (stream === undefined || this.#held.readUIntBE(at + 1, 3) !== 0) throw new MalformedLogStream('a frame begins with no head')
      if (length > LONGEST_FRAME) throw new MalformedLogStream(`a frame says that it has ${length} bytes`)
      if (this.#held.length - at < HEAD_BYTES + length) break
      lines.push(...this.#take(stream, this.#held.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length)))
      at += HEAD_BYTES + length
    }
    this.#held = Buffer.from(this.#held.subarray(at))
    return lines
  }

  /** What was written without a line feed at the end. */
  end(): readonly DockerLogLine[] {
    const last = [...this.#begun].flatMap(([stream, { parts, timestamp }]) =>
      parts.length === 0 ? [] : [{ stream: stream as 'stdout' | 'stderr', timestamp, text: Buffer.concat(parts).toString() }],
    )
    this.#begun.clear()
    return last
  }

  #take(stream: 'stdout' | 'stderr', payload: Buffer): readonly DockerLogLine[] {
    const space = payload.indexOf(0x20)
    const timestamp = payload.toString('latin1', 0, Math.max(space, 0))
    if (!TIMESTAMP.test(timestamp)) throw new MalformedLogStream('a frame has no timestamp')
    const isWhole = payload.at(-1) === LINE_FEED
    const begun = this.#begun.get(stream) ?? { parts: [], bytes: 0, timestamp }
    const part = Buffer.from(payload.subarray(space + 1, isWhole ? -1 : undefined))
    begun.parts.push(part)
    begun.bytes += part.length
    begun.timestamp = timestamp
    this.#begun.set(stream, begun)
    if (!isWhole && begun.bytes < LONGEST_LINE) return []
    this.#begun.delete(stream)
    return [{ stream, timestamp, text: Buffer.concat(begun.parts).toString() }]
  }
}

/** The stream of a container with a terminal: no frames, one stream, lines that end as on a terminal. */
export class TerminalLines {
  #held: Buffer = Buffer.alloc(0)

  push(chunk: Uint8Array): readonly DockerLogLine[] {
    this.#held = Buffer.concat([this.#held, chunk])
    const lines: DockerLogLine[] = []
    let at = 0
    for (let end = this.#held.indexOf(LINE_FEED); end >= 0; at = end + 1, end = this.#held.indexOf(LINE_FEED, at))
      lines.push(...terminalLine(this.#held.toString('utf8', at, end)))
    this.#held = Buffer.from(this.#held.subarray(at))
    return this.#held.length < LONGEST_LINE ? lines : [...lines, ...this.end()]
  }

  end(): readonly DockerLogLine[] {
    const last = this.#held.toString()
    this.#held = Buffer.alloc(0)
    return last === '' ? [] : terminalLine(last)
  }
}

/** What has no timestamp is the rest of something that was cut. */
function terminalLine(line: string): readonly DockerLogLine[] {
  const [timestamp = '', ...words] = line.split(' ')
  return TIMESTAMP.test(timestamp) ? [{ stream: 'stdout', timestamp, text: words.join(' ').replace(/\r$/, '') }] : []
}

const streams: Readonly<Record<number, 'stdout' | 'stderr'>> = { 1: 'stdout', 2: 'stderr' }
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
const LINE_FEED = 0x0a
const HEAD_BYTES = 8
const LONGEST_FRAME = 1_048_576
const LONGEST_LINE = 262_144
