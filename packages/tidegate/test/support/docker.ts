/** A Docker engine, and images that are made of what lies on this machine: no registry is needed. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requirement } from './require.ts'

export const dockerSocket = '/var/run/docker.sock'

export const docker = requirement('docker', () => {
  if (spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 10_000 }).status !== 0)
    return 'no Docker engine answers'
  return existsSync('/bin/busybox') || 'there is no /bin/busybox to make an image of'
})

/** A shell and its commands, statically linked. */
export const shellImage = 'tidegate-test/shell:1'

export function makeShellImage(): void {
  if (spawnSync('docker', ['image', 'inspect', shellImage]).status === 0) return
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-image-'))
  try {
    for (const name of ['bin', 'tmp', 'etc']) mkdirSync(join(folder, name))
    sh(`cp /bin/busybox ${folder}/bin/busybox && for each in $(/bin/busybox --list); do ln -s busybox ${folder}/bin/$each; done`)
    sh(`echo 'root:x:0:0::/:/bin/sh' > ${folder}/etc/passwd && tar -C ${folder} -c . | docker import - ${shellImage}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function sh(line: string): string {
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', line], { encoding: 'utf8', maxBuffer: 64 * 1_048_576 })
  if (status !== 0) throw new Error(`${line}: ${stderr}`)
  return stdout
}
