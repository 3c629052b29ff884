/** Getting images: from what the engine has, else from their registry. */
import { RuntimeError, type ImageSpec } from '../../services/ecs/runtime-port.ts'
import { JsonLines } from '../json-lines.ts'
import { type DockerEngine, enginePath, listOf, recordOf, textOf } from './engine.ts'
import { missing } from './network.ts'

/** Rejects with `CannotPullContainerError`, in the words of the engine. */
export async function pullImage(engine: DockerEngine, { image, credentials }: ImageSpec): Promise<{ readonly imageDigest?: string }> {
  try {
    const local = await inspect(engine, image)
    if (local !== undefined) return local
    await fetchImage(engine, image, credentials)
    return (await inspect(engine, image)) ?? {}
  } catch (error) {
    throw new RuntimeError('CannotPullContainerError', daemonSays(error), { cause: error })
  }
}

/** As the Docker client puts it, and so ECS. */
export function daemonSays(error: unknown): string {
  return `Error response from daemon: ${error instanceof Error ? error.message : String(error)}`
}

async function inspect(engine: DockerEngine, image: string): Promise<{ readonly imageDigest: string } | undefined> {
  const found = await engine.call('GET', enginePath(`/images/${image}/json`)).catch(missing)
  if (found === undefined) return undefined
  const { Id, RepoDigests } = recordOf(found)
  const [digest] = listOf(RepoDigests).flatMap((each) => textOf(each).split('@').slice(1))
  return { imageDigest: digest ?? textOf(Id) }
}

async function fetchImage(engine: DockerEngine, image: string, credentials: ImageSpec['credentials']): Promise<void> {
  const auth = credentials && Buffer.from(JSON.stringify({ ...credentials, serveraddress: image.split('/')[0] })).toString('base64url')
  const headers = auth === undefined ? {} : { 'x-registry-auth': auth }
  const stream = await engine.stream('POST', enginePath('/images/create', { fromImage: withTag(image) }), { headers })
  const lines = new JsonLines()
  let problem: string | undefined
  // The whole stream is read, whatever it says: the engine pulls only while somebody listens.
  for await (const chunk of stream.setEncoding('utf8'))
    for (const line of lines.push(String(chunk))) problem ??= textOf(recordOf(line)['error']) || undefined
  if (problem !== undefined) throw new Error(problem)
}

/** Without a tag the engine would fetch all of them. */
const withTag = (image: string): string => (/[:@][^/]*$/.test(image) ? image : `${image}:latest`)
