/** The least that an HTTP service on `node:http` can do: collect the body, answer as many bytes as GetCallerIdentity does. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const body = `<GetCallerIdentityResponse>${'x'.repeat(360)}</GetCallerIdentityResponse>\n`
const headers = [
  'content-type',
  'text/xml',
  'x-amzn-requestid',
  '3f2f8b4e-53a4-4be5-8a4c-1d6f1f6f7a10',
  'content-length',
  String(body.length),
]

const server = createServer((request, response) => {
  const chunks: Uint8Array[] = []
  request.on('data', (chunk: Uint8Array) => chunks.push(chunk))
  request.on('end', () => {
    if (Buffer.concat(chunks).length === 0) response.writeHead(400, ['content-length', '0']).end()
    else response.writeHead(200, headers).end(body)
  })
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo // a string only for pipes
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`)
})
