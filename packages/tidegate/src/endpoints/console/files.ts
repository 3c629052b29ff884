/** The built console, kept in memory: a few hundred kilobytes, read when somebody asks for them. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface ConsoleFile {
  readonly contentType: string
  readonly body: Uint8Array
  readonly gzip: Uint8Array
  /** Quoted, as the header has it. */
  readonly etag: string
  /** Whether its name changes with its content. */
  readonly isImmutable: boolean
}

export class ConsoleFiles {
  readonly #folder: string
  #files: ReadonlyMap<string, ConsoleFile> = new Map()
  #builtAt: number | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The file of a path below `/console/`; the page for every path of the console's own. `undefined` where it was never built. */
  find(path: string): ConsoleFile | 'no such file' | undefined {
    const page = this.#refreshed().get('index.html')
    if (page === undefined) return undefined
    return this.#files.get(path) ?? (path.startsWith('assets/') ? 'no such file' : page)
  }

  /** Read again when it was built again: `vite build --watch` beside a running instance just works. */
  #refreshed(): ReadonlyMap<string, ConsoleFile> {
    const builtAt = statSync(join(this.#folder, 'index.html'), { throwIfNoEntry: false })?.mtimeMs
    if (builtAt !== this.#builtAt) {
      this.#files = builtAt === undefined ? new Map() : readFolder(this.#folder)
      this.#builtAt = builtAt
    }
    return this.#files
  }
}

function readFolder(folder: string): ReadonlyMap<string, ConsoleFile> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => extname(name) in contentTypes)
  return new Map(names.map((name) => [name.replaceAll(sep, '/'), readFile(join(folder, name), name.startsWith(`assets${sep}`))] as const))
}

function readFile(path: string, isImmutable: boolean): ConsoleFile {
  const body = readFileSync(path)
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  return { contentType: contentTypes[extname(path)] ?? '', body, gzip: gzipSync(body), etag, isImmutable }
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}
