/**
 * The least that an object server on `node:http` can do: files named by the path. Argument: the folder, and `durable` where a PUT is to be
 * answered when it is on the disk.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { open, readFile, rename, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

const [folder = '', mode] = process.argv.slice(2)
let puts = 0

const server = createServer((request, response) => {
  const path = join(folder, (request.url ?? '').split('?')[0]?.replaceAll('/', '_') ?? '')
  const answer = async (): Promise<void> => {
    if (request.method === 'PUT') {
      const fresh = `${path}.${puts++}`
      await pipeline(request, createWriteStream(fresh))
      if (mode === 'durable') await sync(fresh)
      await rename(fresh, path)
      if (mode === 'durable') await sync(folder)
      response.writeHead(200, { 'content-length': 0 }).end()
      return
    }
    const { size } = await stat(path)
    response.writeHead(200, { 'content-length': size })
    if (size > 65_536) await pipeline(createReadStream(path, { highWaterMark: 524_288 }), response)
    else response.end(await readFile(path))
  }
  answer().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo // a string only for pipes
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`)
})

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  await handle.sync()
  await handle.close()
}
