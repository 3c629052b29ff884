/**
 * The program of the demonstration in a container, without a registry: an image with nothing in it, into which what the program needs of this
 * machine is mounted, to be read only.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { asProcess, type Program } from './tasks.ts'

/** What containers of the demonstration may mount. */
export function programPaths(): readonly string[] {
  const system = ['/bin', '/lib', '/lib64', '/usr'].filter((path) => existsSync(path))
  const own = [installedIn(import.meta.dirname), dirname(process.execPath)]
  return [...new Set([...system, ...own])]
}

/** Makes the image. Rejects in words for whoever started the demonstration. */
export async function asContainer(): Promise<Program> {
  await importImage().catch((error: unknown) => {
    throw new Error(`the image of the demonstration cannot be made: ${String(error)}; try \`tidegate up --demo --runtime process\``)
  })
  return { ...asProcess, image, mounts: programPaths() }
}

/** The folder with the `node_modules` in which everything is found that the program imports. */
function installedIn(folder: string): string {
  const parent = dirname(folder)
  if (existsSync(join(folder, 'node_modules', '@aws-sdk', 'client-s3')) || parent === folder) return folder
  return installedIn(parent)
}

function importImage(): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile('docker', ['import', '-', image], (error) => (error === null ? resolve() : reject(error)))
    child.stdin?.on('error', () => {}) // what became of it is the exit code
    // Two empty blocks: an archive with nothing in it.
    child.stdin?.end(Buffer.alloc(1024))
  })
}

const image = 'tidegate-demo/empty:1'
