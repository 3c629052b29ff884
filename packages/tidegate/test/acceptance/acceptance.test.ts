/**
 * What a team does on AWS, done here by the clients that it does it with: one service with its roles, bucket, log and pipeline, by
 * Terraform, by the command line of AWS and by boto3. Tasks are processes of this machine.
 */
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, type ExpectStatic, test } from 'vitest'
import { clientEnvironment, mainAccount, type TestInstance, testInstance } from '../support/instance.ts'
import { awsCli, boto3, providerMirror, run, terraform } from '../support/programs.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let instance: TestInstance
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  instance = await testInstance()
  env = {
    ...clientEnvironment(instance.url, instance.rootKey()),
    AWS_ENDPOINT_URL_STS: instance.url,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
  }
})
afterAll(() => instance.close())

test('Terraform applies, finds nothing to change, releases, scales and destroys', { timeout: 600_000 }, async (context) => {
  terraform(context)
  const { expect } = context
  const tf = await initialized(temporaryFolder(context), expect)
  expect(await tf('apply', '-auto-approve')).toMatch(/Apply complete! Resources: \d+ added, 0 changed, 0 destroyed\./)
  expect(await tf('plan')).toContain(noChanges)
  const release = ['-var=release=2', '-var=desired_count=2']
  // A definition is replaced, the service goes over to it.
  expect(await tf('apply', '-auto-approve', ...release)).toContain('Apply complete! Resources: 1 added, 1 changed, 1 destroyed.')
  expect(await tf('plan', ...release)).toContain(noChanges)
  expect(await tf('destroy', '-auto-approve', ...release)).toMatch(/Destroy complete! Resources: \d+ destroyed\./)
  expect(instance.problems).toEqual([])
})

test('the command line of AWS does the same by hand', { timeout: 300_000 }, async (context) => {
  awsCli(context)
  const { expect } = context
  const { code, stdout, stderr } = await run('bash', [join(import.meta.dirname, 'team.sh')], { env, cwd: temporaryFolder(context) })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.trimEnd().split('\n')).toEqual([
    'object: hello',
    `runs: RUNNING\tarn:aws:ecs:${region}:${mainAccount}:task-definition/cli:2`,
    'log: release 2',
    expect.stringMatching(/^left: \d+$/),
  ])
})

test('so does boto3', { timeout: 300_000 }, async (context) => {
  boto3(context)
  const { expect } = context
  const { code, stdout, stderr } = await run('python3', [join(import.meta.dirname, 'team.py')], { env, cwd: temporaryFolder(context) })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout)).toEqual({
    'same bytes': true,
    running: ['RUNNING py:2', 'RUNNING py:2'],
    log: ['release 2', 'release 2'],
    'buckets left': 0,
  })
})

/** Terraform in a folder of its own, on the team's configuration; a failure is told in its own words. */
async function initialized(cwd: string, expect: ExpectStatic): Promise<(command: string, ...args: readonly string[]) => Promise<string>> {
  cpSync(join(import.meta.dirname, 'team'), cwd, { recursive: true })
  const configuration = join(cwd, 'terraform.rc')
  writeFileSync(configuration, `provider_installation {\n  filesystem_mirror {\n    path = "${providerMirror ?? ''}"\n  }\n}\n`)
  const own = { TF_CLI_CONFIG_FILE: configuration, TF_IN_AUTOMATION: '1', TF_VAR_endpoint: instance.url, CHECKPOINT_DISABLE: '1' }
  const tf = async (command: string, ...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await run('terraform', [command, '-no-color', '-input=false', ...args], {
      env: { ...env, ...own },
      cwd,
    })
    expect([command, ...args, code, stderr]).toEqual([command, ...args, 0, ''])
    return stdout
  }
  await tf('init')
  return tf
}

const region = 'eu-central-1'
const noChanges = 'No changes. Your infrastructure matches the configuration.'
