/** Terraform's resources of S3, unmodified: what it makes it finds again, so that a second plan changes nothing. */
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ListBucketsCommand } from '@aws-sdk/client-s3'
import { test } from 'vitest'
import { s3Client } from './support/clients.ts'
import { clientEnvironment, testInstance } from './support/instance.ts'
import { providerMirror, run, terraform } from './support/programs.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const two = ['-input=false', '-var=variant=two']
const noChanges = 'No changes. Your infrastructure matches the configuration.'

test('a bucket with all that stands beside it is made, found unchanged, changed, and deleted', { timeout: 600_000 }, async (context) => {
  terraform(context)
  const { expect } = context
  const instance = await testInstance()
  context.onTestFinished(() => instance.close())
  const cwd = temporaryFolder(context)
  cpSync(join(import.meta.dirname, 'support', 'terraform-s3'), cwd, { recursive: true })
  const configuration = join(cwd, 'terraform.rc')
  writeFileSync(configuration, `provider_installation {\n  filesystem_mirror {\n    path = "${providerMirror ?? ''}"\n  }\n}\n`)
  const env = {
    ...clientEnvironment(instance.url, instance.rootKey()),
    TF_CLI_CONFIG_FILE: configuration,
    TF_IN_AUTOMATION: '1',
    TF_VAR_endpoint: instance.url,
    CHECKPOINT_DISABLE: '1',
  }
  const tf = async (command: string, ...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await run('terraform', [command, '-no-color', ...args], { env, cwd })
    expect([command, ...args, code, stderr]).toEqual([command, ...args, 0, ''])
    return stdout
  }
  await tf('init', '-input=false')
  expect(await tf('apply', '-auto-approve', '-input=false')).toContain('Apply complete! Resources: 12 added, 0 changed, 0 destroyed.')
  expect(await tf('plan', '-input=false')).toContain(noChanges)
  await tf('apply', '-auto-approve', ...two)
  expect(await tf('plan', ...two)).toContain(noChanges)
  expect(await tf('output', '-json', 'keys')).toBe('["greetings/good morning.txt"]\n')
  expect(await tf('destroy', '-auto-approve', ...two)).toContain('Destroy complete! Resources: 12 destroyed.')
  expect((await s3Client(instance.url, instance.rootKey()).send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([])
  expect(instance.problems).toEqual([])
})
