/** Programs that some tests drive and that a machine may lack. */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { requirement } from './require.ts'

export const awsCli = requirement('aws-cli', () => spawnSync('aws', ['--version']).status === 0 || 'there is no `aws` command')
export const boto3 = requirement(
  'python',
  () => spawnSync('python3', ['-c', 'import boto3']).status === 0 || 'there is no python3 with boto3',
)

export const rclone = requirement('rclone', () => spawnSync('rclone', ['version']).status === 0 || 'there is no `rclone` command')
export const s3cmd = requirement('s3cmd', () => spawnSync('s3cmd', ['--version']).status === 0 || 'there is no `s3cmd` command')

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs to the end, whatever the exit code is. */
export async function run(
  program: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd?: string },
): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { ...options, maxBuffer: 64 * 1024 * 1024 })
    return { code: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { readonly code?: unknown; readonly stdout?: string; readonly stderr?: string }
    if (typeof code !== 'number') throw error
    return { code, stdout, stderr }
  }
}

/** A folder that Terraform can install the AWS provider from without a network: the one that the environment names, else where they use to lie. */
export const providerMirror = [process.env['TIDEGATE_TF_MIRROR'] ?? usualMirrors()].flat().find(hasAwsProvider)

export const terraform = requirement('terraform', () => {
  if (spawnSync('terraform', ['version', '-json'], { env: { ...process.env, TF_CLI_CONFIG_FILE: '/dev/null' } }).status !== 0)
    return 'there is no `terraform` command'
  return providerMirror !== undefined || 'no filesystem mirror holds the AWS provider (TIDEGATE_TF_MIRROR names one)'
})

function usualMirrors(): readonly string[] {
  const home = process.env['HOME'] ?? ''
  const inOpt = existsSync('/opt') ? readdirSync('/opt').map((name) => join('/opt', name)) : []
  return [join(home, '.terraform.d/plugins'), '/usr/local/share/terraform/plugins', '/usr/share/terraform/plugins', ...inOpt]
}

function hasAwsProvider(folder: string): boolean {
  return existsSync(join(folder, 'registry.terraform.io/hashicorp/aws'))
}
