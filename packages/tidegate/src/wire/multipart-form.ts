/**
 * The body `multipart/form-data` of a form that uploads one file: its fields, and the file as a stream. Fields are few and short; the file
 * may be of any size and is read as it comes.
 * @see https://www.rfc-editor.org/rfc/rfc7578
 */
import { Buffer } from 'node:buffer'
import { signatureError } from './sigv4/errors.ts'

export interface MultipartForm {
  /** By name in lower case, in front of the file. */
  readonly fields: ReadonlyMap<string, string>
  /** As the browser names it, without its folders. */
  readonly fileName: string
  readonly fileType: string | undefined
  /** To be read once. */
  readonly file: AsyncIterable<Uint8Array>
}

export async function readMultipartForm(contentType: string, body: AsyncIterable<Uint8Array>): Promise<MultipartForm> {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? []
  const boundary = quoted ?? plain ?? malformed('there is no boundary')
  const reader = new FormReader(body[Symbol.asyncIterator](), Buffer.from(`\r\n--${boundary}`, 'latin1'))
  const fields = new Map<string, string>()
  await reader.start()
  for (let size = 0; ;) {
    const { name, fileName, type } = await reader.head()
    if (name === 'file') return { fields, fileName: baseName(fileName ?? ''), fileType: type, file: reader.rest() }
    const text = await reader.text(maxFieldBytes - size)
    size += name.length + text.length
    if (fields.has(name)) malformed(`the field ${name} is given twice`)
    fields.set(name, text)
  }
}

interface PartHead {
  /** In lower case. */
  readonly name: string
  readonly fileName: string | undefined
  readonly type: string | undefined
}

class FormReader {
  readonly #source: AsyncIterator<Uint8Array>
  /** CR, LF, two hyphens and the boundary. */
  readonly #border: Buffer
  /** A border may stand at the very beginning, where no line ends. */
  #bytes: Buffer = Buffer.from('\r\n')
  #isOver = false

  constructor(source: AsyncIterator<Uint8Array>, border: Buffer) {
    this.#source = source
    this.#border = border
  }

  /** Goes behind the first border. */
  async start(): Promise<void> {
    await this.#until(this.#border, maxHeadBytes)
    await this.#endOfBorder()
  }

  async head(): Promise<PartHead> {
    const lines = (await this.#until(headEnd, maxHeadBytes)).toString('utf8').split('\r\n')
    const valueOf = (name: string) => lines.find((line) => line.toLowerCase().startsWith(`${name}:`))?.slice(name.length + 1)
    const disposition = valueOf('content-disposition') ?? ''
    const name = /;\s*name="([^"]*)"/i.exec(disposition)?.[1] ?? /;\s*name=([^\s;"]+)/i.exec(disposition)?.[1]
    if (name === undefined) return malformed('a part has no name')
    const fileName = /;\s*filename="((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1]
    return { name: name.toLowerCase(), fileName, type: valueOf('content-type')?.trim() }
  }

  async text(limit: number): Promise<string> {
    const bytes = await this.#until(this.#border, limit)
    if (await this.#endOfBorder()) malformed('there is no file')
    return bytes.toString('utf8')
  }

  /** The file; fields behind it count for nothing, and are read so that the connection can go on. */
  async *rest(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const at = this.#bytes.indexOf(this.#border)
      const safe = at >= 0 ? at : Math.max(0, this.#bytes.length - this.#border.length + 1)
      if (safe > 0) yield this.#take(safe)
      if (at >= 0) break
      await this.#more()
    }
    for (let left = maxFieldBytes; left > 0; left -= this.#take(this.#bytes.length).length) {
      if (this.#isOver) return
      await this.#more(true)
    }
    malformed('too much follows the file')
  }

  /** Whether it was the last border. */
  async #endOfBorder(): Promise<boolean> {
    while (this.#bytes.length < 2) await this.#more()
    const end = this.#take(2).toString('latin1')
    if (end !== '\r\n' && end !== '--') malformed('a border does not end')
    return end === '--'
  }

  /** What stands before `stop`, which is behind then. */
  async #until(stop: Buffer, limit: number): Promise<Buffer> {
    for (;;) {
      const at = this.#bytes.indexOf(stop)
      if (at > limit || (at < 0 && this.#bytes.length > limit + stop.length)) {
        const message = 'Your POST request fields preceding the upload file were too large.'
        throw signatureError('MaxPostPreDataLengthExceeded', message, { members: { MaxPostPreDataLengthBytes: String(maxFieldBytes) } })
      }
      if (at >= 0) {
        const taken = this.#take(at)
        this.#take(stop.length)
        return taken
      }
      await this.#more()
    }
  }

  #take(count: number): Buffer {
    const taken = this.#bytes.subarray(0, count)
    this.#bytes = this.#bytes.subarray(count)
    return taken
  }

  async #more(mayEnd = false): Promise<void> {
    const { done, value } = await this.#source.next()
    if (done === true) {
      this.#isOver = true
      if (!mayEnd) throw signatureError('IncompleteBody', 'The request body terminated unexpectedly')
      return
    }
    this.#bytes =
      this.#bytes.length === 0 ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : Buffer.concat([this.#bytes, value])
  }
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}

function malformed(detail: string): never {
  throw signatureError('MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.', { detail })
}

const headEnd = Buffer.from('\r\n\r\n')
/** Of all fields together, as AWS has it. */
const maxFieldBytes = 20_480
const maxHeadBytes = 4_096
